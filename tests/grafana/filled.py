"""Owns an InfluxDB with made-up runs in it: every kind of thing a run can send, each point made as a real run's are.

Knows nothing of dashboards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.request import Request, urlopen

from hms_esr.events import Happened, Sensed
from hms_esr.record import Record, Tick
from hms_esr.sinks.influx.lines import line
from hms_esr.sinks.influx.points import Checked, EndedRun, Points
from hms_esr.verdicts.judge import judge_checks
from hms_esr.verdicts.metrics import Metrics
from tests.influx import Influx
from tests.records import CHECKS, Day, made_up_ticks, record_of

EVERY_CHECK = (*CHECKS, "people > 100", "recovery_s < 30")
FIGURES = {
    "server.p95_ms": 41.0,
    "server.cpu": 0.4,
    "server.memory_mb": 210.0,
    "server.requests": 12.0,
    "db.waits": 3.0,
}


@dataclass(frozen=True)
class Sent:
    """A run that was sent: its record, when it began, how it ended."""

    record: Record
    began_ms: int
    ended: EndedRun
    ticks: tuple[Tick, ...]

    @property
    def run(self) -> str:
        return self.record.manifest.run_id

    @property
    def end_ms(self) -> int:
        return self.began_ms + round(self.record.real_s + 60) * 1000


def send(server: Influx, run_id: str, began: str, code: int = 0, verdict: str = "PASS", **choices: Any) -> Sent:
    """Send a made-up run with faults, errors, sensors, two workers of which one goes and comes back."""
    day = Day(workers=2, checks=EVERY_CHECK, **choices)
    ticks = made_up_ticks(day)
    record = record_of(day, [])
    record.manifest = replace(record.manifest, run_id=run_id)
    happened, record.events = [*record.events, *_workers()], []
    moment = datetime.fromisoformat(began)
    points = Points(record, moment, lambda second: (t for t in ticks if t.second == second), _checked)
    points.start(f"{day.name}: {day.people} people")
    for event in [*happened, *(Sensed("city", FIGURES, float(at), at * day.warp) for at in range(day.length_s))]:
        points.event(event)
    for tick in ticks:
        points.tick(tick)
    ended = EndedRun(code, verdict, "made up", tuple(_checked(record)))
    lines = [*points.take(), *points.end(record.real_s, ended), *_spool(run_id, day.name, moment)]
    _write(server, lines)
    return Sent(record, int(moment.timestamp()) * 1000, ended, tuple(ticks))


def _workers() -> list[Happened]:
    return [Happened("worker_lost", "worker-2", 30.0, 1800.0), Happened("worker_joined", "worker-2", 33.0, 1980.0)]


def _checked(record: Record) -> list[Checked]:
    return [Checked(one.check, one.value, one.limit, one.verdict) for one in judge_checks(record, Metrics(record))]


def _spool(run: str, scenario: str, began: datetime) -> list[str]:
    tags = {"sim": "true", "run": run, "scenario": scenario}
    names = ("bytes", "waiting_points", "written_points", "dead_points", "lost_points", "behind_s")
    began_ms = int(began.timestamp()) * 1000
    return [line("esr_spool", tags, dict.fromkeys(names, float(at)), began_ms + at * 1000) for at in range(0, 60, 5)]


def _write(server: Influx, lines: list[str]) -> None:
    address = f"{server.url}/api/v2/write?org={server.org}&bucket={server.bucket}&precision=ms"
    request = Request(address, data="\n".join(lines).encode(), headers={"Authorization": f"Token {server.token}"})
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 204
