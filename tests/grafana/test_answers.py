"""What the dashboards' queries get from a real InfluxDB: every panel has data, and its figures are the record's."""

from __future__ import annotations

from math import isclose

import pytest

from hms_esr.sinks.influx.figures import CODES
from tests.each import each
from tests.grafana.asked import answered, called, column, has_data, times_of
from tests.grafana.conftest import SCENARIO, Filled
from tests.grafana.dashboards import NAMES, Panel, board, everything, panels

WITHOUT_DATA: dict[str, str] = {}
"""``board: panel`` → why it has no data in a run with faults, errors, sensors, two workers and a spool."""


@each("panel", everything(), name=lambda panel: panel.name)
def test_every_query_of_a_panel_returns_data(filled: Filled, panel: Panel) -> None:
    """With Grafana's macros filled in, at 1 s and at 10 s for each point drawn."""
    assert (panel.name in WITHOUT_DATA) is not all(
        has_data(answered(filled, panel, letter)) for letter in panel.queries
    )
    if panel.board != "history":
        coarse = filled.looking("10s")
        assert all(has_data(answered(filled, panel, letter, coarse)) for letter in panel.queries)


@each("name", [name for name in NAMES if name != "history"])
def test_a_run_is_never_mixed_with_another(filled: Filled, name: str) -> None:
    """A run whose id only begins like one that is there has no data."""
    nobody = filled.looking(run=filled.first.run[:-1])
    assert not [
        panel.title
        for panel in panels(name)
        for letter in panel.queries
        if has_data(answered(filled, panel, letter, nobody))
    ]


def test_people_are_the_record_s(filled: Filled) -> None:
    """Planned, started, completed, failed, and the share who finished."""
    record = filled.first.record
    told = answered(filled, called("rehearsal", "People so far"))[0]
    assert (told["Planned so far"], told["Started"]) == (record.planned, record.delivered)
    for state in ("completed", "failed", "dropped", "lost", "unfinished"):
        assert told[state.capitalize()] == record.people(state)
    share = answered(filled, called("rehearsal", "People who finished"))[0]["Share who completed"]
    assert isclose(share, record.people("completed") / (record.people("completed") + record.people("failed")))


def test_verdict_and_sentence_are_the_run_s(filled: Filled) -> None:
    """The verdict as displayed, the worst check so far, the sentence."""
    for sent, shown in ((filled.first, filled.first.ended.shown_code), (filled.second, filled.second.ended.shown_code)):
        looks = filled.looking(run=sent.run)
        assert answered(filled, called("rehearsal", "Verdict"), looks=looks)[0]["Verdict"] == shown
    worst = max(CODES[one.verdict] for one in filled.first.ended.checks)
    assert answered(filled, called("rehearsal", "So far, by its checks"))[0]["So far"] == worst
    assert answered(filled, called("rehearsal", "In one sentence"))[0]["text"] == "PASS: made up"


def test_checks_are_as_judged(filled: Filled) -> None:
    """Value, limit and status of every check; each with a limit above 0 has its gauge."""
    told = {
        row["check"]: (row["value"], row["limit"], row["code"])
        for row in answered(filled, called("rehearsal", "Checks"))
    }
    judged = filled.first.ended.checks
    assert told == {one.check: (one.value, one.limit, CODES[one.verdict]) for one in judged}
    gauges = called("rehearsal", "How much of the room is used")
    used = {row["check"]: row["used"] for letter in gauges.queries for row in answered(filled, gauges, letter)}
    assert set(used) == {one.check for one in judged}
    for one in judged:
        assert (used[one.check] < 1) is (one.verdict != "FAIL"), one.check


def test_gauges_say_what_does_not_hold(filled: Filled) -> None:
    """Past its limit a check's bar is past 1, whichever way it is written."""
    gauges = called("rehearsal", "How much of the room is used")
    looks = filled.looking(run=filled.second.run)
    used = {row["check"]: row["used"] for letter in gauges.queries for row in answered(filled, gauges, letter, looks)}
    broken = {one.check for one in filled.second.ended.checks if one.verdict == "FAIL"}
    assert broken and {check for check, share in used.items() if share >= 1} == broken


