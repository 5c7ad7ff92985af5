"""Owns one run as it is watched: its record followed, the last seconds alone, since when each check is as it is.

Knows nothing of pages or of who looks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from hms_esr.edu.live.interim_verdict import FIRST_FIGURES_S, InterimVerdict, interim_verdict
from hms_esr.edu.live.latency_series import AnswerTimes
from hms_esr.errors import EsrError
from hms_esr.events import ClockChanged, Event, Happened, Sensed
from hms_esr.library.functions import metric_functions
from hms_esr.record import Record, Tick
from hms_esr.record.fold import fold_tick
from hms_esr.store import RecordTail
from hms_esr.verdicts.judge import judge, judge_checks
from hms_esr.verdicts.judge_again import limits_of
from hms_esr.verdicts.judgement import CheckResult, Judgement
from hms_esr.verdicts.metrics import Custom, Metrics

LATELY_S = 10
"""Real seconds the triangle of a gauge covers."""
_REPLAYED = 40
"""Moments at which the past of a run is judged when somebody begins to watch."""
OVER = ("FINISHED", "BROKEN_OFF")


@dataclass(frozen=True, slots=True)
class Turn:
    """A check that became something else: ``verdict`` as in its result, ``close`` as there."""

    at_s: float
    index: int
    result: CheckResult


class RunWatcher:
    """A run in ``folder``. :meth:`look` reads what is new; everything else is as of the last look."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.tail = RecordTail(folder)
        self.times = AnswerTimes()
        self.turns: list[Turn] = []
        self.results: tuple[CheckResult, ...] = ()
        self.lately: tuple[CheckResult, ...] = ()
        self.last_ticks: dict[str, Tick] = {}
        self.interim: InterimVerdict
        self.final: Judgement | None = None
        self.errors_seen: list[tuple[str, str, int]] = []
        self.steps_seen: list[tuple[str, str]] = []
        self.looked_at = now()
        self.news_at_s = monotonic()
        self._now = now
        self._recent: deque[Tick] = deque()
        manifest = self.tail.record.manifest
        self._limits = limits_of(manifest)
        self._strict = bool(manifest.options.get("strict"))
        self._custom: Custom = _functions(Path(manifest.source).parent)
        self._verdicts: list[str] = []

    @property
    def record(self) -> Record:
        """The record, folded until now."""
        return self.tail.record

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.tail.state in OVER

    @property
    def quiet_s(self) -> float:
        """Real seconds since the record last grew."""
        return monotonic() - self.news_at_s

    def look(self) -> None:
        """Read what is new, judge it."""
        if self.final is not None:
            return
        news = self.tail.advance()
        self.looked_at = self._now()
        if news:
            self.news_at_s = monotonic()
        if news.ticks and not self._verdicts:
            self._replay(news.ticks, news.events)
        for tick in news.ticks:
            self.times.fold(tick)
            self.last_ticks[tick.worker] = tick
            self._recent.append(tick)
        self._judge()
        if self.over and news:
            self.look()
        elif self.over:
            self.final = judge(self.record, custom=self._custom, limits=self._limits, strict=self._strict)
            self.results = self.final.checks

    def _judge(self) -> None:
        record = self.record
        end = max(record.seconds, default=0)
        while self._recent and self._recent[0].second <= end - LATELY_S:
            self._recent.popleft()
        self.results = self._checks(record)
        self.lately = self._checks(self._alone())
        if len(record.seconds) >= FIRST_FIGURES_S:
            self._note(self.results, record.real_s)
        self.interim = interim_verdict(record, self.results, self._limits)
        _keep(self.errors_seen, sorted(_kinds(record), key=lambda kind: -_total(record, kind)))
        _keep(self.steps_seen, list(record.reached))

    def _checks(self, record: Record) -> tuple[CheckResult, ...]:
        return judge_checks(record, Metrics(record, self._custom), strict=self._strict)

    def _alone(self) -> Record:
        """A record of the last seconds alone."""
        whole = self.record
        found = _empty(whole)
        for tick in self._recent:
            if tick.second >= whole.warm_real_s:
                fold_tick(found, tick)
        found.sensors, found.probes = whole.sensors, whole.probes
        return found

    def _note(self, results: Sequence[CheckResult], at_s: float) -> None:
        if not self._verdicts:
            self._verdicts = ["PASS"] * len(results)
        for index, result in enumerate(results):
            if result.value is not None and result.verdict != self._verdicts[index]:
                self._verdicts[index] = result.verdict
                self.turns.append(Turn(at_s, index, result))

    def _replay(self, ticks: Sequence[Tick], events: Sequence[Event]) -> None:
        """Judge the past at some moments, for since when each check is as it is."""
        past = _empty(self.record)
        past.warm_real_s = self.record.warm_real_s
        end = max(tick.second for tick in ticks) + 1
        width = max(1, -(-end // _REPLAYED))
        ordered = sorted(ticks, key=lambda tick: tick.second)
        told = sorted((one for one in events if isinstance(one, _TOLD)), key=lambda event: event.real_s)
        next_tick = next_event = 0
        for at in range(width, end, width):
            while next_tick < len(ordered) and ordered[next_tick].second < at:
                fold_tick(past, ordered[next_tick])
                next_tick += 1
            while next_event < len(told) and told[next_event].real_s <= at:
                past.handle(told[next_event])
                next_event += 1
            if len(past.seconds) >= FIRST_FIGURES_S:
                self._note(self._checks(past), float(at))


_TOLD = (Happened, ClockChanged, Sensed)


def _empty(record: Record) -> Record:
    """A record of the same run without anything in it."""
    found = Record(record.manifest, record.scenario, planned_total=record.planned_total)
    found.length_real_s = record.length_real_s
    return found


def _functions(folder: Path) -> Custom:
    """Metric functions beside the scenario; none when they cannot be loaded (checks say so then)."""
    try:
        return metric_functions(folder)
    except EsrError:
        return {}


def _kinds(record: Record) -> set[tuple[str, str, int]]:
    return {(key.kind, key.message, key.status) for key in record.errors}


def _total(record: Record, kind: tuple[str, str, int]) -> int:
    return sum(error.n for key, error in record.errors.items() if (key.kind, key.message, key.status) == kind)


def _keep(seen: list[Any], found: Sequence[Any]) -> None:
    """Add what is new at the end, so that rows keep their place."""
    known = set(seen)
    seen.extend(one for one in found if one not in known)
