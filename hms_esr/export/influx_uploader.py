"""Owns the process that sends a run's points while the run goes on, and the sending of a stored run once more.

Knows nothing of command lines. It reads the record as anybody may; the run's own process never waits for it.
The process is told on standard input what to do; the end of that input is the end of the run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic, time
from typing import Any

from hms_esr.errors import EsrError
from hms_esr.export.record_points import Chunk, Replay
from hms_esr.sinks.influx.connection import InfluxConnection
from hms_esr.sinks.influx.delivery import InfluxDelivery
from hms_esr.sinks.influx.kept import Kept
from hms_esr.sinks.influx.lines import line
from hms_esr.sinks.influx.spool import Frame, Spool, remove_spool
from hms_esr.sinks.influx.state import DEAD, FOLDER, SenderState
from hms_esr.sinks.influx.transport import InfluxTransport

LOOK_EVERY_S = 0.5
SELF_EVERY_S = 5.0
LINES_AT_ONCE = 2000


@dataclass
class Feeder:
    """Puts what is new in the record of the run in ``folder`` into the spool, until ``is_over()`` and once more.

    ``about()`` is a point about the sending itself, ``looked()`` is called after each look.
    """

    folder: Path
    most_bytes: int
    over: Event
    is_over: Callable[[], bool]
    about: Callable[[], str]
    looked: Callable[[], None]
    done: Event = field(default_factory=Event)
    spool: Spool | None = None
    scenario: str = ""
    added: int = 0
    lost: int = 0
    fault: str = ""
    _said_s: float = 0.0

    def run(self) -> None:
        """To the end; what goes wrong is in ``fault``."""
        try:
            self._feed()
        except (EsrError, OSError, ValueError) as error:
            self.fault = in_a_line(error)
        finally:
            self.done.set()

    def _feed(self) -> None:
        while not Replay.is_there(self.folder):
            if self.is_over():
                return
            self.over.wait(LOOK_EVERY_S)
        spool = Spool(self.folder / FOLDER, most_bytes=self.most_bytes)
        replay = Replay(self.folder, self._past(spool))
        self.scenario = replay.scenario
        self.spool = spool
        while True:
            over = self.is_over()
            for chunk in replay.look():
                self.keep(spool, chunk)
            if over:
                break
            self.looked()
            self.over.wait(LOOK_EVERY_S)
        self.keep(spool, replay.end())
        self.looked()

    def _past(self, spool: Spool) -> tuple[int, int]:
        """Where the last frame ended; counts what waits."""
        self.added += sum(len(Kept.read(frame.body).lines) for frame in spool.frames())
        last = spool.last()
        if not last:
            return 0, 0
        kept = Kept.read(last)
        return kept.ticks, kept.events

    def keep(self, spool: Spool, chunk: Chunk) -> None:
        """One frame for a part of the record."""
        lines = list(chunk.lines)
        if monotonic() - self._said_s >= SELF_EVERY_S:
            self._said_s = monotonic()
            lines.append(self.about())
        if not lines:
            return
        if spool.add(Kept(chunk.ticks, chunk.events, time(), lines).packed()):
            self.added += len(lines)
        else:
            self.lost += len(lines)


class UploadStream:
    """Sends the points of the run in ``folder`` while it goes on: until ``over`` is set, or ``parent`` is gone."""

    def __init__(self, folder: Path, connection: InfluxConnection, parent: int) -> None:
        self.folder, self.connection, self.parent = folder, connection, parent
        self.over = Event()
        self.feeder = Feeder(folder, connection.spool_bytes, self.over, self._is_over, self._about_itself, self._tell)
        self._delivery: InfluxDelivery
        self._sent = 0
        self._oldest_s = 0.0
        self._until_s: float | None = None

    def run(self) -> None:
        """Until the run is over and everything is sent, or it is time to give up."""
        transport = InfluxTransport(self.connection)
        self._delivery = InfluxDelivery(transport, self._wait, self._about_itself, self.folder / FOLDER / DEAD)
        thread = Thread(target=self.feeder.run, daemon=True)
        thread.start()
        while not self._is_all_sent() and not self.feeder.fault:
            if self._wait(0.1):
                break
        thread.join(5)
        transport.close()
        spool = self.feeder.spool
        if spool is not None:
            self._tell(over=True)
            spool.close() if spool.waiting_bytes or self.feeder.fault else spool.remove()

    def _is_over(self) -> bool:
        if os.getppid() != self.parent:
            self.over.set()
        return self.over.is_set()

    def _is_all_sent(self) -> bool:
        """Send a part of what is there; True when nothing is left and nothing more will come."""
        done, spool = self.feeder.done.is_set(), self.feeder.spool
        if spool is None:
            return done
        batch: list[str] = []
        last: Frame | None = None
        for frame in spool.frames():
            kept = Kept.read(frame.body)
            self._oldest_s = self._oldest_s if batch else kept.at_s
            batch, last = batch + kept.lines, frame
            if len(batch) >= LINES_AT_ONCE:
                break
        if last is None:
            self._oldest_s = 0.0
            return done
        for start in range(0, len(batch), LINES_AT_ONCE):
            if not self._delivery.deliver(batch[start : start + LINES_AT_ONCE]):
                return False
        self._sent += len(batch)
        spool.mark_sent(last.end)
        return False

    def _wait(self, seconds: float) -> bool:
        """True when it is time to give up."""
        until_s = monotonic() + seconds
        while True:
            now_s = monotonic()
            if self._until_s is None and self._is_over() and self.feeder.done.is_set():
                self._until_s = now_s + self.connection.wait_s
            if self._until_s is not None and now_s >= self._until_s:
                return True
            if now_s >= until_s:
                return False
            (self.feeder.done if self.over.is_set() else self.over).wait(min(0.1, until_s - now_s))

    def _state(self, over: bool = False) -> SenderState:
        delivery, feeder = self._delivery, self.feeder
        trouble = delivery.trouble
        return SenderState(
            trouble=trouble.kind,
            reason=trouble.reason,
            trouble_s=monotonic() - trouble.since_s if trouble.kind else 0.0,
            waiting_points=feeder.added - self._sent,
            waiting_bytes=feeder.spool.waiting_bytes if feeder.spool is not None else 0,
            written_points=delivery.written,
            dead_points=delivery.dead_points,
            lost_points=feeder.lost,
            behind_s=max(0.0, time() - self._oldest_s) if self._oldest_s else 0.0,
            over=over,
            fault=feeder.fault,
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
        return _spool_line(self.folder, self.feeder.scenario, fields)


def in_a_line(error: Exception) -> str:
    """What went wrong, for people."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def _spool_line(folder: Path, scenario: str, fields: dict[str, float | None]) -> str:
    tags = {"sim": "true", "run": folder.name, "scenario": scenario}
    return line("esr_spool", tags, fields, int(time()) * 1000)


