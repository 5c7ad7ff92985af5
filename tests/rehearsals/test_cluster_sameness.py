"""On any number of workers the target sees the same people with the same data; decisions are waited for by all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.test_sameness import SCENARIO, seen

pytestmark = pytest.mark.long

CLAIMS = """
name: claims
seed: 5
load: {people: 60, over: 10m}
clock: {warp: 120, settle_warp: 36000}
journeys:
  - name: claim
    pace: none
    steps:
      - visit: /claims/new
      - submit
      - await: {status: decided, within: 48h}
checks: ["sla_48h_success_rate >= 0"]
"""


def test_workers_send_the_same_data(tmp_path: Path, esr: Any, city: Any) -> None:
    """Person, method, path and form values are the same set on 1, 3 and 7 workers."""
    (tmp_path / "same.yml").write_text(SCENARIO)
    town = city(record_values=True)
    runs = []
    for workers in ("1", "3", "7"):
        options = ("--target", town.url, "--warp", "20", "--workers", workers, "--max-late", "100%")
        ran = esr("run", "same.yml", *options)
        assert ran.code in (0, 1), ran.output + ran.errors
        runs.append(seen(town.url, ran.summary["run_id"]))
    one, three, seven = runs
    assert len(one) == 30
    assert one == three == seven


def test_decisions_of_every_worker_are_waited_for(tmp_path: Path, esr: Any) -> None:
    """After the last person the clock runs ahead for all workers together until every decision is known."""
    (tmp_path / "claims.yml").write_text(CLAIMS)
    ran = esr("run", "claims.yml", "--workers", "3", "--max-late", "100%")
    assert ran.code == 0, ran.output + ran.errors
    summary = ran.summary
    assert summary["people"]["completed"] + summary["people"]["failed"] == 60
    assert sum(one["decided"] + one["late"] for one in summary["decisions"]) >= 60
    assert not any(one["undecided"] for one in summary["decisions"])
    assert max(segment["warp"] for segment in summary["clock"]) > 120
    assert summary["clock"][-1]["warp"] == 120
    assert summary["simulated_s"] > 3600
