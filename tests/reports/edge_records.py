"""Owns made-up runs at the edges: nobody, three people, hostile texts, more of everything than a page can hold.

Knows nothing of reports.
"""

from __future__ import annotations

from dataclasses import replace

from hms_esr.clock import Segment
from hms_esr.events import Happened
from hms_esr.formatting import mask
from hms_esr.record import Cell, ErrorCount, ErrorKey, PersonEnd, Phases, Record, Sample, SeriesKey, Tick, WorkerHealth
from hms_esr.record.fold import fold_tick
from tests.records import Day, made_up_manifest, made_up_record, made_up_scenario

HOSTILE = "</style></title><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x00\u202e\ud800]]>-->"


def nobody() -> Record:
    """A run that was stopped before anybody came."""
    day = Day(people=300, fault=None)
    record = Record(made_up_manifest(day, made_up_scenario(day)), made_up_scenario(day), planned_total=300)
    record.length_real_s, record.interrupted = 60.0, "Ctrl-C"
    return record


def killed() -> Record:
    """A run whose process ended before its first second was written."""
    day = Day(people=200, fault=None)
    record = Record(made_up_manifest(day, made_up_scenario(day)), made_up_scenario(day), planned_total=200)
    record.length_real_s = 60.0
    record.problems.append("the rehearsal's process ended before its report")
    return record


def three_people() -> Record:
    """Three people in two seconds, in real time, without fault."""
    return made_up_record(people=3, length_s=2, warp=1.0, fault=None, checks=("success_rate > 0.5",))


def short_faults() -> Record:
    """A small run with a fault so early that nobody knows what is usual."""
    return made_up_record(people=60, length_s=8, fault=(2, 4))


def hostile() -> Record:
    """Every text that a scenario, a target or a machine can choose is an attack."""
    record = made_up_record(people=200, length_s=30, fault=(10, 15))
    steps = [{"visit": "/x", "name": HOSTILE}, "submit"]
    journey = {"name": "apply", "persona": {HOSTILE: 1}, "steps": steps}
    record.scenario = made_up_scenario(Day(scenario={"description": HOSTILE, "journeys": [journey]}))
    cell = Cell(requests=50, errors=50)
    cell.intended.add(100.0, 50)
    cell.actual.add(90.0, 50)
    tick = Tick(HOSTILE, 0, 12, {SeriesKey("apply", HOSTILE, HOSTILE, 500, HOSTILE): cell})
    tick.errors[ErrorKey("apply", HOSTILE, HOSTILE, HOSTILE, 500)] = ErrorCount(50, 5, 12.0, 7, HOSTILE, {12: 50})
    tick.reached["apply", HOSTILE] = 50
    where = ("apply", HOSTILE, HOSTILE, 7, HOSTILE, 500, 10.9, 11.0, 12.0)
    tick.samples += [Sample(kind, *where, mask(HOSTILE)) for kind in (HOSTILE, "slow")]
    tick.phases["apply", HOSTILE] = Phases()
    tick.phases["apply", HOSTILE].reading.add(900.0)
    tick.ends.append(PersonEnd(1, "apply", HOSTILE, "failed", HOSTILE, HOSTILE, 1.0, 1.0, 2.0))
    fold_tick(record, tick)
    record.handle(Happened("fault_on", HOSTILE, 20.0, 1200.0, "9", {"service": HOSTILE}))
    record.handle(Happened("fault_off", HOSTILE, 22.0, 1320.0, "9", {"verified": False}))
    record.handle(Happened("note", HOSTILE, 25.0, 1500.0))
    record.workers[HOSTILE] = WorkerHealth(HOSTILE, host=HOSTILE, lost_at_s=5.0)
    record.problems.append(HOSTILE)
    record.sensors[HOSTILE] = {HOSTILE: 1.0}
    record.probes[HOSTILE] = 1.0
    record.manifest = replace(
        record.manifest,
        run_id=HOSTILE,
        source=HOSTILE,
        source_text=HOSTILE * 20,
        target=HOSTILE,
        target_requested=HOSTILE + "2",
        started_at=HOSTILE,
        options={"scale": HOSTILE, "only": None},
        versions={HOSTILE: HOSTILE},
        files={HOSTILE: HOSTILE},
        command=f"hms-esr run {HOSTILE}",
        made_up_files=[HOSTILE],
    )
    return record


def large() -> Record:
    """24 real minutes, 35,000 people, 15 steps, 60 kinds of errors, 16 workers, 40 events, 250 KB of scenario."""
    length_s, steps = 1440, [f"step number {n} with a long name" for n in range(15)]
    asked = [{"visit": f"/{n}", "name": name} for n, name in enumerate(steps)]
    journey = {"name": "apply", "persona": {"claimant": 1}, "steps": asked}
    checks = [f'latency_p95_ms{{step="{name}"}} < 2000' for name in steps] + [
        f"latency_p{q}_ms < 4000" for q in (90, 95, 99)
    ]
    day = Day(people=35_000, length_s=length_s, fault=None, scenario={"journeys": [journey], "checks": checks})
    scenario = made_up_scenario(day)
    record = Record(made_up_manifest(day, scenario), scenario, planned_total=35_000, length_real_s=float(length_s))
    record.manifest = replace(record.manifest, source_text='steps: <& "quoted">\n' * 13_000)
    record.segments = [Segment(0.0, 0.0, 60.0)]
    for second in range(length_s):
        fold_tick(record, _second(second, steps))
    record.states = {"completed": 34_000, "failed": 1_000}
    record.journey_states = {("apply", "completed"): 34_000, ("apply", "failed"): 1_000}
    for n in range(20):
        on, off = 30.0 + 60 * n, 55.0 + 60 * n
        record.handle(Happened("fault_on", f"service {n} down", on, on * 60, str(n), {"service": f"service-{n}"}))
        record.handle(
            Happened("fault_off", f"service {n} down", off, off * 60, str(n), {"verified": True, "after_s": 0.2})
        )
        record.handle(Happened("note", f"something happened, number {n}", 40.0 + 61 * n, 2400.0 + 3660 * n))
    return record


def _second(second: int, steps: list[str]) -> Tick:
    tick = Tick(f"worker-{second % 16 + 1}", second // 16, second, cpu=0.2 + second % 7 / 10)
    tick.planned, tick.delivered = {second: 24}, {second: 24}
    tick.late_ms.add(0.4 + second % 5 / 10, 24)
    tick.loop_lag_ms.add(1.2, 20)
    for n, step in enumerate(steps):
        cell = Cell(requests=24, errors=second % 3)
        for k in range(8):
            cell.intended.add(40.0 * (1 + n) * (1 + (second * 7 + k * 13) % 29 / 10), 3)
            cell.actual.add(38.0 * (1 + n) * (1 + (second * 5 + k * 11) % 31 / 10), 3)
        tick.cells[SeriesKey("apply", step, "claimant", 200, "")] = cell
        tick.reached["apply", step] = 24
        kind = f"a message of some length that names problem {(second + n) % 60}"
        tick.errors[ErrorKey("apply", step, "status", kind, 503)] = ErrorCount(
            1, 1, float(second), second, "f" * 32, {second: 1}
        )
    return tick
