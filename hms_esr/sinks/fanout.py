"""Owns the giving of each event to several sinks, none of which can stop or spoil the others.

Knows nothing of what a sink does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hms_esr.events import Event, Sink


class FanOut:
    """A sink of sinks. One that raises is told to ``report`` once, closed, and hears nothing more."""

    def __init__(self, sinks: Iterable[Sink] = (), report: Callable[[str], None] = lambda text: None) -> None:
        self._sinks = list(sinks)
        self._report = report

    def handle(self, event: Event) -> None:
        """Give the event to every sink still attached."""
        for sink in tuple(self._sinks):
            try:
                sink.handle(event)
            except Exception as error:
                self._sinks.remove(sink)
                self._say(sink, error, "is left out from here on")
                self._close(sink)

    def close(self) -> None:
        """Close every sink still attached; a second call does nothing."""
        sinks, self._sinks = self._sinks, []
        for sink in sinks:
            self._close(sink)

    def _close(self, sink: Sink) -> None:
        try:
            sink.close()
        except Exception as error:
            self._say(sink, error, "could not be closed")

    def _say(self, sink: Sink, error: Exception, what: str) -> None:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        self._report(f"{type(sink).__name__} {what}: {reason}")
