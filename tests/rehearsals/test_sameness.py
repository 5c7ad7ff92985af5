"""Same seed, same people, with the same data, on any number of workers and alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.conftest import fetch

pytestmark = pytest.mark.long

SCENARIO = """
name: same
identity: fixed
load: {people: 30, over: 1m}
journeys:
  - name: grant
    weight: 2
    persona: {student: 3, farmer: 1}
    pace: none
    steps:
      - visit: /apply
      - fill: {state: "{{ random.states }}"}
      - upload: transcript.pdf
      - submit: Submit
  - name: subsidy
    persona: farmer
    pace: none
    steps: [{visit: /apply-subsidy}, {upload: schedule.pdf}, submit]
"""


def people(esr: Any, file: Path, *options: str) -> dict[int, dict[str, Any]]:
    """The plan by person, without the worker."""
    lines = map(json.loads, esr("plan", str(file), "--format", "jsonl", *options).output.splitlines())
    return {line["k"]: {key: line[key] for key in line if key != "worker"} for line in lines}


def test_the_plan_is_the_same_on_any_number_of_workers(tmp_path: Path, esr: Any) -> None:
    """For each seed people are the same on 1, 3 and 7 workers, each worker has its share, and seeds differ."""
    file = tmp_path / "same.yml"
    file.write_text(SCENARIO)
    plans = {}
    for seed in ("1", "2"):
        one, three, seven = (people(esr, file, "--seed", seed, "--workers", n) for n in ("1", "3", "7"))
        assert one == three == seven
        plans[seed] = one
    assert plans["1"] != plans["2"]
    lines = esr("plan", str(file), "--format", "jsonl", "--workers", "7").output.splitlines()
    assert {line["worker"] for line in map(json.loads, lines)} == set(range(7))


def seen(url: str, run: str) -> dict[int, list[Any]]:
    """What the city saw, by person."""
    by_person: dict[int, list[Any]] = {}
    answer = fetch(f"{url}/__city/seen?run={run}")
    for one in answer["seen"] if isinstance(answer, dict) else answer:
        if one["person"] == "":
            continue
        values = json.dumps(one["values"], sort_keys=True)
        by_person.setdefault(int(one["person"]), []).append([one["method"], one["path"], values])
    return by_person


def test_two_runs_of_a_seed_send_the_same_data(tmp_path: Path, esr: Any, city: Any) -> None:
    """Person, method, path and form values are equal in both runs; a person alone sends what it sent among all."""
    (tmp_path / "same.yml").write_text(SCENARIO)
    town = city(record_values=True)
    runs = []
    for options in ([], [], ["--only", "17"]):
        ran = esr("run", "same.yml", "--target", town.url, "--warp", "20", *options)
        runs.append(seen(town.url, ran.summary["run_id"]))
    first, second, alone = runs
    assert len(first) == 30
    assert first == second
    assert alone == {17: first[17]}
