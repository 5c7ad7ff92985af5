"""The fluent form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hms_esr.errors import BadInput, EnvironmentProblem
from hms_esr.scenario import builder
from hms_esr.scenario.builder import Probe, Scenario, Step, User, connect, is_disarmed, starting_is_disarmed
from hms_esr.scenario.yaml_writer import canonical_data


class Recording:
    """A launcher that only remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def start(self, scenario: Scenario, **options: Any) -> str:
        """Remember, and give an id."""
        self.asked.append(("start", scenario.canonical().name, options))
        return "run-1"

    def wait(self, run_id: str) -> Any:
        """Remember."""
        self.asked.append(("wait", run_id))
        return "PASS"

    def pause(self, run_id: str) -> None:
        """Remember."""
        self.asked.append(("pause", run_id))

    def resume(self, run_id: str) -> None:
        """Remember."""
        self.asked.append(("resume", run_id))

    def provision(self, role: str, count: int, address: str) -> int:
        """Remember."""
        self.asked.append(("provision", role, count, address))
        return count


@pytest.fixture
def launcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    """A recording launcher, connected; farmers have accounts."""
    monkeypatch.setattr(builder, "_outside", type(builder._outside)())
    recording = Recording()
    connect(launcher=lambda: recording, has_account=lambda role: role == "farmer")
    yield recording


def hello() -> Scenario:
    """The promised scenario, with other figures."""
    return (
        Scenario(name="county_fair_trial")
        .given(User.template(role="farmer").multiply(250))
        .when(Step("open_form", path="/county-fair"))
        .and_then(Step("upload", file="stand_plan.pdf"))
        .and_then(Step("submit"))
        .probe(Probe.http(warn_ms=350))
        .duration("5m")
    )


def test_the_promised_form(launcher: Recording) -> None:
    """People over the duration, named steps, a warning from the probe, and a login for those with an account."""
    assert canonical_data(hello().canonical()) == {
        "name": "county_fair_trial",
        "duration": "5m",
        "load": {"people": 250, "over": "5m"},
        "journeys": [
            {
                "persona": {"farmer": 1},
                "steps": [
                    "login",
                    {"visit": "/county-fair", "name": "open_form"},
                    {"upload": {"file": "stand_plan.pdf"}},
                    "submit",
                ],
            }
        ],
        "checks": [{"check": "latency_p95_ms", "warn": "< 350"}],
    }


def test_who_has_no_account_or_logs_in_already_gets_no_second_login(launcher: Recording) -> None:
    """The login step is added only where it is missing and possible."""
    for scenario in (
        Scenario(name="x").given(User.template("citizen")).when(Step("submit")),
        Scenario(name="x").given(User.template("farmer")).when(Step("login"), Step("submit")),
    ):
        steps = scenario.duration("1m").canonical().journeys[0].steps
        assert [step.verb for step in steps].count("login") == (1 if len(steps) == 2 else 0)


def test_several_groups_come_each_in_its_number(launcher: Recording) -> None:
    """Each group is a journey with a load of its own and the same steps."""
    scenario = Scenario(name="x").given(User("citizen", 3), User("student", 5)).when(Step("submit")).duration("1m")
    journeys = scenario.canonical().journeys
    assert [(one.name, dict(one.persona), one.load.people) for one in journeys] == [  # type: ignore[union-attr]
        ("citizen-1", {"citizen": 1.0}, 3),
        ("student-2", {"student": 1.0}, 5),
    ]


def test_everything_else_that_can_be_said(launcher: Recording) -> None:
    """Target, checks, seed, tags, warp, faults and named probes reach the model."""
    scenario = (
        hello()
        .target("http://127.0.0.1:9")
        .check("success_rate > 0.9", warn="> 0.95", abort_after="30s")
        .seed(7)
        .tag("a", "b")
        .warp(60)
        .fault("latency", "db", at="1m", lasts="2m", latency_ms=5)
        .probe(Probe.named("permits.processed"))
        .probe(Probe.http(fail_ms=900))
    )
    data = canonical_data(scenario.canonical())
    assert data["targets"] == {"default": {"url": "http://127.0.0.1:9"}}
    assert data["checks"][1:] == [
        {"check": "success_rate > 0.9", "warn": "> 0.95", "abort_after": "30s"},
        "latency_p95_ms < 900",
    ]
    assert (data["seed"], data["tags"], data["clock"]) == (7, ["a", "b"], {"warp": 60})
    assert data["faults"] == [{"fault": "latency", "service": "db", "at": "1m", "for": "2m", "latency_ms": 5}]
    assert data["probes"] == ["permits.processed"]


