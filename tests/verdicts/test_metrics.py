"""Tests of hms_esr.verdicts.metrics and of the measures that are sums."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef, parse
from hms_esr.record import Record
from hms_esr.verdicts.measures import MEASURES
from hms_esr.verdicts.metrics import Metrics, is_metric, known_metrics, measure, problem_with, words
from tests.each import each
from tests.records import made_up_record

FIGURES = ("mean", "p50", "p90", "p95", "p99", "p99_9", "max")
PROMISED = (
    *(f"{own}latency_{what}_ms" for own in ("", "service_") for what in FIGURES),
    *("error_rate", "success_rate", "requests", "rps", "people", "journey_p95_s", "sla_48h_success_rate"),
    *("claims_processed", "dropped", "late_p99_ms", "recovery_s", "cloud_cost"),
)


@cache
def record() -> Record:
    """One record for all tests that only read it."""
    return made_up_record(dropped=0.004, scenario={"cost": {"per_hour": 3.0, "per_request": 0.01}}, seed=4)


def value_of(text: str, of: Record | None = None) -> float:
    ref = parse(text).root.ref
    assert ref is not None
    return measure(of or record(), ref).value


@each("name", PROMISED)
def test_every_promised_metric_is_measured(name: str) -> None:
    """Each metric of the language has a value in an ordinary run, and words with a place for it."""
    assert is_metric(name)
    assert value_of(name) >= 0
    said = words(record(), MetricRef(name))
    assert said.title
    assert "{value}" in said.happened


def test_names_without_a_duration_are_listed_whole() -> None:
    """Every promised name is in the list docs and suggestions use; a duration stands for many."""
    assert {name.replace("48h", "<duration>") for name in PROMISED} == set(known_metrics())


def test_counts_agree_with_the_record() -> None:
    """Shares and counts are those of people and requests in the record."""
    run = record()
    states = run.judged_states
    assert states["dropped"] > 0
    assert value_of("success_rate") == states["completed"] / (states["completed"] + states["failed"])
    assert value_of("people") == run.planned - states["dropped"]
    assert value_of("dropped") == states["dropped"]
    assert value_of("requests") == run.requests
    assert value_of("error_rate") == sum(cell.errors for cell in run.series.values()) / run.requests
    assert value_of("claims_processed") == sum(one.decided for one in run.decisions.values())
    assert value_of("cloud_cost") == pytest.approx(3.0 * run.sim_s / 3600 + 0.01 * run.requests)
    last = max(at for at, second in run.seconds.items() if second.requests)
    assert value_of("rps") == pytest.approx(run.requests / (last + 1))


@pytest.mark.parametrize("name", ["requests", "error_rate", "success_rate", "people"])
def test_selected_parts_make_the_whole(name: str) -> None:
    """Counts by persona add up to the count; shares by persona lie around the share."""
    parts = [value_of(f"{name}{{persona='{persona}'}}") for persona in ("farmer", "claimant", "slow")]
    if name in ("requests", "people"):
        assert sum(parts) == value_of(name)
    else:
        assert min(parts) <= value_of(name) <= max(parts)


def test_selectors_narrow_requests() -> None:
    """Steps, statuses and services select requests; two selectors must both fit."""
    assert value_of("requests{step='login'}") == record().reached["apply", "login"]
    assert value_of("error_rate{status='503'}") == 1.0
    assert value_of("requests{status=503, service='records'}") == value_of("requests{status=503}")
    with pytest.raises(NoData, match="no judged request of “login” with status 503"):
        value_of("requests{step='login', status='503'}")


def test_the_warm_up_is_not_judged() -> None:
    """People and requests of the warm-up count in the totals, not in the metrics."""
    run = made_up_record(warm_s=20)
    assert 0 < value_of("people", run) < run.planned
    assert 0 < value_of("requests", run) < run.requests
    assert value_of("success_rate", run) != run.people("completed") / run.planned


@each(
    ("name", "says"),
    [
        ("finance.overdue", "unknown metric 'finance.overdue'"),
        ("latency_p95", "Did you mean 'latency_p95_ms'?"),
        ("sla_24h_success_rate", "nobody waited for a decision within 24 hours"),
        ("success_rate{persona='nobody'}", "nobody of “nobody” finished or failed"),
        ("success_rate{step='login'}", "cannot be selected by step; selectors are journey, persona"),
        ("people{step='login'}", "by journey and persona only"),
        ("claims_processed{step='login'}", "takes no selector"),
        ("dropped{step='login'}", "it takes no selector"),
        ("journey_p95_s{journey='x'}", "no journey of “x” was completed"),
    ],
)
def test_missing_data_has_a_reason(name: str, says: str) -> None:
    """What cannot be computed raises NoData with the reason; it is never 0."""
    with pytest.raises(NoData) as caught:
        value_of(name)
    assert says in str(caught.value)


@each("name", [name for name in PROMISED if name != "cloud_cost"])
def test_an_empty_record_has_no_metrics(name: str) -> None:
    """Without anybody every metric is without data."""
    empty = made_up_record(people=1, fault=None)
    for part in (empty.series, empty.judged_states, empty.judged_people, empty.journey_ms, empty.decisions):
        part.clear()
    empty.late_ms = type(empty.late_ms)()
    with pytest.raises(NoData):
        value_of(name, empty)


def test_prices_are_needed_for_a_cost() -> None:
    """A scenario without prices has no cost."""
    with pytest.raises(NoData, match="has no cost"):
        value_of("cloud_cost", made_up_record(people=5))


def test_functions_of_the_scenario_read_all_metrics() -> None:
    """A function gets every metric by name, with selectors too, and other functions."""

    def cost_per_claim(metrics: Mapping[str, float]) -> float:
        return metrics["cloud_cost"] / metrics["claims_processed"]

    def twice(metrics: Mapping[str, float]) -> float:
        assert "latency_p95_ms" in metrics
        assert "nonsense" not in metrics
        assert metrics["latency_p95_ms{step='submit'}"] > 0
        return 2 * metrics["cost_per_claim"]

    metrics = Metrics(record(), {"cost_per_claim": cost_per_claim, "twice": twice})
    expected = value_of("cloud_cost") / value_of("claims_processed")
    assert metrics["twice"] == pytest.approx(2 * expected)
    assert set(metrics) >= {"twice", "cost_per_claim", "latency_p95_ms"}
    assert len(metrics) == len(list(metrics))


@each(
    ("function", "says"),
    [
        (lambda metrics: metrics["nonsense"], "has no data: unknown metric 'nonsense'"),
        (lambda metrics: metrics["1 +"], "has no data"),
        (lambda metrics: metrics["own"], "computed from itself"),
        (lambda metrics: 1 / 0, "failed: ZeroDivisionError"),
        (lambda metrics: None, "gave NoneType, a number is wanted"),
        (lambda metrics: True, "gave bool"),
        (lambda metrics: float("nan"), "no finite value"),
        (lambda metrics: metrics.get("sla_1h_success_rate", 1.0), "has no data: nobody waited"),
    ],
)
def test_functions_that_go_wrong_have_no_data(function: object, says: str) -> None:
    """Whatever a scenario's function does wrong, the metric is without data and the reason says so."""
    with pytest.raises(NoData) as caught:
        Metrics(record(), {"own": function}).measure(MetricRef("own"))  # type: ignore[dict-item]
    assert says in str(caught.value)