def test_steps_are_the_record_s(filled: Filled) -> None:
    """Requests, errors, bytes, mean and slowest of each step; polls apart, without times."""
    told = {row["step"]: row for row in answered(filled, called("engineering", "Steps, whole run"))}
    record = filled.first.record
    assert told.pop("(polls)")["count"] == record.polls
    for step, row in told.items():
        cells = [cell for key, cell in record.series.items() if key.step == step]
        requests = sum(cell.requests for cell in cells)
        assert (row["count"], row["errors"]) == (requests, sum(cell.errors for cell in cells))
        assert row["bytes"] == sum(cell.bytes for cell in cells)
        assert row["max_ms"] == max(cell.intended.maximum for cell in cells)
        assert isclose(
            row["mean_ms"], sum(cell.intended.mean * cell.intended.count for cell in cells) / requests, rel_tol=1e-9
        )
    assert sum(row["count"] for row in told.values()) == record.requests


@pytest.mark.parametrize("kind", ["intended", "actual"])
def test_the_heatmap_counts_every_request(filled: Filled, kind: str) -> None:
    """The sum of all its cells is the number of requests."""
    rows = answered(filled, called("engineering", f"Answer times from the {kind} start"))
    cells = sum(value for row in rows for name, value in row.items() if name != "time")
    assert cells == filled.first.record.requests


def test_both_latencies_end_at_the_record_s(filled: Filled) -> None:
    """95 of 100 of the whole run, from the intended and from the actual start; dashes and line are two things."""
    rows = answered(filled, called("engineering", "Both latencies, 95 of 100, run so far"))
    planned, actual = times_of(filled.first)
    assert column(rows, "from the intended start")[-1] == planned.percentile(0.95)
    assert column(rows, "from the actual start")[-1] == actual.percentile(0.95)


@pytest.mark.parametrize("interval", ["1s", "10s"])
def test_errors_add_up_whatever_the_screen(filled: Filled, interval: str) -> None:
    """Errors by step over the whole run are the failed requests, in fine and in coarse points."""
    rows = answered(filled, called("engineering", "Errors by step"), looks=filled.looking(interval))
    assert sum(column(rows, "errors")) == sum(cell.errors for cell in filled.first.record.series.values())


def test_load_and_clocks_are_the_record_s(filled: Filled) -> None:
    """People planned and started add up; real and simulated time are the run's."""
    rows = answered(filled, called("engineering", "Planned against delivered"))
    record = filled.first.record
    assert (sum(column(rows, "Planned")), sum(column(rows, "Delivered"))) == (record.planned, record.delivered)
    clocks = answered(filled, called("rehearsal", "Both clocks"))[0]
    assert clocks["Real time"] == record.real_s


def test_the_limit_lies_over_the_answer_times(filled: Filled) -> None:
    """The check of all requests' 95th percentile is drawn as its limit."""
    rows = answered(filled, called("rehearsal", "Answer time against its target"), "B")
    assert {row["check"] for row in rows} == {"latency_p95_ms < 2000"} and set(column(rows, "limit")) == {2000}


def test_workers_are_the_record_s(filled: Filled) -> None:
    """Both workers, and between them everybody who started."""
    assert answered(filled, called("cluster", "Workers"))[0]["Workers"] == 2
    rows = answered(filled, called("cluster", "Workers, whole run"))
    assert sum(row["started"] for row in rows) == filled.first.record.delivered
    assert max(row["lag"] for row in rows) == pytest.approx(1.2, rel=0.02)


