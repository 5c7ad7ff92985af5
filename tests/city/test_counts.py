"""The city's own count of requests."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.city.counts import Counts, SeenLog

ONE = st.tuples(
    st.sampled_from(["GET", "POST"]),
    st.sampled_from(["/", "/a", "/b/{id}"]),
    st.sampled_from(["", "r1", "r2"]),
    st.sampled_from([None, 200, 404]),
)


@given(st.lists(ONE, max_size=60))
def test_every_request_is_counted_once(requests: list[tuple[str, str, str, int | None]]) -> None:
    """Over any requests, answered or not, the table holds each exactly once; unanswered ones have status 0."""
    counts = Counts()
    tickets = [(counts.arrived(method, path, run), status) for method, path, run, status in requests]
    for ticket, status in tickets:
        if status is not None:
            counts.answered(ticket, status)
    for run in (None, "", "r1", "r2"):
        table = counts.table(run)
        mine = [one for one in requests if run is None or one[2] == run]
        assert table["requests"] == len(mine)
        want = Counter((method, path, of_run, status or 0) for method, path, of_run, status in mine)
        assert {(r["method"], r["path"], r["run"], r["status"]): r["n"] for r in table["by"]} == dict(want)


def test_an_answer_after_clear_is_not_counted() -> None:
    """A request that was under way while the counts were cleared leaves no trace, least of all a negative one."""
    counts = Counts()
    ticket = counts.arrived("GET", "/", "r")
    counts.clear()
    counts.arrived("GET", "/", "r")
    counts.answered(ticket, 200)
    assert counts.table()["by"] == [{"method": "GET", "path": "/", "status": 0, "run": "r", "n": 1}]


def test_seen_rows_are_kept_per_run() -> None:
    """The log of what was sent can be asked for one run."""
    log = SeenLog(on=True)
    log.add("r1", "7", "POST", "/claims", {"email": "a@b.test"})
    log.add("r2", "8", "GET", "/", {})
    assert log.rows("r1") == [{"person": "7", "method": "POST", "path": "/claims", "values": {"email": "a@b.test"}}]
    assert len(log.rows()) == 2
