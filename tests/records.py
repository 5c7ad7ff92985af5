"""Owns made-up records of runs: several hundred people, a fault, errors, decisions, all drawn from a seed.

Knows nothing of the engine; ticks are folded just as a run's are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hms_esr.clock import Segment
from hms_esr.events import Happened
from hms_esr.record import (
    Cell,
    Decisions,
    ErrorCount,
    ErrorKey,
    Manifest,
    PersonEnd,
    Phases,
    Record,
    Sample,
    SeriesKey,
    Tick,
)
from hms_esr.record.fold import fold_tick
from hms_esr.scenario.model import Scenario
from hms_esr.seeded import uniform

STEPS = ("open_form", "login", "upload", "submit")
WITHIN_S = 48 * 3600.0
CHECKS = ("success_rate > 0.85", "latency_p95_ms < 2000", "error_rate < 0.2", "sla_48h_success_rate > 0.9")
PERSONAS = ("farmer", "claimant", "slow")


@dataclass
class Day:
    """What a made-up run is like. Shares 0 to 1, times in real seconds but for names that say otherwise."""

    people: int = 300
    length_s: int = 60
    seed: int = 7
    warp: float = 60.0
    workers: int = 1
    base_ms: float = 80.0
    forgetful: float = 0.03
    """Share of people refused with "Schedule F missing"."""
    fault: tuple[int, int] | None = (24, 30)
    """Seconds in which the service "records" is down; None: no fault."""
    undone: bool = True
    recovery_s: int = 4
    dropped: float = 0.0
    unfinished: float = 0.0
    late: float = 0.0
    """Share of people started 300 ms late."""
    undecided: float = 0.0
    too_late: float = 0.02
    bound_s: float = 0.0
    saturated: bool = False
    warm_s: int = 0
    checks: tuple[Any, ...] = CHECKS
    scenario: dict[str, Any] = field(default_factory=dict)
    name: str = "made-up-subsidy"


def made_up_scenario(day: Day) -> Scenario:
    """The scenario the made-up run was of."""
    steps: list[Any] = [
        {"visit": "/apply-subsidy", "name": "open_form"},
        "login",
        {"upload": {"file": "schedule_f.pdf"}},
        "submit",
        {"await": {"status": "decided", "within": "48h"}},
    ]
    asked: dict[str, Any] = {
        "name": day.name,
        "description": "A made-up day of subsidy applications",
        "tags": ["made_up"],
        "seed": day.seed,
        "target": "http://127.0.0.1:9800",
        "clock": {"warp": day.warp},
        "duration": f"{day.length_s * day.warp:.0f}s",
        "load": {"people": day.people, "over": f"{day.length_s * day.warp:.0f}s"},
        "journeys": [{"name": "apply", "persona": {"farmer": 8, "claimant": 1, "slow": 1}, "steps": steps}],
        "checks": list(day.checks),
    }
    if day.fault:
        at, until = day.fault
        asked["faults"] = [
            {"fault": "down", "service": "records", "name": "records_down"}
            | {"at": f"{at * day.warp:.0f}s", "for": f"{(until - at) * day.warp:.0f}s"}
        ]
    if day.warm_s:
        asked["warm_up"] = f"{day.warm_s * day.warp:.0f}s"
    return Scenario.model_validate(asked | day.scenario)


class _Ticks:
    """Ticks by worker and second, made as they are asked for; each worker's seconds without gaps."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.by: dict[tuple[int, int], Tick] = {}

    def at(self, k: int, real_s: float) -> Tick:
        worker, second = k % self.day.workers, int(real_s)
        if (worker, second) not in self.by:
            self.by[worker, second] = Tick(f"worker-{worker + 1}", second, second)
        return self.by[worker, second]

    def all(self) -> list[Tick]:
        last = max((second for _, second in self.by), default=self.day.length_s - 1)
        for worker in range(self.day.workers):
            for second in range(last + 1):
                tick = self.at(worker, second)
                tick.cpu = 0.97 if self.day.saturated and 10 <= second < 20 else 0.2 + 0.1 * math.sin(second / 9)
                tick.loop_lag_ms.add(45.0 if tick.cpu > 0.9 else 1.2, 20)
        return [self.by[key] for key in sorted(self.by, key=lambda key: (key[1], key[0]))]


