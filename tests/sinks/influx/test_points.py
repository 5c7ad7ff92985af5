"""Facts about a run as points."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hms_esr.events import Happened, Sensed
from hms_esr.record import Record, Tick
from hms_esr.sinks.influx.points import KEPT_S, Checked, EndedRun, Points
from tests.records import Day, made_up_manifest, made_up_scenario, made_up_ticks, record_of

BEGAN = datetime(2026, 11, 20, 12, 0, 0, 700_000, tzinfo=UTC)
DAY = Day(people=120, length_s=30, workers=2)
LINE = re.compile(r"(?P<identity>esr_[a-z]+(?:,[a-z]+=(?:\\.|[^\\ ,=])+)+) (?P<fields>\S+) (?P<at>\d+)")
HOW = EndedRun(0, "PASS", "The site kept its promise.", (Checked("success_rate > 0.9", 0.97, 0.9, "PASS"),))


def _points(day: Day, ticks: list[Tick]) -> tuple[Points, Record]:
    scenario = made_up_scenario(day)
    record = Record(made_up_manifest(day, scenario), scenario, planned_total=day.people)
    record.warm_real_s = float(day.warm_s)

    def again(second: int) -> Iterator[Tick]:
        yield from (tick for tick in ticks if tick.second == second)

    return Points(record, BEGAN, again, lambda record: HOW.checks), record


def _stored(lines: list[str]) -> dict[tuple[str, int], dict[str, float]]:
    """As a server keeps them: the last write of a field of a point stays."""
    kept: dict[tuple[str, int], dict[str, float]] = {}
    for text in lines:
        found = LINE.fullmatch(text)
        assert found, text
        fields = {name: float(value) for name, value in (one.split("=") for one in found["fields"].split(","))}
        assert all(not value.endswith("i") and "." in value for value in found["fields"].split(",")), text
        kept.setdefault((found["identity"], int(found["at"])), {}).update(fields)
    return kept


def _all(day: Day, ticks: list[Tick], at_once: int) -> tuple[dict[tuple[str, int], dict[str, float]], Record]:
    points, record = _points(day, ticks)
    lines: list[str] = []
    for start in range(0, len(ticks), at_once):
        for tick in ticks[start : start + at_once]:
            points.tick(tick)
        lines += points.take()
    lines += points.end(record.real_s, HOW)
    return _stored(lines), record


def _sum(kept: dict[tuple[str, int], dict[str, float]], measurement: str, field: str) -> float:
    return sum(fields.get(field, 0.0) for (identity, _), fields in kept.items() if identity.startswith(measurement))


@pytest.mark.parametrize("at_once", [1, 2, 7, 1000])
def test_the_same_record_gives_the_same_points_however_it_is_read(at_once: int) -> None:
    """Tick by tick as a run goes on, or whole long after: what is sent again writes the same over it."""
    ticks = made_up_ticks(DAY)
    assert _all(DAY, ticks, at_once)[0] == _all(DAY, ticks, 3)[0]


def test_sums_of_steps_are_the_record_s() -> None:
    """Requests, polls, errors and bytes; times in buckets count every request twice: planned and actual."""
    kept, record = _all(DAY, made_up_ticks(DAY), 5)
    cells = list(record.series.values())
    assert _sum(kept, "esr_step,", "count") == record.requests + record.polls
    assert _sum(kept, "esr_step,", "errors") == sum(cell.errors for cell in cells)
    assert _sum(kept, "esr_step,", "bytes") == sum(cell.bytes for cell in cells)
    for measurement in ("esr_latency,kind=planned", "esr_heat,kind=actual"):
        every = sum(sum(f.values()) for (identity, _), f in kept.items() if identity.startswith(measurement))
        assert every == record.requests
    assert _sum(kept, "esr_run,", "delivered_per_s") == record.delivered
    assert _sum(kept, "esr_worker,", "started") == record.delivered


def test_ticks_in_any_order_give_the_same_sums() -> None:
    """Records of workers come late and mixed; the figures of a second are whole whenever its last tick comes."""
    ticks = made_up_ticks(DAY)
    for seed in range(5):
        mixed = list(ticks)
        random.Random(seed).shuffle(mixed)
        kept, record = _all(DAY, mixed, 4)
        assert _sum(kept, "esr_step,", "count") == record.requests + record.polls
        assert _sum(kept, "esr_run,", "requests_per_s") == record.requests


def test_a_tick_that_comes_very_late_is_added_to_its_second() -> None:
    """After the figures of that second have left memory, they are read again from the record."""
    day = Day(people=300, length_s=KEPT_S * 2, workers=2, fault=None)
    ticks = made_up_ticks(day)
    late = next(tick for tick in ticks if tick.second > 5 and tick.cells and tick.worker == "worker-2")
    kept, record = _all(day, [*(tick for tick in ticks if tick is not late), late], 6)
    assert _sum(kept, "esr_step,", "count") == record.requests + record.polls
    assert kept == _all(day, [*(tick for tick in ticks if tick is not late), late], 1)[0]


def test_long_runs_keep_to_their_memory() -> None:
    """Figures of steps by second go after two minutes."""
    day = Day(people=300, length_s=KEPT_S * 3, fault=None)
    ticks = made_up_ticks(day)
    points, record = _points(day, ticks)
    for tick in ticks:
        points.tick(tick)
        points.take()
    kept = [at for at, second in record.seconds.items() if second.steps]
    assert len(kept) <= KEPT_S + 1


def test_points_are_at_whole_seconds_of_the_second_they_are_about() -> None:
    """Second 0 is when people began to come; events keep their milliseconds."""
    points, _ = _points(DAY, [])
    points.start("who: 3 people")
    points.event(Happened("fault_on", "records down, then up", 12.345, 0.0))
    points.event(Sensed("tax records", {"server.p95_ms": 12.5, "db.waits": 3, "server.p95_ms GET /a": 1.0}, 7.9, 0.0))
    tags = "run=20261120-140533-made-up-subsidy-7c1f,scenario=made-up-subsidy"
    assert points.take() == [
        f"esr_event,kind=start,{tags},sim=true,text=who:\\ 3\\ people value=1.0 1795176000000",
        f"esr_event,kind=fault_on,{tags},sim=true,text=records\\ down\\,\\ then\\ up value=1.0 1795176012345",
        f"esr_sensor,{tags},service=tax\\ records,sim=true server_p95_ms=12.5,db_waits=3.0 1795176007000",
    ]


def test_the_last_figures_are_the_record_s() -> None:
    """People, times and verdict of the last point are those of the summary; the warm-up is not judged."""
    day = Day(people=120, length_s=30, warm_s=6)
    ticks = made_up_ticks(day)
    kept, _ = _all(day, ticks, 9)
    whole = record_of(day, ticks)
    last = kept[max((key for key in kept if key[0].startswith("esr_run")), key=lambda key: key[1])]
    times = whole.merged()
    assert last["verdict_code"] == last["shown_code"] == 0
    assert last["p95_ms"] == times.intended.percentile(0.95)
    assert last["actual_p99_ms"] == times.actual.percentile(0.99)
    assert (last["completed"], last["failed"]) == (whole.people("completed"), whole.people("failed"))
    judged = whole.judged_states
    assert last["success_share"] == judged["completed"] / (judged["completed"] + judged["failed"])
    assert (last["planned"], last["started"], last["requests"]) == (whole.planned, whole.delivered, whole.requests)
    assert last["real_s"] == whole.real_s


def test_a_check_without_data_has_no_value() -> None:
    """Its code says so; nothing is made up."""
    points, _ = _points(DAY, [])
    how = EndedRun(
        3, "INVALID", "Nobody came.", (Checked("x > 1", None, None, "INVALID"), Checked("y", 2.0, None, "WARN"))
    )
    kept = _stored(points.end(1.0, how))
    checks = {identity.split(",")[1]: fields for (identity, _), fields in kept.items() if "esr_check" in identity}
    assert checks == {"check=x\\ >\\ 1": {"code": -1.0}, "check=y": {"value": 2.0, "holds": 1.0, "code": 1.0}}


def test_the_verdict_is_told_whole_and_as_displayed() -> None:
    """A sentence of two hundred letters stays as it is; PASS with a check past its warning level is WARN."""
    points, _ = _points(DAY, [])
    reason = "The site kept every promise, one of them narrowly: " + "x" * 150
    kept = _stored(points.end(1.0, EndedRun(0, "PASS", reason, (Checked("y", 2.0, 3.0, "WARN"),))))
    assert any(f"PASS: {reason}".replace(" ", "\\ ").replace(",", "\\,") in identity for identity, _ in kept)
    last = next(fields for (identity, _), fields in kept.items() if identity.startswith("esr_run"))
    assert (last["verdict_code"], last["shown_code"]) == (0.0, 2.0)


def test_series_do_not_grow_with_the_run() -> None:
    """Ten times as many people over three times as long: the same series."""
    short, long = (
        {identity for identity, _ in _all(day, made_up_ticks(day), 5)[0]}
        for day in (
            Day(people=120, length_s=30, workers=2, fault=None),
            Day(people=1200, length_s=90, workers=2, fault=None),
        )
    )
    assert short == long
    assert len(short) == (4 + 1) + 2 * 3 + 2 + 1 + 2 + 1 + 2
