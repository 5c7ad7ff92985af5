"""Facts about watching a run: the last seconds alone, the verdict so far, what to do, the same end as the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hms_esr.edu.live.advice import advice
from hms_esr.edu.live.page import draw
from hms_esr.edu.live.run_watcher import RunWatcher
from hms_esr.edu.live.state import state
from hms_esr.edu.live.tiles import lately
from hms_esr.edu.live.view import View
from hms_esr.reports.summary import summary
from tests.edu.live.replay import FAULT, Replay
from tests.records import Day
from tests.store.kept import write_run


def seen(replay: Replay) -> RunWatcher:
    """A watch that has looked once."""
    watch = RunWatcher(replay.folder)
    watch.look()
    return watch


def triangle(watch: RunWatcher, index: int = 0) -> str:
    """Class of a check's triangle."""
    found = lately(View(watch), index)
    return found[0] if found else ""


def test_a_slow_fault_turns_the_triangle_and_its_end_turns_it_back(tmp_path: Path) -> None:
    """Green, yellow at the warning level, red past the limit, green 10 s after the end; the bar stays behind."""
    replay = Replay(tmp_path, faults=[FAULT | {"at": "20m", "for": "10m"}])
    watch = seen(replay.go(15))
    assert triangle(watch) == "ok"
    replay.fault_on().go(3, ms=700)
    watch.look()
    assert triangle(watch) == "warn"
    replay.go(5, ms=1500)
    watch.look()
    assert triangle(watch) == "bad"
    assert watch.interim.judgement.shown == "FAIL"
    replay.fault_off().go(10)
    watch.look()
    assert triangle(watch) == "ok"
    assert watch.results[0].verdict in ("WARN", "FAIL")
    assert [turn.result.verdict for turn in watch.turns if turn.index == 0][:2] == ["WARN", "FAIL"]
    replay.close()


def test_no_verdict_before_five_seconds(tmp_path: Path) -> None:
    """A run of four seconds has none; of six it has one, with the sentence said as of now."""
    replay = Replay(tmp_path)
    watch = seen(replay)
    assert not watch.interim.known and "Waiting for the first person" in draw(watch)[0]
    replay.go(4)
    watch.look()
    assert not watch.interim.known
    assert "No verdict yet" in draw(watch)[1].inside["chip"]
    replay.go(2)
    watch.look()
    assert watch.interim.known
    assert watch.interim.judgement.sentence.startswith("So far the site kept every promise")
    replay.close()


def test_what_is_only_known_at_the_end_spoils_nothing_before(tmp_path: Path) -> None:
    """People who have not come yet and faults ahead are no reason for INVALID so far."""
    replay = Replay(tmp_path, faults=[FAULT | {"at": "50m", "for": "5m"}]).go(20)
    watch = seen(replay)
    assert watch.interim.judgement.shown == "PASS"
    view = View(watch)
    assert [mark.name for mark in view.ahead] == ["records_slow"]
    assert view.ahead[0].from_s == pytest.approx(50.0)
    replay.close()


def test_advice_names_what_is_on_and_whose_it_is(tmp_path: Path) -> None:
    """During a fault: wait; refused outside of faults: its owner; a lost sensor: what is not seen."""
    replay = Replay(tmp_path, checks=("latency_p95_ms < 1000", "error_rate < 0.2", "success_rate > 0.4")).go(10)
    replay.fault_on().go(4, ms=2500)
    watch = seen(replay)
    first = advice(View(watch))
    assert [(one.word, one.lead) for one in first] == [("FAIL", "Wait until the fault ends.")]
    replay.fault_off().go(20, failing=4)
    replay.happened("note", "the sensor 127.0.0.1:9800 went silent: refused")
    watch.look()
    found = {one.title: one for one in advice(View(watch))}
    assert found["Requests that fail"].lead == "Tell its owner."
    assert "Schedule F missing" in str(found["Requests that fail"].said)
    assert found["Sensors"].word == "silent"
    replay.close()


def test_errors_of_a_fault_that_is_over_mend_by_themselves(tmp_path: Path) -> None:
    """Nearly all came from it: nothing to do; a slow check right after it: watch."""
    replay = Replay(tmp_path, checks=("latency_p95_ms < 1000", "error_rate < 0.1")).go(10)
    replay.fault_on().go(6, ms=2500, failing=6, message="Service Unavailable").fault_off().go(4)
    found = {one.title: one for one in advice(View(seen(replay)))}
    assert found["Requests that fail"].lead == "Nothing to do."
    assert "36 of 36 errors came from event A, the last one 4" in found["Requests that fail"].said[0]
    assert found["Answer time, 95 of 100 requests"].lead == "Watch the answer time."
    replay.close()


def test_a_check_that_can_no_longer_hold_is_told(tmp_path: Path) -> None:
    """More people failed than the plan allows: nothing mends it."""
    replay = Replay(tmp_path, checks=("success_rate > 0.9",)).go(20, failing=9)
    watch = seen(replay)
    assert [one.metric for one in watch.interim.lost] == ["success_rate"]
    assert "can no longer hold" in watch.interim.more
    replay.close()


