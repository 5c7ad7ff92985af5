"""Charts and blocks hold the record's figures, second by second where they show seconds."""

from __future__ import annotations

from math import isclose
from typing import Any

import pytest

from hms_esr.histogram import Histogram
from hms_esr.record import Second
from tests.each import each
from tests.grafana.asked import answered, called, column, times_of
from tests.grafana.conftest import Filled
from tests.grafana.filled import FIGURES, Sent

LATELY_S = 10


def _by_second(sent: Sent, rows: list[dict[str, Any]], name: str, **tags: str) -> dict[int, float]:
    """Values by second of the run, without gaps."""
    wanted = [row for row in rows if row[name] is not None and all(row[tag] == value for tag, value in tags.items())]
    return {row["time"] - sent.began_ms // 1000: row[name] for row in wanted}


def _seconds(sent: Sent) -> dict[int, Second]:
    return {at: second for at, second in sent.record.seconds.items() if at <= sent.record.real_s}


def _times(seconds: list[Second]) -> Histogram:
    merged = Histogram()
    for second in seconds:
        for cell in second.steps.values():
            merged.merge(cell.intended)
    return merged


@each(
    ("board", "title", "name", "field"),
    [
        ("rehearsal", "People per second", "Started", "delivered"),
        ("rehearsal", "People per second", "Completed", "completed"),
        ("rehearsal", "People per second", "Failed", "failed"),
        ("rehearsal", "People on the site", "On the site", "active"),
        ("rehearsal", "People on the site", "Waiting", "waiting"),
        ("rehearsal", "Errors per second", "Errors", "errors"),
        ("engineering", "Planned against delivered", "Planned", "planned"),
        ("engineering", "Planned against delivered", "Delivered", "delivered"),
        ("engineering", "Requests and errors", "Requests", "requests"),
        ("engineering", "Requests and errors", "Errors", "errors"),
    ],
)
def test_each_second_is_the_record_s(filled: Filled, board: str, title: str, name: str, field: str) -> None:
    """At 1 s a point, a chart's every value is the record's."""
    sent = filled.first
    told = _by_second(sent, answered(filled, called(board, title)), name)
    nothing = Second()
    assert told and told == {at: getattr(sent.record.seconds.get(at, nothing), field) for at in told}
    kept = {at: getattr(second, field) for at, second in _seconds(sent).items()}
    assert sum(told.values()) == sum(kept.values())


@pytest.mark.parametrize(
    ("board", "title", "name", "share"),
    [
        ("rehearsal", "Answer time against its target", "Half of the requests", 0.5),
        ("rehearsal", "Answer time against its target", "95 of 100 requests", 0.95),
        ("engineering", "Answer time, last 10 s", "95 of 100, last 10 s", 0.95),
        ("engineering", "Answer time, last 10 s", "99 of 100, last 10 s", 0.99),
    ],
)
def test_answer_times_are_merged_over_ten_seconds(
    filled: Filled, board: str, title: str, name: str, share: float
) -> None:
    """The percentile of all requests of the last 10 s, not a mean of percentiles."""
    sent = filled.first
    told = _by_second(sent, answered(filled, called(board, title)), name)
    ended = max(told)  # this point is of the run, and tells those of the last second with anything in it
    assert len(told) > 50
    for at, value in told.items() - {(ended, told[ended])}:
        lately = [sent.record.seconds[one] for one in range(at - LATELY_S + 1, at + 1) if one in sent.record.seconds]
        assert value == _times(lately).percentile(share), at


@pytest.mark.parametrize(("letter", "name", "kind"), [("A", "intended", "intended"), ("B", "actual", "actual")])
def test_steps_have_their_percentiles(filled: Filled, letter: str, name: str, kind: str) -> None:
    """95 of 100 of each step in each second, from both starts."""
    sent = filled.first
    rows = answered(filled, called("engineering", "95 of 100 by step"), letter)
    for step in ("open_form", "submit"):
        told = _by_second(sent, rows, name, step=step)
        cells = {at: second.steps.get(("apply", step)) for at, second in _seconds(sent).items()}
        assert told == {
            at: getattr(cell, kind).percentile(0.95) for at, cell in cells.items() if cell and cell.requests
        }


def test_requests_and_errors_by_step_add_up(filled: Filled) -> None:
    """Each step's requests and errors of the whole run."""
    sent = filled.first
    for title, name, field in (("Requests by step", "count", "requests"), ("Errors by step", "errors", "errors")):
        rows = answered(filled, called("engineering", title))
        for step in ("open_form", "login", "upload", "submit"):
            kept = sum(getattr(cell, field) for key, cell in sent.record.series.items() if key.step == step)
            assert sum(_by_second(sent, rows, name, step=step).values()) == kept


def test_errors_so_far_are_the_record_s(filled: Filled) -> None:
    """How many, and of all requests."""
    record = filled.first.record
    told = answered(filled, called("rehearsal", "Errors so far"))[0]
    failed = sum(cell.errors for cell in record.series.values())
    assert told["Errors"] == record.error_count and isclose(told["Share of requests"], failed / record.requests)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Times inside the services", "server.p95_ms"),
        ("Processor of the services", "server.cpu"),
        ("Memory of the services", "server.memory_mb"),
        ("Figures of the services, as chosen", "db.waits"),
    ],
)
def test_sensors_are_told_by_service(filled: Filled, title: str, name: str) -> None:
    """What the service said, each second."""
    rows = answered(filled, called("engineering", title))
    told = _by_second(filled.first, rows, f"mean_{name.replace('.', '_')}", service="city")
    assert set(told.values()) == {FIGURES[name]} and sorted(told) == list(range(60))


