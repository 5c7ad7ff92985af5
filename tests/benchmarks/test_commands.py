"""The long scenario whose checking is timed."""

from __future__ import annotations

from pathlib import Path

from benchmarks.commands import LINES, scenario
from hms_esr.library import load_scenario


def test_the_long_scenario_is_long_and_right(tmp_path: Path) -> None:
    """It has the 200 lines that are promised, and no mistake."""
    path = tmp_path / "long.yml"
    path.write_text(scenario(), encoding="utf-8")
    assert scenario().count("\n") == LINES == 200
    assert load_scenario(str(path)).scenario.name == "two-hundred"
