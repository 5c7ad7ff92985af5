"""The Python faces: start at once, wait, run, provision, pause and resume."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import hms_esr
from hms_esr import Scenario, Step, User
from hms_esr.store import open_record
from tests.rehearsals.conftest import ROOT, fetch


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def farmers(people: int, duration: str = "1m") -> Scenario:
    """People who ask for the subsidy."""
    return (
        Scenario(name="from_python", drain="90s")
        .given(User.template(role="farmer").multiply(people))
        .when(Step("open_form", path="/apply-subsidy"))
        .and_then(Step("upload", file="papers.pdf"))
        .and_then(Step("submit"))
        .check("success_rate > 0.5")
        .duration(duration)
    )


def test_start_returns_at_once_and_wait_gives_the_summary(city: Any) -> None:
    """The run goes on in a process of its own; its summary is that of the command line."""
    scenario = farmers(20)
    run_id = scenario.start(target=city().url, warp=60)
    assert not (Path("results") / run_id / "summary.json").exists()
    summary = scenario.wait()
    assert summary["run_id"] == run_id
    assert summary["verdict"] == "PASS"
    assert summary["people"]["planned"] == 20
    assert Path("results/from_python_report.html").exists()


def test_run_waits_and_a_scenario_file_will_do(city: Any) -> None:
    """``hms_esr.run`` takes a builder, a path or a loaded scenario, and gives the summary."""
    Path("own.yml").write_text(
        "name: own\nload: {people: 5, over: 1s}\njourneys:\n  - {name: look, pace: none, steps: [{visit: /start}]}\n"
    )
    town = city()
    assert hms_esr.run("own.yml", target=town.url)["verdict"] == "PASS"
    assert hms_esr.run(hms_esr.load("own.yml"), target=town.url)["people"]["completed"] == 5


def test_the_two_builders_make_the_same_object() -> None:
    """Fluent and keyword forms give equal canonical scenarios."""
    from hms_esr_client import Scenario as Keywords

    keywords = Keywords(
        "same", duration_hours=24, time_warp=60, load_profile=[(0, 5), (8, 30)], assertions=["error_rate < 0.01"]
    )
    keywords.assertions.append("latency_p95_ms < 2000")
    model = keywords.canonical()
    assert [check.check for check in model.checks] == ["error_rate < 0.01", "latency_p95_ms < 2000"]
    assert Scenario.of(model).canonical() == model
    assert keywords.to_dict()["load_profile"] == [[0, 5], [8, 30]] or keywords.to_dict()["load_profile"] == [
        (0, 5),
        (8, 30),
    ]


def test_provision_creates_accounts(city: Any) -> None:
    """Accounts are made at a service that knows nobody; then the same people can log in."""
    town = city(strict_accounts=True)
    Path("in.yml").write_text(
        "name: in\nidentity: fixed\nload: {people: 10, over: 1s}\n"
        "journeys:\n  - {name: in, persona: farmer, pace: none, steps: [login]}\n"
    )
    assert hms_esr.run("in.yml", target=town.url)["verdict"] == "FAIL"
    assert User.template(role="farmer").multiply(10).provision(town.url) == 10
    assert hms_esr.run("in.yml", target=town.url)["verdict"] == "PASS"


def test_pause_and_resume(city: Any) -> None:
    """While paused nobody new comes; afterwards the rest of the plan is carried out, everybody on record."""
    town = city()
    scenario = farmers(200, "20s")
    run_id = scenario.start(target=town.url)
    until(lambda: came(town.url, run_id) > 20, "people have come")
    scenario.pause()
    until(lambda: "paused" in console(run_id), "the run says so")
    folder = Path("results") / run_id
    paused_s = next(event.real_s for event in open_record(folder).events if event.kind == "paused")
    until(lambda: open_record(folder).real_s > paused_s + 3, "three seconds have passed")
    scenario.resume()
    summary = scenario.wait()
    people = summary["people"]
    assert people["planned"] == 200 == sum(people[key] for key in people if key != "planned")
    assert summary["delivery"]["delivered"] == 200
    seconds = open_record(folder).seconds
    assert not any(seconds[second].delivered for second in range(int(paused_s) + 1, int(paused_s) + 3))
    assert summary["verdict"] == "PASS"


def came(url: str, run_id: str) -> int:
    """Forms opened so far."""
    by = fetch(f"{url}/__city/counts?run={run_id}")["by"]
    return sum(one["n"] for one in by if one["path"] == "/login" and one["method"] == "POST")


def console(run_id: str) -> str:
    """What the run has printed."""
    return (Path("results") / run_id / "console.txt").read_text()


def until(true: Any, what: str) -> None:
    """Wait, bounded, until something is so."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


def test_a_script_that_ends_leaves_its_run_going(city: Any) -> None:
    """``python script.py`` that only starts is over before the run, and the run still ends with its report."""
    town = city()
    Path("script.py").write_text(
        "from hms_esr import Scenario, Step, User\n"
        "s = Scenario(name='alone').given(User.template(role='citizen').multiply(5))"
        ".when(Step('visit', path='/start'))\n"
        f"print(s.duration('2s').start(target={town.url!r}))\n"
    )
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, timeout=60)
    run_id = done.stdout.strip()
    assert run_id, done.stderr
    until((Path("results") / run_id / "summary.json").exists, "the summary is there")
