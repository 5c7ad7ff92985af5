"""One look finds mistakes of every kind: what can be read is checked also when other parts are wrong."""

from __future__ import annotations

import pytest

from hms_esr.scenario.model import Scenario
from hms_esr.scenario.partial_scenario import partial_scenario
from tests.scenario.test_problems import HEAD, problems

CHECKS = "checks: [a <, sucess_rate > 0.9, 'error_rate{step=\"pay\"} < 0.1']\n"


def told(text: str) -> list[str]:
    """Line and first words of each mistake."""
    return [":".join(one.split(":")[1:])[:60] for one in problems(text)]


def test_a_metric_is_checked_beside_mistakes_of_structure() -> None:
    """A wrong key, a wrong check, an unknown metric, template and selector: one round."""
    steps = "journeys: [{steps: [{visit: '/{{ persona.emial }}'}]}]\n"
    found = told(HEAD + CHECKS + steps + "clok: 1\n")
    assert [one.split("  ")[0] for one in found] == ["3:10", "3:15", "4:29", "5:1"]
    assert "unknown metric 'sucess_rate'" in found[1]
    one_wrong = told(HEAD + "clok: 1\nchecks: ['error_rate{step=\"pay\"} < 0.1']\n")
    assert "unknown key 'clok'" in one_wrong[0] and "there is no step 'pay' to select" in one_wrong[1]


def test_what_a_wrong_part_would_tell_is_not_asked() -> None:
    """With a journey that cannot be read, steps, journeys and personas of selectors may be right."""
    found = told(HEAD + "journeys: [{name: a, steps: [clik: X]}]\nchecks: ['error_rate{step=\"pay\"} < 1', nope > 1]\n")
    assert [one.split("  ")[0] for one in found] == ["3:30", "4:40"]
    probes = told(HEAD + "probes: 5\nchecks: [mine > 1, 'requests{step=\"x\"} > 1']\n")
    assert [one.split("  ")[0] for one in probes] == ["3:9", "4:20"]


def test_a_wrong_step_hides_nothing_but_names_of_steps() -> None:
    """Journeys, personas and times are known all the same."""
    found = told(
        HEAD
        + "journeys: [{name: a, persona: farmer, steps: [clik: X]}, {name: b, steps: [visit: /]}]\n"
        + "faults: [{fault: down, service: s, at: 2m}]\n"
        + "checks: ['error_rate{step=\"pay\"} < 1', 'error_rate{persona=\"farmr\"} < 1'\n"
        + "  , 'success_rate{journey=\"c\"} < 1']\n"
    )
    assert [one.split("  ")[0] for one in found] == ["3:47", "4:40", "5:40", "6:5"]
    assert found[1].endswith("starts at 2m, but people come only for 1m")


def test_a_load_that_is_missing_does_not_hide_the_rest() -> None:
    """What is missing from the whole, and what is wrong in single values."""
    found = told("name: a b\nfaults: [{fault: down, service: s, at: 2m}]\nchecks: [nope > 1]\n")
    assert found[0].startswith("1:1  a load is missing")
    assert [one.split("  ")[0] for one in found[1:]] == ["1:7", "3:10"]


def test_two_looks_for_mistakes_of_the_whole() -> None:
    """Journeys of one name and a wrong seed are told together."""
    found = told(HEAD + "seed: -1\njourneys: [{name: a}, {name: a}]\n")
    assert [one.split("  ")[0] for one in found] == ["3:7", "4:11"]


def test_a_right_scenario_is_whole() -> None:
    """Nothing is left out, nothing stands in."""
    data = {"name": "x", "load": {"people": 5, "over": "1m"}, "checks": ["requests > 1"]}
    found = partial_scenario(data)
    assert found.scenario == Scenario.model_validate(data)
    assert (found.mistakes, found.wrong, found.checks) == ((), frozenset(), (0,))


SHARES = [
    ("success_rate > 85", "success_rate is a share, a number from 0 to 1, found 85 to compare it with; write 0.85"),
    ("99.5 <= success_rate", "found 99.5 to compare it with; write 0.995"),
    ("error_rate < 5", "error_rate is a share, a number from 0 to 1, found 5 to compare it with; write 0.05"),
    ("sla_48h_success_rate > -1", "found -1 to compare it with"),
    ("requests > 1 and success_rate >= 2 * 50", "found 100 to compare it with; write 1"),
]


@pytest.mark.parametrize(("check", "expected"), SHARES, ids=[row[0] for row in SHARES])
def test_a_share_is_compared_with_a_share(check: str, expected: str) -> None:
    """A limit that no share can reach, or that every share keeps, is a slip of the pen."""
    (problem,) = problems(HEAD + f"checks: ['{check}']\n")
    assert expected in problem


@pytest.mark.parametrize(
    "check", ["success_rate == 1", "error_rate == 0", "success_rate * 100 > 85", "requests > 85", "error_rate < 1 / 0"]
)
def test_limits_within_reach_are_taken(check: str) -> None:
    """The ends of a share, products of it, and other metrics."""
    assert problems(HEAD + f"checks: ['{check}']\n") == []


def test_a_warn_line_is_compared_with_a_share_too() -> None:
    """The warning of a check is read like its limit."""
    (problem,) = problems(HEAD + "checks: [{check: success_rate > 0.8, warn: '> 95'}]\n")
    assert "write 0.95" in problem
