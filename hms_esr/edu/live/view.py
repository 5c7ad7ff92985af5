"""Owns what the live page's parts share: the report's figures with an axis that holds from the first second.

Knows nothing of HTML.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from hms_esr.charts.frame import Mark
from hms_esr.charts.latency import LatencyLines
from hms_esr.charts.scales import Log
from hms_esr.charts.svg import Bin
from hms_esr.clock import Segment
from hms_esr.edu.live.page_diff import PageState
from hms_esr.edu.live.run_watcher import RunWatcher
from hms_esr.reports.html.bins import Bins
from hms_esr.reports.html.figures import Figures, PageCaps
from hms_esr.reports.html.letters import letter
from hms_esr.schedule.arrivals import ArrivalSchedule
from hms_esr.verdicts.judgement import CheckResult, Judgement

_ROOM = 1.1
"""The axis is a little longer than the plan, for those still under way at its end."""
_GROWS = 1.25


class View(Figures):
    """A run at one moment, ready to be drawn. ``slots`` takes everything that changes."""

    def __init__(self, watch: RunWatcher, caps: PageCaps | None = None) -> None:
        super().__init__(watch.record, _judgement(watch), caps or PageCaps())
        self.watch = watch
        self.slots = PageState()

    @property
    def over(self) -> bool:
        """Whether these are the final figures."""
        return self.watch.final is not None

    @property
    def known(self) -> bool:
        """Whether there is a verdict to show."""
        return self.over or self.watch.interim.known

    @property
    def now_s(self) -> float:
        """Real seconds since the start, as far as the record goes."""
        return self.record.real_s

    @property
    def paused(self) -> bool:
        """Whether the run's clock stands still."""
        return not self.over and bool(self.record.segments) and self._last.warp == 0

    @property
    def _last(self) -> Segment:
        return max(self.record.segments, key=lambda one: one.real_s)

    @cached_property
    def paused_s(self) -> float:
        """Real seconds the run was paused for so far."""
        return sum(mark.to_s - mark.from_s for mark in self.marks if mark.kind == "pause")

    @cached_property
    def length_s(self) -> float:
        """The plan with some room; longer by a quarter, at once, when pauses or open cases need it. Final: the run."""
        if self.over:
            return max(self.record.real_s, self.record.length_real_s, 1.0)
        length = max(self.record.length_real_s, 1.0) * _ROOM
        while length < max(self.now_s, self.record.length_real_s + self.paused_s):
            length *= _GROWS
        return length

    @property
    def planned_end_s(self) -> float:
        """When the last person is planned to come, as far as is known."""
        return self.record.length_real_s + self.paused_s

    @cached_property
    def ahead(self) -> tuple[Mark, ...]:
        """Faults of the scenario that have not begun, lettered after those that were."""
        if self.over or self.record.stopped or self.record.manifest.options.get("only") is not None:
            return ()
        begun = len(self.record.faults)
        waiting = sorted(self.scenario.faults, key=lambda one: one.at_s)[begun:]
        warp = self.warp or 1.0
        found = []
        for index, fault in enumerate(waiting):
            at = self.real_at(fault.at_s)
            lasts = (fault.for_s if fault.for_s is not None else self.scenario.length_s - fault.at_s) / warp
            found.append(Mark(letter(len(self.marks) + index), "fault", at, at + lasts, fault.title))
        return tuple(one for one in found if one.from_s < self.length_s)

    def real_at(self, sim_s: float) -> float:
        """When a simulated second ahead comes, if the run goes on from now without a pause."""
        return self.now_s + max(0.0, sim_s - self.clock.sim_s(self.now_s)) / (self.warp or 1.0)

    @cached_property
    def answer_times(self) -> tuple[int, LatencyLines]:
        """Width of a bin in real seconds, and the lines of the answer times."""
        return self.watch.times.lines(self.record, self.length_s)

    @cached_property
    def scale(self) -> Log:
        """Answer times: 20 ms to 10 s, wider at once when a limit or a value is outside; as in the report when over."""
        if self.over:
            return super().scale
        lines = self.answer_times[1]
        values = [one.value for line in (lines.intended, lines.median) for one in line if one.value]
        return Log.over(values + [limit for check in self.p95_checks for limit in (check.limit, check.warn) if limit])

    @cached_property
    def plan(self) -> list[Bin]:
        """People planned per real second over the whole run: as it was until now, by the scenario's curve ahead."""
        if self.record.manifest.options.get("only") is not None or self._schedule.closed:
            return []
        width = self.answer_times[0]
        done = {int(one.from_s) // width: one for one in self._planned_so_far(width)}
        return [done.get(slot) or self._ahead(slot * width, width) for slot in range(ceil(self.length_s / width))]

    def _planned_so_far(self, width: int) -> list[Bin]:
        by_second = {at: second.planned for at, second in self.record.seconds.items()}
        return [one for one in Bins(self.record, width).rates(by_second) if one.to_s - one.from_s >= width]

    def _ahead(self, at: int, width: int) -> Bin:
        first, last = self._sim_of(at), self._sim_of(at + width)
        stands, over = last <= first, first >= self.scenario.length_s
        n = self._schedule.expected(last) - self._schedule.expected(first)
        return Bin(at, at + width, None if stands or over else n / width)

    @cached_property
    def _schedule(self) -> ArrivalSchedule:
        """Everybody planned; only its curve is asked for, so it is cheap."""
        scale = self.record.manifest.options.get("scale")
        times = float(scale) if isinstance(scale, (int, float)) else 1.0
        scenario = self.record.scenario
        return ArrivalSchedule(scenario, seed=self.record.manifest.seed, warp=scenario.clock.warp, scale=times)

    def _sim_of(self, real_s: float) -> float:
        if real_s <= self.now_s:
            return self.clock.sim_s(real_s)
        return self.clock.sim_s(self.now_s) + (real_s - self.now_s) * (self.warp or 1.0)

    def figures_of(self) -> str:
        """The wall clock of these figures: ``14:12:00 UTC``."""
        at = self.ended_at if self.over else self.watch.looked_at
        return f"{at:%H:%M:%S} {at.tzname() or ''}".strip()

    @property
    def ended_at(self) -> datetime:
        """When the run ended, in the zone it was started in."""
        try:
            first = datetime.fromisoformat(self.record.manifest.started_at)
        except ValueError:
            return self.watch.looked_at
        return first + timedelta(seconds=self.record.real_s)

    def lately_of(self, index: int) -> CheckResult | None:
        """A check over the last seconds alone; None without data, and when the run is over."""
        if self.over or index >= len(self.watch.lately):
            return None
        found = self.watch.lately[index]
        return found if found.value is not None else None


def _judgement(watch: RunWatcher) -> Judgement:
    return watch.final if watch.final is not None else watch.interim.judgement
