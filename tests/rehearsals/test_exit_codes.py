"""Every way a run can end has its exit code, its words, and leaves no fault on and no process behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.conftest import ROOT, fetch

pytestmark = pytest.mark.long

LOOK = """
name: look
load: {{people: {people}, over: {over}}}
journeys:
  - name: look
    pace: none
    steps: [visit: {path}]
checks: ["{check}"]
{more}
"""


def write(folder: Path, *, people: int = 20, over: str = "2s", path: str = "/start", check: str = "error_rate < 0.01",
          more: str = "") -> str:  # fmt: skip
    """A small scenario; its file's name."""
    (folder / "look.yml").write_text(LOOK.format(people=people, over=over, path=path, check=check, more=more))
    return "look.yml"


@pytest.mark.parametrize(
    ("changes", "options", "code", "verdict"),
    [
        ({}, [], 0, "PASS"),
        ({"check": "latency_p50_ms < 0.0001"}, [], 1, "FAIL"),
        ({"path": "/nowhere"}, [], 1, "FAIL"),
        ({"check": "claims_processed > 1"}, [], 3, "INVALID"),
        ({}, ["--time-limit", "1s"], 3, "INVALID"),
        ({"people": 400, "over": "0s", "more": "max_people: 5"}, [], 3, "INVALID"),
        ({"path": "/nowhere", "over": "8s", "people": 80, "check": "requests > 0",
          "more": ""}, [], 0, "PASS"),
    ],
    ids=["holds", "slow", "refused", "no data", "time limit", "dropped", "errors nobody asked about"],
)  # fmt: skip
def test_verdicts_and_codes(
    changes: dict[str, Any], options: list[str], code: int, verdict: str, tmp_path: Path, esr: Any
) -> None:
    """The summary, the exit code and the last lines agree."""
    ran = esr("run", write(tmp_path, **changes), *options)
    assert (ran.code, ran.summary["verdict"], ran.summary["exit_code"]) == (code, verdict, code), ran.output
    assert verdict in ran.output
    people = ran.summary["people"]
    assert people["planned"] == sum(people[key] for key in people if key != "planned")


def test_abort_after_stops_the_run_to_protect_the_target(tmp_path: Path, esr: Any) -> None:
    """A check that does not hold for its time ends the run long before the plan: FAIL."""
    more = "faults: [{fault: error, service: gateway, at: 0s, status: 500}]"
    text = LOOK.format(people=600, over="60s", path="/start", check="success_rate > 0.1", more=more)
    text = text.replace('checks: ["success_rate > 0.1"]', 'checks: [{check: "error_rate < 0.2", abort_after: 2s}]')
    (tmp_path / "look.yml").write_text(text)
    ran = esr("run", "look.yml")
    assert ran.code == 1, ran.output
    assert "protect the target" in ran.summary["reason"] + ran.output
    assert ran.summary["people"]["planned"] < 400


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "nothing.yml"], 2, "nothing.yml"),
        (["run", "look.yml", "--scale", "x"], 2, "--scale"),
        (["run", "look.yml", "--only", "99"], 2, "--only 99"),
        (["run", "look.yml", "--time-limit", "5"], 2, "--time-limit"),
        (["run", "look.yml", "--env", "moon"], 2, "moon"),
        (["run", "look.yml", "--target", "ftp://127.0.0.1:1"], 4, "ftp"),
        (["run", "look.yml", "--target", "http://nobody.invalid"], 4, "nobody.invalid"),
        (["run", "--tag", "none-such"], 2, "none-such"),
        (["run"], 2, "scenario"),
    ],
)
def test_what_cannot_start_says_why(arguments: list[str], code: int, words: str, tmp_path: Path, esr: Any) -> None:
    """Exit 2 or 4, one clear line, no traceback, and no run on record."""
    write(tmp_path)
    ran = esr(*arguments)
    assert ran.code == code, ran.output + ran.errors
    assert words in ran.errors
    assert "Traceback" not in ran.errors
    assert not list(tmp_path.glob("results/*/summary.json"))


