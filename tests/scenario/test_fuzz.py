"""Scenario files bent at random."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.errors import BadInput
from hms_esr.library import read_scenario
from hms_esr.scenario.source import read_document
from hms_esr.scenario.yaml_writer import canonical_yaml
from hms_esr.validation.forecast import forecast
from tests.dialects.test_documents import DRILL, PLAN, TABLE, WHAT_IF
from tests.scenario.mutations import bent, reshaped

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios"
TEXTS = [PLAN, DRILL, TABLE, WHAT_IF] + [
    path.read_text(encoding="utf-8") for path in sorted(SHIPPED.iterdir()) if path.suffix in (".yml", ".yaml")
]
DOCUMENTS = [read_document(text, "f").data for text in TEXTS]


def judged(raw: bytes) -> bool:
    """Whether a file was accepted; anything but acceptance or a refusal with a place fails the test."""
    try:
        loaded = read_scenario(read_document(raw, "f.yml"), path=SHIPPED / "f.yml")
    except BadInput as error:
        assert error.problems, raw
        for problem in error.problems:
            assert problem.line > 0 and problem.column > 0 and problem.text and "\n" not in problem.text, (raw, problem)
            assert problem.line <= raw.count(b"\n") + 2, (raw, problem)
        return False
    forecast(loaded.scenario)
    again = read_scenario(read_document(canonical_yaml(loaded.scenario), "f.yml"), path=SHIPPED / "f.yml")
    assert again.scenario == loaded.scenario, raw
    return True


def accepted(seeds: range) -> int:
    """How many of the files of these seeds are right."""
    return sum(judged(reshaped(DOCUMENTS, seed) if seed % 2 else bent(TEXTS, seed)) for seed in seeds)


def test_every_bent_file_is_refused_with_a_place_or_read() -> None:
    """Of 2 000 files none ends in anything else, and what is accepted can be shown and read again."""
    assert 0 < accepted(range(2_000)) < 1_000


@pytest.mark.soak
def test_twenty_thousand_bent_files() -> None:
    """The same for 20 000 other files."""
    assert 0 < accepted(range(10_000, 30_000)) < 10_000