STEPS: list[tuple[Step, Any]] = [
    (Step("open_form", path="/x"), {"visit": {"path": "/x"}, "name": "open_form"}),
    (Step("attach", file="a.pdf", size_kb=3), {"upload": {"file": "a.pdf", "size_kb": 3}, "name": "attach"}),
    (Step("decision", within="48h"), {"await": {"within": "48h"}, "name": "decision"}),
    (Step("send", click="Submit"), {"click": "Submit", "name": "send"}),
    (Step("call", method="POST", path="/api"), {"request": {"method": "POST", "path": "/api"}, "name": "call"}),
    (Step("fill", state="IA"), {"fill": {"state": "IA"}}),
    (Step("submit", name="end"), {"submit": None, "name": "end"}),
]


@pytest.mark.parametrize(("step", "written"), STEPS)
def test_a_step_is_known_by_its_kind_or_by_what_it_is_given(step: Step, written: Any) -> None:
    """A verb with settings, or a name of its own with something that tells the kind."""
    assert step.written == written


def test_mistakes_are_told_where_they_are_made() -> None:
    """Wrong steps, numbers and users are refused at once, with the cure."""
    with pytest.raises(BadInput, match=r"unknown step 'uplod'\. Did you mean 'upload'\?"):
        Step("uplod")
    with pytest.raises(BadInput, match=r"unknown key 'fil'"):
        Step("upload", fil="a.pdf")
    with pytest.raises(BadInput, match="whole number over 0, such as 500, found 0"):
        User.template("farmer").multiply(0)
    with pytest.raises(BadInput, match="milliseconds over 0, such as 400, found -1"):
        Probe.http(warn_ms=-1)
    with pytest.raises(BadInput, match=r"Probe.http takes warn_ms, fail_ms or both"):
        Probe.http()
    with pytest.raises(BadInput, match="a Step is wanted here"):
        Scenario(name="x").when("submit")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="given takes users"):
        Scenario(name="x").given("farmer")  # type: ignore[arg-type]


def test_the_finished_model_names_every_mistake(launcher: Recording) -> None:
    """Whatever is wrong with the whole is told together when it is finished."""
    with pytest.raises(BadInput) as caught:
        Scenario(name="x y").given(User("farmer")).duration("soon").seed(-1).check("a <").canonical()
    assert {str(one).split("  ")[1].split(":")[0] for one in caught.value.problems} >= {"name", "duration", "seed"}


def test_starting_and_what_follows_go_to_the_launcher(launcher: Recording) -> None:
    """Start gives the id at once; wait, pause and resume use it; provisioning names role, number and address."""
    scenario = hello()
    assert scenario.start(target="http://127.0.0.1:9") == "run-1"
    scenario.pause()
    scenario.resume()
    assert scenario.wait() == "PASS"
    assert User.template("farmer").multiply(2).provision("http://127.0.0.1:9/accounts") == 2
    assert launcher.asked == [
        ("start", "county_fair_trial", {"target": "http://127.0.0.1:9"}),
        ("pause", "run-1"),
        ("resume", "run-1"),
        ("wait", "run-1"),
        ("provision", "farmer", 2, "http://127.0.0.1:9/accounts"),
    ]


def test_nothing_starts_while_a_file_is_only_read(launcher: Recording) -> None:
    """Disarmed, start and provision do nothing; afterwards they work again."""
    with starting_is_disarmed():
        assert is_disarmed()
        assert hello().start() == ""
        assert User.template("farmer").provision("http://127.0.0.1:9") == 0
    assert not is_disarmed() and launcher.asked == []


def test_a_run_that_was_not_started_cannot_be_waited_for(launcher: Recording) -> None:
    """The cure is named."""
    with pytest.raises(BadInput, match="was not started; call start"):
        hello().wait()


def test_without_a_launcher_starting_says_where_to_import_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """The builder alone starts nothing."""
    monkeypatch.setattr(builder, "_outside", type(builder._outside)())
    with pytest.raises(EnvironmentProblem, match="import Scenario from hms_esr"):
        hello().start()


def test_a_scenario_read_from_a_file_can_be_started_but_not_changed(launcher: Recording) -> None:
    """Wrapping a model keeps it whole."""
    model = hello().canonical()
    wrapped = Scenario.of(model)
    assert wrapped.canonical() is model
    with pytest.raises(BadInput, match="cannot be changed here"):
        wrapped.duration("1m")
    assert wrapped.canonical() is model
    assert wrapped.start() == "run-1"
