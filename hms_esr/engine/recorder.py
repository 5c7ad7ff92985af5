"""Owns per-second figures of one worker: what was sent, what came back, who started and how everybody ended.

Knows nothing of sockets, files or verdicts; times come in as real seconds since the run's start.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from hms_esr.engine.examples import Examples, Slowest
from hms_esr.record import Cell, Decisions, ErrorCount, ErrorKey, PersonEnd, Phases, Sample, SeriesKey, Tick
from hms_esr.record.phases import coarsely
from hms_esr.wording import mask

Times = tuple[Cell, list[float], list[float], list[float], list[float], Slowest]
"""A cell and what it has yet to be told in milliseconds: from intended and from actual start, one of each per request;
to the first byte, and reading, one of each per answer."""
Connected = tuple[list[float], list[float]]
"""Milliseconds that connections of a step took: TCP, TLS."""

MOST_KINDS = 500
"""Kinds of errors kept apart; further ones are counted together."""


class Recorder:
    """Gathers one open tick per second; :meth:`take` closes those that are over."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.started = 0
        self.due = 0
        self.active = 0
        self.waiting = 0
        self.pause_ms = 0.0
        """Longest pause of the memory collector since the last tick; set from outside, also amid a call of ours."""
        self._seq = 0
        self._open: dict[int, Tick] = {}
        self._now: Tick | None = None
        self._times: dict[int, dict[SeriesKey, Times]] = {}
        self._times_now: dict[SeriesKey, Times] = {}
        self._connected: dict[int, dict[tuple[str, str], Connected]] = {}
        self._examples = Examples()
        self._error_keys: set[ErrorKey] = set()
        self._reached: set[tuple[str, str]] = set()
        self.listeners: list[Callable[[str, str, float, int, str | None], None]] = []

    @property
    def next_seq(self) -> int:
        """How many ticks were taken so far."""
        return self._seq

    def at(self, real_s: float) -> Tick:
        """The open tick of that second; a second already taken goes into the oldest still open."""
        second = int(real_s)
        now = self._now
        if now is not None and now.second == second:
            return now
        tick = self._open.get(second)
        if tick is None:
            tick = self._open[second] = Tick(self.worker, -1, second)
        self._now = tick
        self._times_now = self._times.setdefault(second, {})
        return tick

    def hop(
        self,
        ended_s: float,
        key: SeriesKey,
        failed: bool,
        size: int,
        intended_ms: float,
        actual_ms: float,
        first_byte_ms: float = -1.0,
        reading_ms: float = 0.0,
    ) -> bool:
        """One HTTP request, answered or not, in the second it ended; it is counted when the tick is taken.

        ``key`` may be a plain tuple that equals one; ``first_byte_ms`` under 0: no answer began. Whether it is among
        the slowest of its step in this minute (then tell :meth:`slow`).
        """
        now = self._now
        if now is None or now.second != int(ended_s):
            now = self.at(ended_s)
        times = self._times_now.get(key)
        if times is None:
            cell = now.cells.setdefault(SeriesKey(*key), Cell())
            times = self._times_now[key] = (cell, [], [], [], [], self._examples.slowest(now.second, key[0], key[1]))
        cell, intended, actual, first_byte, reading, slowest = times
        if failed:
            cell.errors += 1
        cell.bytes += size
        intended.append(intended_ms)
        actual.append(actual_ms)
        if first_byte_ms >= 0.0:
            first_byte.append(first_byte_ms)
            reading.append(reading_ms)
        return actual_ms > slowest.bar_ms and not failed

    def connected(self, ended_s: float, journey: str, step: str, connect_ms: float, tls_ms: float) -> None:
        """A request, told of before, opened a connection; ``tls_ms`` 0: without TLS."""
        connect, tls = self._connected.setdefault(self.at(ended_s).second, {}).setdefault((journey, step), ([], []))
        connect.append(connect_ms)
        if tls_ms:
            tls.append(tls_ms)

    def slow(self, sample: Sample) -> None:
        """A request that :meth:`hop` found slow."""
        self._examples.slow(self.at(sample.ended_s).second, sample)

    def wanted(self, key: ErrorKey) -> bool:
        """Whether there are few examples of errors counted as ``key`` yet."""
        return self._examples.wanted(key)

    def failed(self, sample: Sample, key: ErrorKey) -> None:
        """An example of an error counted as ``key``."""
        self._examples.failed(key)
        self.at(sample.ended_s).samples.append(sample)

    def again(self, at_s: float, key: SeriesKey, requests: int) -> None:
        """A request of that series was sent so many times more before it was answered."""
        tick = self.at(at_s)
        tick.retries += requests
        tick.cells.setdefault(key, Cell()).requests += requests

    def failed_after(self, ended_s: float, key: SeriesKey) -> None:
        """An answer already counted turned out to be wrong (an expectation did not hold)."""
        self.at(ended_s).cells.setdefault(key, Cell()).errors += 1

    def error(self, at_s: float, key: ErrorKey, k: int, trace_id: str, *, stopped: bool) -> ErrorKey:
        """One error of a kind; ``stopped``: it ended the person's journey. The key it is counted under."""
        if key.kind == "status":
            key = key._replace(message=mask(key.message))
        if key not in self._error_keys:
            if len(self._error_keys) >= MOST_KINDS:
                key = key._replace(message="other errors", kind="other", status=0)
            self._error_keys.add(key)
        tick = self.at(at_s)
        count = tick.errors.setdefault(key, ErrorCount())
        count.n += not stopped
        count.people_stopped += stopped
        if at_s < count.first_real_s:
            count.first_real_s, count.example_k, count.trace_id = at_s, k, trace_id
        if not stopped:
            count.by_second[tick.second] = count.by_second.get(tick.second, 0) + 1
        return key

    def person_due(self, k: int, planned_s: float, now_s: float) -> None:
        """Somebody's intended moment has come."""
        self.due += 1
        tick = self.at(now_s)
        tick.planned[int(planned_s)] = tick.planned.get(int(planned_s), 0) + 1
        tick.due_ks.append(k)

    def person_started(self, k: int, planned_s: float, started_s: float) -> None:
        """Somebody has started."""
        self.started += 1
        self.active += 1
        tick = self.at(started_s)
        tick.started_ks.append(k)
        tick.delivered[tick.second] = tick.delivered.get(tick.second, 0) + 1
        tick.late_ms.add(max(0.0, started_s - planned_s) * 1000)

    def off_plan(self, now_s: float, people: int) -> None:
        """So many people were due and had not started at one moment."""
        tick = self.at(now_s)
        if people > tick.off_plan_max:
            tick.off_plan_max = people

    def reached(self, now_s: float, journey: str, step: str) -> None:
        """Somebody begins a step."""
        now = self._now
        reached = (now if now is not None and now.second == int(now_s) else self.at(now_s)).reached
        where = (journey, step)
        reached[where] = reached.get(where, 0) + 1

    def person_ended(self, now_s: float, end: PersonEnd) -> None:
        """Somebody is over, one way or another."""
        self.at(now_s).ends.append(end)

    def decision(self, now_s: float, within_s: float) -> Decisions:
        """The decisions of that deadline in the open tick, to be added to."""
        return self.at(now_s).decisions.setdefault(within_s, Decisions())

    def lag(self, now_s: float, lag_ms: float) -> None:
        """The event loop came back so late."""
        self.at(now_s).loop_lag_ms.add(lag_ms)

    def take(self, before_second: int, cpu: float) -> list[Tick]:
        """All ticks of seconds before ``before_second``, numbered, in order; each second gets one, busy or not."""
        self.at(before_second - 0.5)
        ready: deque[Tick] = deque()
        for second in sorted(second for second in self._open if second < before_second):
            tick = self._open.pop(second)
            self._count(tick)
            tick.seq = self._seq
            self._seq += 1
            if second == before_second - 1:
                tick.active, tick.waiting, tick.cpu = self.active, self.waiting, cpu
                tick.gc_ms, self.pause_ms = self.pause_ms, 0.0
            ready.append(tick)
        self._now = None
        self._times_now = {}
        return list(ready)

    def _count(self, tick: Tick) -> None:
        """Put all that was only noted down into a tick that is over."""
        waits: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
        for key, (cell, intended, actual, first_byte, reading, _) in self._times.pop(tick.second, {}).items():
            cell.requests += len(actual)
            cell.intended.add_all(intended)
            cell.actual.add_all(actual)
            if first_byte:
                whole = waits.setdefault((key[0], key[1]), ([], []))
                whole[0].extend(first_byte)
                whole[1].extend(reading)
        connected = self._connected.pop(tick.second, {})
        for where in waits.keys() | connected.keys():
            tick.phases[where] = Phases(*map(coarsely, (*connected.get(where, ([], [])), *waits.get(where, ([], [])))))
        tick.samples += self._examples.take(tick.second)