def _sick(day: Day, at_s: float) -> bool:
    return day.fault is not None and day.fault[0] <= at_s < day.fault[1]


def _answer_ms(day: Day, k: int, step: int, at_s: float) -> float:
    u, v = uniform(day.seed, "u", k, step), uniform(day.seed, "v", k, step)
    normal = math.sqrt(-2 * math.log(max(u, 1e-12))) * math.cos(2 * math.pi * v)
    slower = 12.0 if day.fault and day.fault[1] <= at_s < day.fault[1] + day.recovery_s else 1.0
    return day.base_ms * (1 + step / 2) * math.exp(min(1.2, 0.3 * normal)) * slower


def _request(ticks: _Ticks, k: int, step: str, persona: str, at_s: float, took_ms: float, message: str) -> None:
    tick = ticks.at(k, at_s + took_ms / 1000)
    status = int(message.split()[0]) if message else 200
    service = "records" if status == 503 else ""
    cell = tick.cells.setdefault(SeriesKey("apply", step, persona, status, service), Cell())
    cell.requests += 1
    cell.bytes += 3000
    cell.intended.add(took_ms + 0.4)
    cell.actual.add(took_ms)
    phases = tick.phases.setdefault(("apply", step), Phases())
    phases.first_byte.add(0.9 * took_ms)
    phases.reading.add(0.1 * took_ms)
    if step == STEPS[0]:
        phases.connect.add(0.4)
    ended_s = at_s + took_ms / 1000
    who = ("apply", step, persona, k, f"{k:032x}", status, at_s - 0.0004, at_s, ended_s)
    if message or took_ms > 5 * ticks.day.base_ms:
        tick.samples.append(Sample("status" if message else "slow", *who, message[4:]))
    if message:
        cell.errors += 1
        error = ErrorCount(1, 1, at_s, k, f"{k:032x}", {tick.second: 1})
        tick.errors.setdefault(ErrorKey("apply", step, "status", message[4:], status), ErrorCount()).merge(error)


def _person(ticks: _Ticks, k: int) -> None:
    day = ticks.day
    planned_s = (k + 0.5) * day.length_s / day.people
    persona = PERSONAS[(k % 10 > 7) + (k % 10 > 8)]
    late_ms = 300.0 if uniform(day.seed, "late", k) < day.late else 0.3 + 0.6 * uniform(day.seed, "jitter", k)
    planned = ticks.at(k, planned_s).planned
    planned[int(planned_s)] = planned.get(int(planned_s), 0) + 1
    if uniform(day.seed, "dropped", k) < day.dropped:
        end = PersonEnd(k, "apply", persona, "dropped", STEPS[0], "no place left", planned_s, planned_s, planned_s)
        ticks.at(k, planned_s).ends.append(end)
        return
    at_s = started_s = planned_s + late_ms / 1000
    tick = ticks.at(k, at_s)
    tick.delivered[int(at_s)] = tick.delivered.get(int(at_s), 0) + 1
    tick.late_ms.add(late_ms)
    tick.off_plan_max = max(tick.off_plan_max, 1)
    for number, step in enumerate(STEPS):
        tick = ticks.at(k, at_s)
        tick.reached["apply", step] = tick.reached.get(("apply", step), 0) + 1
        message = "503 Service Unavailable" if _sick(day, at_s) and step == "submit" else ""
        if step == "submit" and not message and uniform(day.seed, "forgets", k) < day.forgetful:
            message = "400 Schedule F missing"
        took_ms = 15.0 if message else _answer_ms(day, k, number, at_s)
        _request(ticks, k, step, persona, at_s, took_ms, message)
        at_s += took_ms / 1000
        if message:
            reason = message if persona != "slow" else f"{message} (slow)"
            ticks.at(k, at_s).ends.append(
                PersonEnd(k, "apply", persona, "failed", step, reason, planned_s, started_s, at_s)
            )
            return
        at_s += 0.5 + uniform(day.seed, "pause", k, number)
    _decision(ticks, k, persona, planned_s, started_s, at_s)


