"""Owns per-second figures of one worker: what was sent, what came back, who started and how everybody ended.

Knows nothing of sockets, files or verdicts; times come in as real seconds since the run's start.
"""

from __future__ import annotations

from hms_esr.engine.recording.request_metrics import RequestMetrics
from hms_esr.formatting import example, mask
from hms_esr.record import Decisions, ErrorCount, ErrorKey, PersonEnd, Tick

MOST_KINDS = 500
"""Kinds of errors kept apart; further ones are counted together."""


class Recorder(RequestMetrics):
    """Gathers one open tick per second; :meth:`take` closes those that are over."""

    def __init__(self, worker: str) -> None:
        super().__init__(worker)
        self.started = 0
        self.due = 0
        self.active = 0
        self.waiting = 0
        self.pause_ms = 0.0
        """Longest pause of the memory collector since the last tick; set from outside, also amid a call of ours."""
        self._seq = 0
        self._error_keys: set[ErrorKey] = set()
        self._masked: dict[str, str] = {}

    @property
    def next_seq(self) -> int:
        """How many ticks were taken so far."""
        return self._seq

    def error(self, at_s: float, key: ErrorKey, person_no: int, trace_id: str, *, stopped: bool) -> ErrorKey:
        """One error of a kind; ``stopped``: it ended the person's journey. The key it is counted under.

        Kinds are told apart by masked messages; the first one's words are kept as the kind's example.
        """
        said = key.message
        key = key._replace(message=self.masked(said))
        if key not in self._error_keys:
            if len(self._error_keys) >= MOST_KINDS and key.kind != "internal":
                key = key._replace(message="other errors", kind="other", status=0)
            self._error_keys.add(key)
        tick = self.at(at_s)
        count = tick.errors.setdefault(key, ErrorCount())
        count.n += not stopped
        count.people_stopped += stopped
        if at_s < count.first_real_s:
            count.first_real_s, count.example_k, count.trace_id = at_s, person_no, trace_id
            count.example = example(said)
        if not stopped:
            count.by_second[tick.second] = count.by_second.get(tick.second, 0) + 1
        return key

    def record_pause(self, pause_ms: float) -> None:
        """The process stood still for ``pause_ms``; a tick tells the longest pause of its second."""
        self.pause_ms = max(self.pause_ms, pause_ms)

    def person_due(self, person_no: int, planned_s: float, now_s: float) -> None:
        """Somebody's intended moment has come."""
        self.due += 1
        tick = self.at(now_s)
        tick.planned[int(planned_s)] = tick.planned.get(int(planned_s), 0) + 1
        tick.due_ks.append(person_no)

    def person_started(self, person_no: int, planned_s: float, started_s: float) -> None:
        """Somebody has started."""
        self.started += 1
        self.active += 1
        tick = self.at(started_s)
        tick.started_ks.append(person_no)
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
        """Somebody is over, one way or another; the reason why a person failed is kept masked, as the error is."""
        self.at(now_s).ends.append(end._replace(reason=self.masked(end.reason)) if end.state == "failed" else end)

    def form_again(self, now_s: float, journey: str, step: str) -> None:
        """Somebody sent a form and saw it again without a message."""
        people = self.at(now_s).form_again
        people[journey, step] = people.get((journey, step), 0) + 1

    def masked(self, message: str) -> str:
        """:func:`mask`, asked once for messages that come again and again."""
        found = self._masked.get(message)
        if found is None:
            if len(self._masked) >= MOST_KINDS:
                self._masked.clear()
            found = self._masked[message] = mask(message)
        return found

    def decision(self, now_s: float, within_s: float) -> Decisions:
        """The decisions of that deadline in the open tick, to be added to."""
        return self.at(now_s).decisions.setdefault(within_s, Decisions())

    def lag(self, now_s: float, lag_ms: float) -> None:
        """The event loop came back so late."""
        self.at(now_s).loop_lag_ms.add(lag_ms)

    def take(self, before_second: int, cpu: float) -> list[Tick]:
        """All ticks of seconds before ``before_second``, numbered, in order; each second gets one, busy or not."""
        ready = self.closed(before_second)
        for tick in ready:
            tick.seq = self._seq
            self._seq += 1
            if tick.second == before_second - 1:
                tick.active, tick.waiting, tick.cpu = self.active, self.waiting, cpu
                tick.gc_ms, self.pause_ms = self.pause_ms, 0.0
        return ready