def test_probes_are_metrics() -> None:
    """A probe's figure, or a gauge a sensor reported, is a metric; without a figure there is no data."""
    run = made_up_record(people=20, scenario={"probes": ["finance.overdue", "queue"]})
    run.probes["helpdesk.calls"] = 12.0
    run.sensors = {"finance": {"overdue": 7.0}}
    assert value_of("helpdesk.calls", run) == 12.0
    assert value_of("finance.overdue", run) == 7.0
    with pytest.raises(NoData, match="the probe queue gave no figure"):
        value_of("queue", run)


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        (MetricRef("latency_p95_ms", (("step", "x"),)), ""),
        (MetricRef("own"), ""),
        (MetricRef("own", (("step", "x"),)), "own takes no selector"),
        (MetricRef("sla_1h30m_success_rate"), ""),
        (MetricRef("sla_soon_success_rate"), "unknown metric"),
        (MetricRef("recovery_s", (("step", "x"),)), "selectors are fault"),
    ],
)
def test_names_are_checked_before_a_run(ref: MetricRef, says: str) -> None:
    """Wrong names and impossible selectors are told before anybody starts."""
    problem = problem_with(ref, ["own"])
    assert says in problem if says else problem == ""


def test_every_measure_keeps_the_protocol() -> None:
    """Each entry of the table can be made, matches its own names and says what it selects by."""
    for name in MEASURES.names():
        one = MEASURES.get(name)()
        assert all(is_metric(known.replace("<duration>", "1h30m")) for known in one.names)
        assert set(one.selectors) <= {"step", "journey", "persona", "status", "service", "fault"}