def _decision(ticks: _Ticks, k: int, persona: str, planned_s: float, started_s: float, at_s: float) -> None:
    day = ticks.day
    ticks.at(k, at_s).reached["apply", "await"] = ticks.at(k, at_s).reached.get(("apply", "await"), 0) + 1
    end_s = max(at_s, day.length_s + 2.0) + uniform(day.seed, "decided", k) * 5
    tick = ticks.at(k, end_s)
    tick.polls += 1
    fate = uniform(day.seed, "fate", k)
    one = Decisions(reached=1, bound_s=day.bound_s)
    state, reason = "completed", ""
    if fate < day.undecided:
        one.undecided, state, reason = 1, "unfinished", "undecided at the end"
    elif fate < day.undecided + day.too_late:
        one.late, one.decided, state, reason = 1, 1, "failed", "not decided within 48 h"
    else:
        one.in_time, one.decided = 1, 1
        if uniform(day.seed, "unfinished", k) < day.unfinished:
            state, reason = "unfinished", "the run ended"
    tick.decisions.setdefault(WITHIN_S, Decisions()).merge(one)
    if state == "failed":
        key = ErrorKey("apply", "await", "deadline", reason, 0)
        tick.errors.setdefault(key, ErrorCount()).merge(ErrorCount(1, 1, end_s, k, f"{k:032x}", {tick.second: 1}))
    tick.ends.append(PersonEnd(k, "apply", persona, state, "await", reason, planned_s, started_s, end_s))


def made_up_ticks(day: Day) -> list[Tick]:
    """Every tick of the made-up run, in order of time."""
    ticks = _Ticks(day)
    for k in range(day.people):
        _person(ticks, k)
    made = ticks.all()
    for tick in made:
        tick.active = 5 if tick.second < day.length_s else 0
        tick.waiting = min(day.people, 4 * tick.second)
    return made


def made_up_manifest(day: Day, scenario: Scenario) -> Manifest:
    """What was asked for."""
    return Manifest(
        run_id=f"20261120-140533-{day.name}-7c1f",
        scenario=scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        source="scenarios/made_up_subsidy.yaml",
        source_text=f"name: {day.name}\n# made up for a test\n",
        stem="made_up_subsidy",
        seed=day.seed,
        target="http://127.0.0.1:9800",
        target_requested="http://127.0.0.1:9800",
        started_at="2026-11-20T14:05:33-05:00",
        options={"scale": 1.0, "warp": None, "only": None},
        versions={"hms-esr": "0.1.0", "python": "3.11.7", "locust": "2.47.0", "gevent": "25.9.1", "faker": "38.2.0"},
        files={"scenarios/made_up_subsidy.yaml": "9f2c41d07be3" + "0" * 52},
        command=f"hms-esr run scenarios/made_up_subsidy.yaml --seed {day.seed}",
        workers=[{"worker": f"worker-{n + 1}", "host": "load-a.test", "pid": 4000 + n} for n in range(day.workers)],
        setup_requests=3,
        made_up_files=["schedule_f.pdf"],
    )


def record_of(day: Day, ticks: Iterable[Tick]) -> Record:
    """A record folded from some ticks of the made-up run, with its events and manifest."""
    scenario = made_up_scenario(day)
    record = Record(made_up_manifest(day, scenario), scenario, planned_total=day.people)
    record.length_real_s, record.warm_real_s = float(day.length_s), float(day.warm_s)
    for tick in ticks:
        fold_tick(record, tick)
    record.setup_requests = 3
    sim_s = day.length_s * day.warp
    record.segments = [Segment(0.0, 0.0, day.warp), Segment(day.length_s + 2.0, sim_s + 2 * day.warp, 3600.0)]
    record.sim_s = sim_s + 2 * day.warp + max(0.0, record.real_s - day.length_s - 2) * 3600
    if day.fault:
        on, off = day.fault
        details = {"service": "records", "fault": "down"}
        record.handle(Happened("fault_on", "records_down", float(on), on * day.warp, "1", details))
        undone = {"verified": day.undone, "after_s": 0.1}
        record.handle(Happened("fault_off", "records_down", float(off), off * day.warp, "1", undone))
    record.handle(Happened("nobody_new", "nobody new comes", float(day.length_s), sim_s))
    record.handle(Happened("settle", "open cases are settled", day.length_s + 2.0, sim_s + 2 * day.warp))
    return record


def made_up_record(**choices: Any) -> Record:
    """A whole made-up run; ``choices`` are fields of :class:`Day`. Without any: it keeps its four promises."""
    day = Day(**choices)
    return record_of(day, made_up_ticks(day))
