"""How far another machine's clock is ahead is known within its bound, whatever the network and the clocks do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.engine.cluster.time_offset import MEASURE_EVERY_S, TimeOffset
from hms_esr.engine.cluster.worker_state import WorkerState

WAYS = st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 0.3)), min_size=1, max_size=60)


@given(WAYS, st.floats(-1e5, 1e5), st.floats(-0.00005, 0.00005))
def test_the_truth_is_within_the_bound(ways: list[tuple[float, float]], ahead_s: float, drift: float) -> None:
    """However long messages take each way, and while clocks drift: the estimate is never more wrong than it says."""
    offset = TimeOffset()
    for number, (there_s, back_s) in enumerate(ways):
        sent_at = 1000.0 + number * MEASURE_EVERY_S
        arrives_at = sent_at + there_s
        offset.measured(sent_at, arrives_at + ahead_s + drift * arrives_at, arrives_at + back_s)
    now = 1000.0 + len(ways) * MEASURE_EVERY_S
    estimate_s, bound_s = offset.best(now)
    assert abs(estimate_s - (ahead_s + drift * now)) <= bound_s + 1e-6


def test_a_drift_is_followed_for_hours() -> None:
    """Two clocks that drift apart by 50 millionths are known to a few milliseconds after three hours."""
    offset = TimeOffset()
    for number in range(5400):
        at = number * MEASURE_EVERY_S
        offset.measured(at, at + 0.001 + at * 0.00005, at + 0.002)
    estimate_s, bound_s = offset.best(5400 * MEASURE_EVERY_S)
    assert abs(estimate_s - 5400 * MEASURE_EVERY_S * 0.00005) < 0.003
    assert bound_s < 0.008


def test_too_much_doubt_is_told_in_words() -> None:
    """A worker at work whose clock is known to more than 20 ms only makes the run INVALID; one never heard too."""
    member = WorkerState(1, "id", "host", 1, 0.0)
    status = {"seen": 0, "standing": True}
    member.says(status | {"bound_s": 9.0}, 1.0)
    assert member.problems == [], "nobody had come yet"
    member.state = "working"
    for bound_s, problems in (
        (0.019, []),
        (0.035, ["the clock of worker 2 is known to 35 ms only"]),
        (TimeOffset().best(0.0)[1], ["the clock of worker 2 is not known"]),
    ):
        member.says(status | {"bound_s": bound_s}, 2.0)
        assert member.problems == problems
