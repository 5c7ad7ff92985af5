// The connection: says the last moment the page has, hears what is new, comes back by itself, says when it cannot.
const STALE_MS = 3000;
const LOST_MS = 30000;
const REFUSED = { 4401: "This link does not show this run (any more).", 4403: "Opened from a foreign page.", 4404: "The run is not there any more." };

export class Link {
  constructor(address, last, heard, announcer, hold) {
    Object.assign(this, { address, last, heard, announcer, hold });
    this.tries = 0;
    this.over = false;
    this.refused = "";
    this.heardAt = Date.now();
    this.state = "";
    hold.changed = (missed) => {
      if (missed) this.again(0);
      this.show();
    };
  }

  start() {
    this.open();
    setInterval(() => this.show(), 1000);
    addEventListener("online", () => this.again(0));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && (!this.socket || this.socket.readyState > 1)) this.again(0);
    });
  }

  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.addEventListener("open", () => socket.send(JSON.stringify(this.last())));
    socket.addEventListener("message", (event) => this.message(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.closed(socket, event));
  }

  message(message) {
    this.tries = 0;
    this.heardAt = Date.now();
    this.problem = message.problem || "";
    const shown = !message.problem && this.heard(message);
    if (shown && message.over) this.over = true;
    this.show();
  }

  closed(socket, event) {
    if (socket !== this.socket || this.over) return;
    if (this.hold.held) this.hold.missed = true;
    if (REFUSED[event.code]) this.refused = REFUSED[event.code];
    else if (!this.hold.held) {
      this.tries += 1;
      this.again(Math.min(10000, 250 * 2 ** Math.min(this.tries, 6)));
    }
    this.show();
  }

  again(wait_ms) {
    if (this.over || this.refused || this.hold.held) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.socket) this.socket.close();
      this.open();
    }, wait_ms);
  }

  // Which state, in which words: none when all is well, for then the server's own words stand.
  words() {
    const age = Date.now() - this.heardAt;
    const since = clock(new Date(this.heardAt));
    if (this.hold.held) return ["none", "pause", "On hold", `you stopped the figures at ${clock(this.hold.since)}.`];
    if (this.over) return null;
    if (this.refused) return ["bad", "off", "No connection", this.refused];
    if (age > LOST_MS) return ["bad", "off", "No connection", `since ${since}. Trying every 10 s. The run goes on without this page.`];
    if (age > STALE_MS) {
      const which = this.tries ? `Reconnecting, try ${this.tries}` : "Reconnecting";
      return ["warn", "warn", which, `figures of ${since}, ${Math.round(age / 1000)} s old. The run goes on without this page.`];
    }
    if (this.problem) return ["warn", "warn", "Not current", this.problem];
    return null;
  }

  tryNow() {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Try now";
    button.addEventListener("click", () => this.again(0));
    return button;
  }

  show() {
    const words = this.words();
    const link = document.getElementById("link");
    const banner = document.getElementById("banner");
    const stale = Boolean(words) && words[0] !== "none";
    document.body.classList.toggle("stale", stale);
    const said = words ? words.join("|") : "";
    if (said !== this.said) {
      link.replaceChildren(...(words ? [status(words), span(words[3].split(".")[0])] : []));
      banner.className = words ? `banner ${words[0]}` : "gone";
      banner.replaceChildren(...(words ? [status(words), span(words[3])] : []));
      if (words && words[2] === "No connection" && !this.refused) banner.append(this.tryNow());
      this.said = said;
    }
    const state = words ? words[2].split(",")[0] : "";
    if (state !== this.state && stale) this.announcer.say(`${state}. ${words[3]}`);
    else if (state !== this.state && this.state && !words) this.announcer.say("Connected again.");
    this.state = state;
  }
}

function clock(at) {
  return at.toLocaleTimeString("en-US", { hourCycle: "h23" });
}

function span(words) {
  const element = document.createElement("span");
  element.textContent = words;
  return element;
}

function status([kind, shape, words]) {
  const element = span("");
  element.className = `st ${kind}`;
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${shape}`);
  made.append(use);
  element.append(made, words);
  return element;
}
