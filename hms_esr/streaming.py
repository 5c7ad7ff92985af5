"""Owns the process that sends a run's points while the run goes on, and the sending of a stored run once more.

Knows nothing of command lines. It reads the record as anybody may; the run's own process never waits for it.
``python -m hms_esr.streaming`` is told on standard input what to do; the end of that input is the end of the run.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic, time
from typing import Any

from hms_esr.errors import EsrError
from hms_esr.replaying import Chunk, Replay
from hms_esr.sinks.influx.connection import Connection
from hms_esr.sinks.influx.delivery import Delivery
from hms_esr.sinks.influx.lines import line
from hms_esr.sinks.influx.spool import Frame, Spool
from hms_esr.sinks.influx.state import DEAD, FOLDER, State
from hms_esr.sinks.influx.transport import Transport

LOOK_EVERY_S = 0.5
SELF_EVERY_S = 5.0
LINES_AT_ONCE = 2000
NICER = 5
"""The run's own processes come first."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A frame of the spool, read: where the record was, when, and the lines."""

    ticks: int
    events: int
    at_s: float
    lines: list[str]

    @classmethod
    def read(cls, body: bytes) -> _Kept:
        """The reverse of :meth:`text`."""
        head, _, rest = zlib.decompress(body).decode().partition("\n")
        ticks, events, at_s = json.loads(head)
        return cls(ticks, events, at_s, rest.split("\n"))

    def text(self) -> bytes:
        """For the spool."""
        head = json.dumps([self.ticks, self.events, self.at_s])
        return zlib.compress("\n".join([head, *self.lines]).encode(), 1)


@dataclass
class Stream:
    """Feeds the spool of one run from its record, in a thread, and empties it to the server, in the caller's."""

    folder: Path
    connection: Connection
    parent: int
    over: Event = field(default_factory=Event)
    _delivery: Delivery = field(init=False)
    _told_self_s: float = 0.0
    _scenario: str = ""
    _fed: Event = field(default_factory=Event)
    _spool: Spool | None = None
    _added: int = 0
    _sent: int = 0
    _lost: int = 0
    _oldest_s: float = 0.0
    _fault: str = ""
    _until_s: float | None = None

    def run(self) -> None:
        """Until the run is over and everything is sent, or it is time to give up."""
        transport = Transport(self.connection)
        self._delivery = Delivery(transport, self._wait, self._about_itself, self.folder / FOLDER / DEAD)
        feeder = Thread(target=self._feed_safely, daemon=True)
        feeder.start()
        while not self._empty() and not self._fault:
            if self._wait(0.1):
                break
        feeder.join(5)
        transport.close()
        if self._spool is not None:
            self._tell(over=True)
            self._spool.close()

    def _empty(self) -> bool:
        """Send what is there; True when nothing more will be."""
        fed = self._fed.is_set()
        if self._spool is None:
            return fed
        batch: list[str] = []
        last: Frame | None = None
        for frame in self._spool.frames():
            kept = _Kept.read(frame.body)
            if not batch:
                self._oldest_s = kept.at_s
            batch, last = batch + kept.lines, frame
            if len(batch) >= LINES_AT_ONCE:
                break
        if last is None:
            self._oldest_s = 0.0
            return fed
        for start in range(0, len(batch), LINES_AT_ONCE):
            if not self._delivery.deliver(batch[start : start + LINES_AT_ONCE]):
                return False
        self._sent += len(batch)
        self._spool.mark_sent(last.end)
        return False

    def _wait(self, seconds: float) -> bool:
        """True when it is time to give up."""
        until_s = monotonic() + seconds
        while True:
            now_s = monotonic()
            if self.over.is_set() and self._until_s is None:
                self._until_s = now_s + self.connection.wait_s
            if self._until_s is not None and now_s >= self._until_s:
                return True
            if now_s >= until_s:
                return False
            (self._fed if self.over.is_set() else self.over).wait(min(0.1, until_s - now_s))

    def _feed_safely(self) -> None:
        try:
            self._feed()
        except (EsrError, OSError, ValueError) as error:
            self._fault = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        finally:
            self._fed.set()

    def _feed(self) -> None:
        while not Replay.is_there(self.folder):
            if self._is_over():
                return
            self.over.wait(LOOK_EVERY_S)
        place = self.folder / FOLDER
        spool = Spool(place, most_bytes=self.connection.spool_bytes)
        replay = Replay(self.folder, self._past(spool))
        self._scenario = replay.scenario
        self._spool = spool
        while True:
            over = self._is_over()
            for chunk in replay.look():
                self._keep(spool, chunk)
            if over:
                break
            self._tell()
            self.over.wait(LOOK_EVERY_S)
        self._keep(spool, replay.end())
        self._tell()

    def _past(self, spool: Spool) -> tuple[int, int]:
        """Where the last frame ended; counts what waits."""
        past = (0, 0)
        for frame in spool.frames():
            kept = _Kept.read(frame.body)
            self._added += len(kept.lines)
        last = spool.last()
        if last:
            kept = _Kept.read(last)
            past = kept.ticks, kept.events
        return past

    def _is_over(self) -> bool:
        if os.getppid() != self.parent:
            self.over.set()
        return self.over.is_set()

    def _keep(self, spool: Spool, chunk: Chunk) -> None:
        lines = list(chunk.lines)
        if monotonic() - self._told_self_s >= SELF_EVERY_S:
            self._told_self_s = monotonic()
            lines.append(self._about_itself())
        if not lines:
            return
        if spool.add(_Kept(chunk.ticks, chunk.events, time(), lines).text()):
            self._added += len(lines)
        else:
            self._lost += len(lines)

    def _state(self, over: bool = False) -> State:
        delivery, spool = self._delivery, self._spool
        trouble = delivery.trouble
        return State(
            trouble=trouble.kind,
            reason=trouble.reason,
            trouble_s=monotonic() - trouble.since_s if trouble.kind else 0.0,
            waiting_points=self._added - self._sent,
            waiting_bytes=spool.waiting_bytes if spool is not None else 0,
            written_points=delivery.written,
            dead_points=delivery.dead_points,
            lost_points=self._lost,
            behind_s=max(0.0, time() - self._oldest_s) if self._oldest_s else 0.0,
            over=over,
            fault=self._fault,
        )

    def _tell(self, over: bool = False) -> None:
        self._state(over).write(self.folder)

    def _about_itself(self) -> str:
        """How sending goes, as a point."""
        state = self._state()
        fields: dict[str, float | None] = {
            "bytes": float(state.waiting_bytes),
            "waiting_points": float(state.waiting_points),
            "written_points": float(state.written_points),
            "dead_points": float(state.dead_points),
            "lost_points": float(state.lost_points),
            "behind_s": state.behind_s,
        }
        return _spool_line(self.folder, self._scenario, fields)


