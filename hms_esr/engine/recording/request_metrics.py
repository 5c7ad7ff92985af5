"""Owns requests of one worker second by second: figures of each series, where the time went, examples.

Knows nothing of sockets, people or files; times come in as real seconds since the run's start.
"""

from __future__ import annotations

from hms_esr.engine.recording.samples import SampleBuffer, Slowest
from hms_esr.record import Cell, ErrorKey, Phases, Sample, SeriesKey, Tick
from hms_esr.record.phases import coarsely

Times = tuple[Cell, list[float], list[float], list[float], list[float], Slowest]
"""A cell and what it has yet to be told in milliseconds: from intended and from actual start, one of each per request;
to the first byte, and reading, one of each per answer."""
Connected = tuple[list[float], list[float]]
"""Milliseconds that connections of a step took: TCP, TLS."""


class RequestMetrics:
    """Gathers one open tick per second; what is only noted down in a second is counted when the tick is taken."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._open: dict[int, Tick] = {}
        self._now: Tick | None = None
        self._times: dict[int, dict[SeriesKey, Times]] = {}
        self._times_now: dict[SeriesKey, Times] = {}
        self._connected: dict[int, dict[tuple[str, str], Connected]] = {}
        self._examples = SampleBuffer()

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

    def record_request(
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

    def wants(self, key: ErrorKey) -> bool:
        """Whether there are few examples of errors counted as ``key`` yet."""
        return self._examples.wants(key)

    def failed(self, sample: Sample, key: ErrorKey) -> None:
        """An example of an error counted as ``key``."""
        self._examples.failed(key)
        self.at(sample.ended_s).samples.append(sample)

    def record_retry(self, at_s: float, key: SeriesKey, requests: int) -> None:
        """A request of that series was sent so many times more before it was answered."""
        tick = self.at(at_s)
        tick.retries += requests
        tick.cells.setdefault(key, Cell()).requests += requests

    def failed_after(self, ended_s: float, key: SeriesKey) -> None:
        """An answer already counted turned out to be wrong (an expectation did not hold)."""
        self.at(ended_s).cells.setdefault(key, Cell()).errors += 1

    def closed(self, before_second: int) -> list[Tick]:
        """All ticks of seconds before ``before_second``, in order; at least that of the last one."""
        self.at(before_second - 0.5)
        ready = [self._open.pop(second) for second in sorted(self._open) if second < before_second]
        for tick in ready:
            self._count(tick)
        self._now = None
        self._times_now = {}
        return ready

    def _count(self, tick: Tick) -> None:
        """Put all that was only noted down into a tick that is over."""
        poller: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
        for key, (cell, intended, actual, first_byte, reading, _) in self._times.pop(tick.second, {}).items():
            cell.requests += len(actual)
            cell.intended.add_all(intended)
            cell.actual.add_all(actual)
            if first_byte:
                whole = poller.setdefault((key[0], key[1]), ([], []))
                whole[0].extend(first_byte)
                whole[1].extend(reading)
        connected = self._connected.pop(tick.second, {})
        for where in poller.keys() | connected.keys():
            tick.phases[where] = Phases(*map(coarsely, (*connected.get(where, ([], [])), *poller.get(where, ([], [])))))
        tick.samples += self._examples.take(tick.second)
