// The run is not on record yet: look again in a second.
setTimeout(() => location.reload(), 1000);
