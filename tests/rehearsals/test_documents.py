"""Scenarios in the documents' forms run to their verdict, and our counts are the city's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals import files
from tests.rehearsals.conftest import fetch

pytestmark = pytest.mark.long

CASES = [
    ("plan.scn.yaml", files.FLIGHT_PLAN, ["--warp", "60"], 0, "PASS", {"planned": 40, "completed": 40}),
    ("drill.yml", files.FIRE_DRILL, ["--warp", "20"], 0, "PASS", {"planned": 200, "completed": 200}),
    ("growers.py", files.FLUENT, ["--warp", "40"], 1, "FAIL", {"planned": 150}),
    ("claims.py", files.LOAD_TABLE, ["--warp", "7200"], 0, "PASS", {}),
]


@pytest.mark.parametrize(("name", "text", "options", "code", "verdict", "people"), CASES, ids=[c[0] for c in CASES])
def test_each_form_runs_to_its_verdict(
    name: str,
    text: str,
    options: list[str],
    code: int,
    verdict: str,
    people: dict[str, int],
    tmp_path: Path,
    esr: Any,
    city: Any,
) -> None:
    """Verdict, exit code and accounts are as they should be; the city counted exactly what we say we sent."""
    (tmp_path / name).write_text(text)
    town = city()
    ran = esr("run", name, "--target", town.url, *options)
    assert ran.code == code, ran.output + ran.errors
    summary = ran.summary
    assert summary["verdict"] == verdict
    counted = fetch(f"{town.url}/__city/counts?run={summary['run_id']}")["requests"]
    assert counted == summary["requests"] + summary["polls"] + summary["setup_requests"]
    states = summary["people"]
    assert states["planned"] == sum(states[key] for key in ("completed", "failed", "dropped", "lost", "unfinished"))
    assert states | people == states
    assert (tmp_path / "results" / f"{name.split('.')[0]}_report.html").stat().st_size < 500_000


def test_a_tenth_of_the_farmers_forgets_the_upload(tmp_path: Path, esr: Any) -> None:
    """They meet "Schedule F missing" with status 400, counted by message, and nobody else fails."""
    (tmp_path / "growers.py").write_text(files.FLUENT)
    summary = esr("run", "growers.py", "--warp", "60").summary
    kinds = [kind for kind in summary["error_kinds"] if kind["message"] == "Schedule F missing"]
    assert sum(kind["n"] for kind in kinds) == summary["people"]["failed"] > 0
    assert summary["people"]["failed"] == summary["people"]["planned"] - summary["people"]["completed"]


def test_importing_a_script_starts_nothing(tmp_path: Path, esr: Any) -> None:
    """``hms-esr run file.py`` makes one run although the script calls ``start()``."""
    (tmp_path / "growers.py").write_text(files.FLUENT.replace("150", "5"))
    esr("run", "growers.py", "--warp", "300")
    runs = [path for path in (tmp_path / "results").iterdir() if path.is_dir() and not path.is_symlink()]
    assert len(runs) == 1
