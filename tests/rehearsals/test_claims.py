"""Claims decided within 48 simulated hours: our figure is the city's own table, and queues that are too long FAIL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.conftest import fetch

pytestmark = pytest.mark.long

TABLE: dict[str, Any] = {
    "name": "claims",
    "duration_hours": 24,
    "time_warp": 10800,
    "load_profile": [[0, 5], [8, 30], [18, 40]],
    "assertions": ["sla_48h_success_rate > 0.95"],
}


@pytest.mark.parametrize(
    ("profile", "clerks", "verdict", "about"),
    [(None, 1.0, "PASS", 1.0), (None, 0.5, "FAIL", 0.68), ("rps=80", 1.0, "FAIL", 0.35)],
    ids=["enough clerks", "half the clerks", "80 a second"],
)
def test_the_share_decided_in_time_is_the_citys_own(
    profile: str | None, clerks: float, verdict: str, about: float, tmp_path: Path, esr: Any, city: Any
) -> None:
    """Equal to the city's table exactly, and near what a model of the queue gives."""
    table = TABLE if profile is None else TABLE | {"load_profile": profile}
    (tmp_path / "claims.json").write_text(json.dumps(table))
    town = city(clerks=clerks)
    summary = esr("run", "claims.json", "--target", town.url).summary
    own = fetch(f"{town.url}/__city/claims?run={summary['run_id']}&within_h=48")
    check = summary["checks"][0]
    assert summary["verdict"] == verdict, summary["reason"]
    assert check["value"] == own["decided_within_48h"] / own["claims"]
    assert own["claims"] == summary["people"]["planned"]
    assert abs(check["value"] - about) < 0.04
