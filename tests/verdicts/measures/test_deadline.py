"""Tests of hms_esr.verdicts.measures.deadline."""

from __future__ import annotations

import pytest

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.record import Decisions
from hms_esr.verdicts.metrics import measure, words
from tests.records import made_up_record

WITHIN_S = 48 * 3600.0


@pytest.mark.parametrize("name", ["sla_48h_success_rate", "sla_2d_success_rate", "sla_2880m_success_rate"])
def test_all_who_waited_count(name: str) -> None:
    """The share is over everybody who reached the wait: late and undecided are no successes; any unit will do."""
    record = made_up_record(people=10)
    record.decisions = {WITHIN_S: Decisions(reached=200, in_time=150, late=30, undecided=20, decided=180)}
    assert measure(record, MetricRef(name)).value == 0.75


@pytest.mark.parametrize(("bound_s", "known"), [(0.05 * WITHIN_S, True), (0.051 * WITHIN_S, False)])
def test_times_known_too_roughly_are_no_data(bound_s: float, known: bool) -> None:
    """When the time of a decision is in doubt by more than 5 % of the deadline, the share is not claimed."""
    record = made_up_record(people=10)
    record.decisions = {WITHIN_S: Decisions(reached=10, in_time=10, decided=10, bound_s=bound_s)}
    if known:
        assert measure(record, MetricRef("sla_48h_success_rate")).value == 1.0
    else:
        with pytest.raises(NoData, match="known only to within"):
            measure(record, MetricRef("sla_48h_success_rate"))


def test_deadlines_beyond_ten_years_are_no_metric() -> None:
    """A duration nobody can wait is without data and is still named without a crash."""
    ref = MetricRef("sla_9999d_success_rate")
    with pytest.raises(NoData, match="longer than ten years"):
        measure(made_up_record(people=5), ref)
    assert words(made_up_record(people=5), ref).title == "sla_9999d_success_rate"