@pytest.mark.parametrize(
    ("title", "field"),
    [("Processor of each worker", "cpu"), ("Pauses of memory collection", "gc_ms")],
)
def test_workers_are_told_second_by_second(filled: Filled, title: str, field: str) -> None:
    """What each worker's ticks said."""
    sent = filled.first
    rows = answered(filled, called("cluster", title))
    for worker in ("worker-1", "worker-2"):
        told = _by_second(sent, rows, "it", worker=worker)
        assert told == {tick.second: getattr(tick, field) for tick in sent.ticks if tick.worker == worker}


def test_lag_and_starts_of_workers_are_their_ticks(filled: Filled) -> None:
    """99 of 100 looks at the event loop; people started, which add up to all."""
    sent = filled.first
    lag = answered(filled, called("cluster", "Lag of each worker"))
    starts = answered(filled, called("cluster", "People started by each worker"))
    for worker in ("worker-1", "worker-2"):
        ticks = [tick for tick in sent.ticks if tick.worker == worker]
        assert _by_second(sent, lag, "it", worker=worker) == {t.second: t.loop_lag_ms.percentile(0.99) for t in ticks}
        assert sum(_by_second(sent, starts, "it", worker=worker).values()) == sum(
            sum(t.delivered.values()) for t in ticks
        )
    assert sum(column(starts, "it")) == sent.record.delivered


def test_the_generator_s_health_is_the_record_s(filled: Filled) -> None:
    """Lateness, people dropped and lost, seconds missing."""
    record = filled.first.record
    late = answered(filled, called("cluster", "Late, 99 of 100 people"))[0]["At most this late"]
    assert late == record.late_ms.percentile(0.99)
    failed = answered(filled, called("cluster", "People the generator failed"))[0]
    assert (failed["Dropped"], failed["Lost"]) == (record.people("dropped"), record.people("lost"))
    assert answered(filled, called("cluster", "Seconds missing"))[0]["All workers"] == 0


@pytest.mark.parametrize(
    ("title", "name"), [("Points waiting", "Waiting"), ("How far behind", "Behind"), ("Bytes in the spool", "Spool")]
)
def test_the_spool_is_told_as_it_was(filled: Filled, title: str, name: str) -> None:
    """Each 5 s what the sender said about itself."""
    told = _by_second(filled.first, answered(filled, called("cluster", title)), name)
    assert told == {at: float(at) for at in range(0, 60, 5)}


@pytest.mark.parametrize(
    ("title", "field"),
    [("People started per second", "delivered"), ("Errors per second", "errors"), ("People on the site", "active")],
)
def test_compared_runs_are_the_records(filled: Filled, title: str, field: str) -> None:
    """Both runs, second by second since their start."""
    panel = called("compare", title)
    for letter, sent in (("A", filled.first), ("B", filled.second)):
        rows = answered(filled, panel, letter)
        seconds = _seconds(sent)
        assert [row[letter] for row in rows[:-1]] == [
            getattr(seconds[int(row["Seconds since the start"]) - 1], field) for row in rows[:-1]
        ]


def test_compared_steps_are_the_records(filled: Filled) -> None:
    """Requests and errors of each step of both runs."""
    rows = answered(filled, called("compare", "Steps of both runs"))
    for sent in (filled.first, filled.second):
        told = {row["step"]: (row["count"], row["errors"] or 0) for row in rows if row["run"] == sent.run}
        assert told.pop("(polls)") == (sent.record.polls, 0)
        for step, pair in told.items():
            cells = [cell for key, cell in sent.record.series.items() if key.step == step]
            assert pair == (sum(cell.requests for cell in cells), sum(cell.errors for cell in cells))


def test_trends_are_the_runs_figures(filled: Filled) -> None:
    """Each run one point, at its end."""
    times = answered(filled, called("history", "Answer times from run to run"))
    shares = answered(filled, called("history", "People and errors from run to run"))
    for number, sent in enumerate((filled.first, filled.second)):
        planned = times_of(sent)[0]
        assert [times[number][name] for name in ("Half", "95 of 100", "99 of 100")] == [
            planned.percentile(share) for share in (0.5, 0.95, 0.99)
        ]
        ended = sent.record.people("completed") + sent.record.people("failed")
        assert isclose(shares[number]["People who finished"], sent.record.people("completed") / ended)


def test_checks_of_every_run_are_as_judged(filled: Filled) -> None:
    """Value and limit of each check of the two whole runs."""
    rows = answered(filled, called("history", "Checks of every run"))
    for sent in (filled.first, filled.second):
        told = {row["check"]: (row["value"], row["limit"]) for row in rows if row["run"] == sent.run}
        assert told == {one.check: (one.value, one.limit) for one in sent.ended.checks}
