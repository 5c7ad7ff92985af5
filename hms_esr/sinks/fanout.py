"""Owns the giving of each event to several sinks, none of which can stop or spoil the others.

Knows nothing of what a sink does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from hms_esr.events import Event, Sink


class _Renamed:
    """A sink whose ``handle`` is still called ``hear``."""

    def __init__(self, sink: Any) -> None:
        self.handle: Callable[[Event], None] = sink.hear
        self.close: Callable[[], None] = sink.close


class FanOut:
    """A sink of sinks. One that raises is told to ``report`` once, closed, and hears nothing more."""

    def __init__(self, sinks: Iterable[Sink] = (), report: Callable[[str], None] = lambda text: None) -> None:
        self._report = report
        self._sinks = [self._up_to_date(sink) for sink in sinks]

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

    def _up_to_date(self, sink: Any) -> Sink:
        """A sink written for ``hear``, the name before ``handle``, is taken for one release; its owner is told once."""
        if hasattr(sink, "handle") or not hasattr(sink, "hear"):
            return cast("Sink", sink)
        self._report(f"{type(sink).__name__} has 'hear'; name it 'handle': the next release no longer reads 'hear'")
        return _Renamed(sink)

    def _close(self, sink: Sink) -> None:
        try:
            sink.close()
        except Exception as error:
            self._say(sink, error, "could not be closed")

    def _say(self, sink: Sink, error: Exception, what: str) -> None:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        self._report(f"{type(sink).__name__} {what}: {reason}")
