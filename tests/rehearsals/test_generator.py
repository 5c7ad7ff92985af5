"""A load generator that cannot keep up says so, what was short, and what would do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

CROWDED = """
name: crowded
duration: 3s
max_people: 20
load: {rate: 50}
journeys: [{pace: none, steps: [visit: /page, think: 2s, visit: /page]}]
"""


def test_a_generator_with_too_few_places_is_told_before_and_after(
    tmp_path: Path, esr: Any, logging_target: Any
) -> None:
    """The plan's people at once are over max_people: a warning first, then INVALID with that reason and cure."""
    (tmp_path / "crowded.yml").write_text(CROWDED)
    ran = esr("run", "crowded.yml", "--target", logging_target().url, punctual=True)
    assert ran.code == 3, ran.output + ran.errors
    said = ran.output.replace("\u00a0", " ")
    assert "people/s in one process; the plan needs 50 people/s at its peak." in said
    assert "About 120 people will be under way at once, and the scenario allows 20: raise its max_people" in said
    assert "of the planned people never came because only 20 may be under way at once" in said
    assert "Raise max_people in the scenario (it is 20)" in said
    assert ran.summary["people"]["dropped"] > 0
    assert ran.summary["generator"]["gc_pause_max_ms"] >= 0