def resend(
    folder: Path, connection: InfluxConnection, wait: Callable[[float], bool], told: Callable[[InfluxDelivery], None]
) -> InfluxDelivery:
    """Send the run in ``folder`` once more from its record; what is there already is written over, nothing doubles.

    ``wait(seconds)`` is True when it is time to give up; ``told`` hears after each part how far it is. The answer's
    ``trouble`` is empty when everything was taken. Raises BadInput: no run, or damaged.
    """
    replay = Replay(folder)
    transport = InfluxTransport(connection)
    place = folder / FOLDER
    (place / DEAD).unlink(missing_ok=True)
    delivery = InfluxDelivery(
        transport, wait, lambda: _spool_line(folder, replay.scenario, {"waiting_points": 0.0}), place / DEAD
    )
    try:
        for lines in _parts(replay):
            if not delivery.deliver(lines):
                return delivery
            told(delivery)
    finally:
        transport.close()
    remove_spool(place)
    SenderState(written_points=delivery.written, dead_points=delivery.dead_points, over=True).write(folder)
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
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    folder = Path(given["folder"])
    stream = UploadStream(folder, InfluxConnection(**given["connection"]), parent)

    def listen() -> None:
        sys.stdin.read()
        stream.over.set()

    Thread(target=listen, daemon=True).start()
    try:
        stream.run()
    except Exception as error:
        if (folder / FOLDER).is_dir():
            SenderState(fault=in_a_line(error)).write(folder)
        raise