def test_a_busy_generator_comes_first(tmp_path: Path) -> None:
    """Workers near the end of their processor time are told before any check."""
    replay = Replay(tmp_path).go(10)
    watch = seen(replay)
    for tick in watch.last_ticks.values():
        tick.cpu = 0.95
    assert advice(View(watch))[0].lead == "Add workers."
    replay.close()


def test_a_pause_is_told_apart(tmp_path: Path) -> None:
    """The run's own pause is neither silence nor the end."""
    replay = Replay(tmp_path).go(10).pause(4)
    watch = seen(replay)
    _, slots = draw(watch)
    assert "Run paused" in slots.inside["conn"] and "4" in slots.inside["conn"]
    assert state(watch)["state"] == "PAUSED"
    replay.close()


def test_axes_hold_while_figures_move(tmp_path: Path) -> None:
    """From second to second only data moves: no axis, no gauge's scale, no row's place."""
    replay = Replay(tmp_path).go(10)
    watch = seen(replay)
    before = draw(watch)[1].inside
    replay.go(5)
    watch.look()
    after = draw(watch)[1].inside
    for key in ("tl.x", "arr.x", "arr.a", "lat.x", "fai.x", "fai.a"):
        assert before[key] == after[key], key
    assert before["lat.d"] != after["lat.d"] and before["real"] != after["real"]
    replay.close()


def test_new_errors_come_below(tmp_path: Path) -> None:
    """Rows keep their place although another error becomes more frequent."""
    replay = Replay(tmp_path).go(6, failing=1, message="first")
    watch = seen(replay)
    replay.go(10, failing=3, message="second")
    watch.look()
    rows = draw(watch)[1].rows["errors"]
    assert ["first" in row for row in rows.values()] == [True, False]
    assert "second" in list(rows.values())[1]
    replay.close()


def test_who_begins_late_knows_since_when(tmp_path: Path) -> None:
    """A watch that begins after the fault finds the turns in its past."""
    replay = Replay(tmp_path).go(10).fault_on().go(6, ms=1500).fault_off().go(20)
    watch = seen(replay)
    turned = [(turn.result.verdict, turn.at_s) for turn in watch.turns if turn.index == 0]
    assert turned and turned[0][0] == "FAIL" and 10 < turned[0][1] < 16
    replay.close()


def test_sensors_turn_by_the_check_or_by_their_level(tmp_path: Path) -> None:
    """A figure that a check names has the check's word; others are normal, high, very high."""
    replay = Replay(tmp_path, probes=["values.flags"], checks=("values.flags < 5", "success_rate > 0.1")).go(8)
    replay.sensed(server_cpu=0.2, db_waits=3, values_flags=0, server_memory_mb=100.0)
    replay.go(2).sensed(server_cpu=0.75, db_waits=80, values_flags=9, server_memory_mb=110.0)
    watch = seen(replay)
    inside = draw(watch)[1].inside
    words = {"server.cpu": "high", "db.waits": "very high", "values.flags": "FAIL", "server.memory_mb": "normal"}
    for name, word in words.items():
        assert f">{word}<" in inside[f"x.records.{name}"].replace("</svg>", "</svg>>", 1), name
    replay.close()


@pytest.mark.parametrize("day", [Day(people=300), Day(people=200, fault=None, checks=("latency_p95_ms < 100",))])
def test_the_end_is_the_report(tmp_path: Path, day: Day) -> None:
    """A finished run's page has the summary's verdict, sentence and figures."""
    folder, _ = write_run(tmp_path, day)
    watch = RunWatcher(folder)
    watch.look()
    assert watch.final is not None
    told: dict[str, Any] = summary(watch.record, watch.final)
    found = state(watch)
    assert found["verdict"] == told["verdict"] and found["sentence"] == told["reason"]
    assert [one["value"] for one in found["checks"]] == [one["value"] for one in told["checks"]]
    assert found["requests"] == told["requests"] and found["errors"] == told["errors"]
    assert {name: found["people"][name] for name in told["people"]} == told["people"]


def test_a_killed_run_says_so(tmp_path: Path) -> None:
    """A record whose process is gone is broken off, with its last figures and INVALID."""
    replay = Replay(tmp_path).go(12)
    replay.writer.facts(process={"pid": 2**22 + 1, "created": 1.0, "host": "elsewhere.test"})
    replay.close()
    watch = seen(replay)
    body, slots = draw(watch)
    assert watch.final is not None and watch.final.shown == "INVALID"
    assert "Broken off" in slots.inside["conn"] and "ended before its report" in body


def test_every_text_from_outside_is_escaped(tmp_path: Path) -> None:
    """What a scenario, a target or a machine says never becomes markup."""
    evil = "<img src=x onerror=alert(1)>"
    replay = Replay(tmp_path, description=evil).go(6, failing=2, message=evil).happened("note", evil)
    replay.writer.event(_sensed(evil))
    watch = seen(replay)
    body, _ = draw(watch)
    assert "&lt;img src=x" in body and "<img" not in body
    replay.close()


def _sensed(name: str) -> Any:
    from hms_esr.events import Sensed

    return Sensed(name, {name: 1.0}, 5.0, 300.0)
