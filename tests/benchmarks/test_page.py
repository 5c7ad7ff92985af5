"""The page of measured figures is written from what is kept, part by part."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import _against_page, _page, _results
from benchmarks._page import page, read_notes, spread
from benchmarks._results import Figure, Found, Goal, Kept, keep, machine, read
from benchmarks._table import BENCHMARKS
from tests.house.documents import anchors


def kept(title: str, *figures: Figure, goals: tuple[Goal, ...] = ()) -> Kept:
    return Kept(Found(title, "How.", figures, goals), machine(0.1))


def test_a_part_measured_again_replaces_only_its_part(tmp_path: Path) -> None:
    """Whatever the order of measuring, sections stand in the table's order, each once, the last figures in it."""
    path = tmp_path / "results.json"
    keep("get", kept("One", Figure("a", [1.0])), path)
    keep("form_journey", kept("Two", Figure("b", [2.0])), path)
    everything = keep("get", kept("One", Figure("c", [3.0, 5.0, 4.0])), path)
    text = page(everything, {})
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == ["Goals", "Two", "One"]
    assert "| a |" not in text
    assert "| c | 4 (3 – 5) |" in text


def test_what_is_kept_reads_back_the_same(tmp_path: Path) -> None:
    """Figures, goals, peers left out, versions and machine survive the file, and so does the page."""
    goal = Goal("fast", [1.5, 2.0], "≤", 0.25, "ratio", "peer", [6.0, 4.0], 1, "µs")
    found = Found("Title", "How.", [Figure("a", [1.0, 2.5], 1)], [goal], ["hey (not there)"], {"wrk": "4"})
    one = Kept(found, machine(0.5))
    keep("get", one, tmp_path / "results.json")
    again = read(tmp_path / "results.json")
    assert again == {"get": one}
    text = page(again, {"get": "In the parser."})
    assert "Left out: hey (not there)." in text
    assert "\n\nIn the parser.\n\n" in text


@pytest.mark.parametrize(
    ("goal", "kept", "row"),
    [
        (Goal("x", [3.0], "≤", 2.0), False, "| 3 | – | – | ≤ 2 | **no** |"),
        (Goal("x", [3.0, 1.0, 2.0], "≤", 2.0), True, "| 2 (1 – 3) | – | – | ≤ 2 | yes |"),
        (Goal("x", [20.0], "≤", 0.25, "ratio", "p", [100.0]), True, "| 20 | p: 100 | 0.20 | ≤ 0.25 × | yes |"),
        (Goal("x", [20.0], "≤", 0.25, "ratio"), None, "| 20 | – | – | ≤ 0.25 × | not measured |"),
        (Goal("x", [0.0], "≤", 0.5, peer="p", beside=[0.0], unit="%"), True, "| 0 % | p: 0 % | – | ≤ 0.5 % | yes |"),
    ],
)
def test_a_goal_is_judged_by_its_median(goal: Goal, kept: bool | None, row: str) -> None:
    """Medians decide, of our values or of the ratios; without the peer a ratio's goal is not measured."""
    assert goal.kept is kept
    assert row in page({"get": Kept(Found("T", "How.", [], [goal]), machine(0.0))}, {})


def test_a_goal_that_is_not_kept_is_named() -> None:
    """Only those broken are missed."""
    goals = (Goal("fine", [1.0], "<", 2.0), Goal("slow", [3.0], "<", 2.0), Goal("unknown", [3.0], "≤", 1.0, "ratio"))
    assert kept("T", goals=goals).missed == ["slow"]


@pytest.mark.parametrize(
    ("values", "shown"), [([3, 1, 2], "2 (1 – 3)"), ([4, 1, 2, 3], "2 (1 – 4)"), ([1500], "1,500")]
)
def test_spread_is_the_median_with_least_and_most(values: list[float], shown: str) -> None:
    """The middle one, or the mean of the two in the middle; one alone stands alone."""
    assert spread(values) == shown


def test_the_page_is_what_the_kept_results_say() -> None:
    """docs/benchmarks.md does not drift from benchmarks/results.json and the notes."""
    everything = read()
    assert set(everything) <= {*BENCHMARKS, _against_page.NAME}
    assert set(read_notes()) <= set(BENCHMARKS)
    assert _page.PAGE.read_text(encoding="utf-8") == page(everything, read_notes())


def test_goals_lead_to_their_sections() -> None:
    """Every goal's link is an anchor of the page."""
    titles = [one.found.title for one in read(_results.RESULTS).values()]
    assert {_page.anchor(title) for title in titles} <= anchors("docs/benchmarks.md")