def _spool_line(folder: Path, scenario: str, fields: dict[str, float | None]) -> str:
    tags = {"sim": "true", "run": folder.name, "scenario": scenario}
    return line("esr_spool", tags, fields, int(time()) * 1000)


def resend(
    folder: Path, connection: Connection, wait: Callable[[float], bool], told: Callable[[Delivery], None]
) -> Delivery:
    """Send the run in ``folder`` once more from its record; what is there already is written over, nothing doubles.

    ``wait(seconds)`` is True when it is time to give up; ``told`` hears after each part how far it is. The answer's
    ``trouble`` is empty when everything was taken. Raises BadInput: no run, or damaged.
    """
    replay = Replay(folder)
    transport = Transport(connection)
    place = folder / FOLDER
    (place / DEAD).unlink(missing_ok=True)
    delivery = Delivery(
        transport, wait, lambda: _spool_line(folder, replay.scenario, {"waiting_points": 0.0}), place / DEAD
    )
    try:
        for lines in _parts(replay):
            if not delivery.deliver(lines):
                return delivery
            told(delivery)
    finally:
        transport.close()
    for path in (*place.glob("*.spool"), place / "sent"):
        path.unlink(missing_ok=True)
    State(written_points=delivery.written, dead_points=delivery.dead_points, over=True).write(folder)
    return delivery


def _parts(replay: Replay) -> Iterator[Sequence[str]]:
    waiting: list[str] = []
    for chunk in replay.look():
        waiting += chunk.lines
        while len(waiting) >= LINES_AT_ONCE:
            yield waiting[:LINES_AT_ONCE]
            waiting = waiting[LINES_AT_ONCE:]
    waiting += replay.end().lines
    for start in range(0, len(waiting), LINES_AT_ONCE):
        yield waiting[start : start + LINES_AT_ONCE]


def main() -> None:
    """One run, as standard input says: a line of JSON with folder and connection, then its end when the run is over."""
    parent = os.getppid()
    with suppress(OSError):
        os.nice(NICER)
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    folder = Path(given["folder"])
    stream = Stream(folder, Connection(**given["connection"]), parent)

    def listen() -> None:
        sys.stdin.read()
        stream.over.set()

    Thread(target=listen, daemon=True).start()
    try:
        stream.run()
    except Exception as error:
        fault = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        if (folder / FOLDER).is_dir():
            State(fault=fault).write(folder)
        raise


if __name__ == "__main__":
    main()