def test_a_target_that_is_not_there(tmp_path: Path, esr: Any) -> None:
    """Exit 4 at once with the address and the reason."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    ran = esr("run", write(tmp_path), "--target", address)
    assert ran.code == 4
    assert "connection refused" in ran.errors and address in ran.errors
    assert "before anybody starts" in ran.errors


def test_a_fault_that_nobody_can_carry_out(tmp_path: Path, esr: Any, logging_target: Any) -> None:
    """A fault against a target that is no city is exit 4, never ignored."""
    more = "faults: [{fault: down, service: db}]"
    ran = esr("run", write(tmp_path, more=more), "--target", logging_target().url)
    assert ran.code == 4
    assert "db down" in ran.errors


def test_several_files_end_with_the_worst_code(tmp_path: Path, esr: Any) -> None:
    """2 before 4 before 130 before 3 before 1 before 0; the others are carried out all the same."""
    write(tmp_path)
    (tmp_path / "bad.yml").write_text("name: x\nlaod: {}\n")
    ran = esr("run", "look.yml", "bad.yml")
    assert ran.code == 2
    assert "PASS" in ran.output and "bad.yml:2:1" in ran.errors


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A run as a process of its own group."""
    return subprocess.Popen(
        [sys.executable, "-m", "hms_esr", "run", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )


def until(true: Callable[[], Any], what: str) -> None:
    """Wait, bounded, until something is so."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


SICK = """
name: sick
load: {people: 600, over: 60s}
journeys:
  - name: look
    pace: none
    steps: [visit: /start]
faults: [{fault: latency, service: gateway, at: 1s, latency_ms: 50}]
after: [{request: {method: POST, path: /api/claims, json: {note: over}}}]
"""


@pytest.mark.parametrize("presses", [1, 2])
def test_interrupted(presses: int, tmp_path: Path, city: Any) -> None:
    """Ctrl-C, once or twice: exit 130, faults are undone, the report is written; once: ``after`` is carried out."""
    (tmp_path / "sick.yml").write_text(SICK)
    town = city()
    process = started(tmp_path, "sick.yml", "--target", town.url)
    until(lambda: fetch(f"{town.url}/__city/faults")["faults"], "the fault is on")
    for _ in range(presses):
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "topping" in process.stderr.readline()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, output + errors
    assert fetch(f"{town.url}/__city/faults")["faults"] == []
    summary = json.loads((tmp_path / "results/latest/summary.json").read_text())
    people = summary["people"]
    assert summary["verdict"] == "INTERRUPTED"
    assert people["planned"] < 600
    assert people["planned"] == sum(people[key] for key in people if key != "planned")
    by = fetch(f"{town.url}/__city/counts?run={summary['run_id']}")["by"]
    assert any(one["path"] == "/api/claims" for one in by) or presses == 2
    assert (tmp_path / "results/latest/report.html").exists()


def test_killed_in_mid_fault(tmp_path: Path, city: Any, esr: Any) -> None:
    """After SIGKILL the next run finds the fault in the journal and ends it at the target."""
    (tmp_path / "sick.yml").write_text(SICK)
    town = city()
    process = started(tmp_path, "sick.yml", "--target", town.url)
    until(lambda: fetch(f"{town.url}/__city/faults")["faults"], "the fault is on")
    until(lambda: "fault_id" in (tmp_path / "results/latest/faults.jsonl").read_text(), "the journal knows it")
    process.kill()
    process.communicate()
    assert fetch(f"{town.url}/__city/faults")["faults"] != []
    ran = esr("run", write(tmp_path), "--target", town.url)
    assert ran.code == 0, ran.output + ran.errors
    assert fetch(f"{town.url}/__city/faults")["faults"] == []
    killed = next(path for path in (tmp_path / "results").glob("*-sick-*"))
    esr("report", killed.name)
    assert json.loads((killed / "summary.json").read_text())["verdict"] == "INVALID"


def test_stop_ends_a_run(tmp_path: Path, city: Any, esr: Any) -> None:
    """``hms-esr stop latest`` from another terminal: the run is INTERRUPTED."""
    (tmp_path / "sick.yml").write_text(SICK)
    process = started(tmp_path, "sick.yml", "--target", city().url)
    until((tmp_path / "results/latest/record.db").exists, "the run is on record")
    until(lambda: "pid" in (tmp_path / "results/latest/manifest.json").read_text(), "its process is known")
    assert esr("stop", "latest").code == 0
    process.communicate(timeout=60)
    assert process.returncode == 130
