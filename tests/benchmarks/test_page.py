"""The page of measured figures is put together section by section."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import _page
from benchmarks._page import ORDER, Row, Section, publish, spread


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page that is not there yet."""
    path = tmp_path / "benchmarks.md"
    monkeypatch.setattr(_page, "PAGE", path)
    return path


def test_a_section_replaces_its_older_self_and_keeps_its_place(page: Path) -> None:
    """Whatever the order of measuring, sections stand in one order, each once, the last figures in it."""
    publish(Section(ORDER[1], "burst", "How.", [Row("one", "1")]))
    publish(Section(ORDER[0], "form_journey", "How.", [Row("two", "2")]))
    publish(Section(ORDER[1], "burst", "How.", [Row("three", "3", "< 2", False)]))
    text = page.read_text(encoding="utf-8")
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == list(ORDER[:2])
    assert "| one |" not in text
    assert "| three | 3 | < 2 | **no** |" in text


def test_a_goal_that_is_not_kept_is_named() -> None:
    """Only figures with a broken goal are missed."""
    rows = [Row("fine", "1", "< 2"), Row("slow", "3", "< 2", False), Row("shown", "9")]
    assert Section(ORDER[0], "form_journey", "How.", rows).missed == ["slow: 3, goal < 2"]


@pytest.mark.parametrize(
    ("values", "shown"), [([3, 1, 2], "2 (1 – 3)"), ([4, 1, 2, 3], "2 (1 – 4)"), ([1500], "1,500 (1,500 – 1,500)")]
)
def test_spread_is_the_median_with_least_and_most(values: list[float], shown: str) -> None:
    """The middle one, or the mean of the two in the middle, rounded to even."""
    assert spread(values) == shown