def test_two_runs_are_laid_over_each_other(filled: Filled) -> None:
    """Each by seconds since its own start, a day apart; key figures and checks of both."""
    panel = called("compare", "People who finished, so far")
    for letter, sent in (("A", filled.first), ("B", filled.second)):
        rows = answered(filled, panel, letter)
        since = [row["Seconds since the start"] for row in rows]
        assert since == sorted(since) and since[0] <= 1 and since[-1] == sent.record.real_s
        assert {row["time"] * 1000 - sent.began_ms for row in rows} == {int(at - 1) * 1000 for at in since[:-1]} | {
            rows[-1]["time"] * 1000 - sent.began_ms
        }
    figures = {row["run"]: row for row in answered(filled, called("compare", "Key figures"))}
    for sent in (filled.first, filled.second):
        assert figures[sent.run]["p95_ms"] == times_of(sent)[0].percentile(0.95)
        assert figures[sent.run]["completed"] == sent.record.people("completed")
    both = {(row["run"], row["check"]) for row in answered(filled, called("compare", "Checks of both runs"))}
    assert both == {(sent.run, one.check) for sent in (filled.first, filled.second) for one in sent.ended.checks}


def test_history_has_a_row_for_each_run(filled: Filled) -> None:
    """Verdict and key figures of all five runs; counts by verdict."""
    rows = {row["run"]: row for row in answered(filled, called("history", "Runs"))}
    assert sorted(row["shown_code"] for row in rows.values()) == [0, 0, 1, 3, 130]
    row = rows[filled.second.run]
    assert (row["p95_ms"], row["failed"]) == (
        times_of(filled.second)[0].percentile(0.95),
        filled.second.record.people("failed"),
    )
    assert (row["from_ms"], row["to_ms"] - row["from_ms"]) == (
        filled.second.began_ms,
        filled.second.record.real_s * 1000,
    )
    counts = called("history", "Runs in the time range")
    told = [answered(filled, counts, letter)[0] for letter in counts.queries]
    assert {name: n for row in told for name, n in row.items() if name != "time"} == {
        "All": 5,
        "PASS": 2,
        "FAIL": 1,
        "INVALID": 1,
        "INTERRUPTED": 1,
    }


@pytest.mark.parametrize("name", ["rehearsal", "engineering", "cluster"])
def test_events_are_marks_on_the_charts(filled: Filled, name: str) -> None:
    """Faults, the run itself and workers, each with its text; every event of the run is in one of the three."""
    marks = {
        one["name"]: filled.server.query(filled.looking().sends(one["query"]))
        for one in board(name)["annotations"]["list"]
    }
    assert [row["kind"] for row in marks["Faults"]] == ["fault_on", "fault_off"]
    assert [row["kind"] for row in marks["Workers"]] == ["worker_lost", "worker_joined"]
    assert {"start", "stop", "verdict", "nobody_new", "settle"} == {row["kind"] for row in marks["Run"]}
    assert all(row["text"] for rows in marks.values() for row in rows)
    assert sum(map(len, marks.values())) == len(answered(filled, called("rehearsal", "Events")))


def test_an_annotation_is_told_the_same_in_both_places() -> None:
    """Grafana reads the query of an annotation from its target; older versions read it beside."""
    for name in ("rehearsal", "engineering", "cluster"):
        for one in board(name)["annotations"]["list"]:
            assert one["target"]["query"] == one["query"] and one["target"]["fromAnnotations"] is True
            assert (one["target"]["textColumn"], one["target"]["tagsColumn"]) == ("text", "kind")


@each("name", NAMES)
def test_variables_list_what_there_is(filled: Filled, name: str) -> None:
    """Scenarios, runs of the scenario, steps of the run, figures of sensors."""
    runs = {filled.first.run, filled.second.run}
    wanted = {"scenario": {SCENARIO}, "run": runs, "run_a": runs, "run_b": runs, "figure": {"db_waits", "server_cpu"}}
    wanted["step"] = {"open_form", "login", "upload", "submit", "(polls)"}
    for one in board(name)["templating"]["list"]:
        if one["type"] == "query":
            rows = filled.server.query(filled.looking().sends(one["query"]))
            assert wanted[one["name"]] <= {row.get("value") or row.get("fieldKey") for row in rows}
