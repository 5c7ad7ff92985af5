"""Facts about giving events to several sinks."""

from __future__ import annotations

from hms_esr.events import Event
from hms_esr.sinks import FanOut
from tests.sinks.hears import ENDED, STARTED


class Listener:
    """Remembers what it hears; raises when told to."""

    def __init__(self, *, fails: bool = False, fails_closing: bool = False) -> None:
        self.heard: list[Event] = []
        self.closed = 0
        self._fails = fails
        self._fails_closing = fails_closing

    def handle(self, event: Event) -> None:
        self.heard.append(event)
        if self._fails:
            raise RuntimeError("disk\nfull")

    def close(self) -> None:
        self.closed += 1
        if self._fails_closing:
            raise OSError("gone")


def test_everybody_hears_everything_in_order() -> None:
    """Each sink gets each event, and is closed once."""
    sinks = [Listener(), Listener()]
    fan_out = FanOut(sinks)
    for event in (STARTED, ENDED):
        fan_out.handle(event)
    fan_out.close()
    fan_out.close()

    assert [sink.heard for sink in sinks] == [[STARTED, ENDED]] * 2
    assert [sink.closed for sink in sinks] == [1, 1]


def test_a_sink_that_raises_is_reported_once_and_left_out() -> None:
    """The others go on; the broken one is closed and hears nothing more."""
    said: list[str] = []
    broken, sound = Listener(fails=True), Listener()
    fan_out = FanOut([broken, sound], said.append)
    for event in (STARTED, ENDED):
        fan_out.handle(event)
    fan_out.close()

    assert said == ["Listener is left out from here on: RuntimeError: disk full"]
    assert (broken.heard, broken.closed) == ([STARTED], 1)
    assert sound.heard == [STARTED, ENDED]


def test_a_sink_that_cannot_be_closed_is_reported() -> None:
    """Closing the others is not stopped by one that fails."""
    said: list[str] = []
    last = Listener()
    FanOut([Listener(fails_closing=True), last], said.append).close()

    assert said == ["Listener could not be closed: OSError: gone"]
    assert last.closed == 1


class OldListener:
    """A sink of a package that still calls it ``hear``."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    def hear(self, event: Event) -> None:
        self.heard.append(event)

    def close(self) -> None:
        pass


def test_hear_is_read_for_one_release_with_one_notice() -> None:
    """A sink from before the rename hears everything; its owner is told once what to change."""
    said: list[str] = []
    old = OldListener()
    fan_out = FanOut([old], said.append)
    for event in (STARTED, ENDED):
        fan_out.handle(event)
    fan_out.close()
    assert old.heard == [STARTED, ENDED]
    assert said == ["OldListener has 'hear'; name it 'handle': the next release no longer reads 'hear'"]
