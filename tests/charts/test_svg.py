"""Tests of hms_esr.charts.svg."""

from __future__ import annotations

from hms_esr.charts.svg import area_path, dots_path, line_path, num, outer, pct, spikes_path


def test_a_gap_in_data_is_a_gap_in_the_line() -> None:
    """None lifts the pen; a point alone becomes a dot."""
    assert line_path([(0, 0), (0.5, 1), None, (1, 0.5)]) == "M0 0L500 1000M1000 500h0"
    assert line_path([None, None]) == ""


def test_points_without_a_neighbor_are_dots() -> None:
    """Those at the ends too; points of a line are none."""
    assert dots_path([(0, 0), None, (0.5, 1), (0.6, 1), None, (1, 0.5)]) == "M0 0h0M1000 500h0"
    assert dots_path([(0.2, 0.3)]) == "M200 300h0"
    assert dots_path([(0, 0), (1, 1)]) == dots_path([]) == ""


def test_steps_of_an_area_share_their_walls() -> None:
    """Neighbors of equal height are one step; a gap closes the area to the ground."""
    bars = [(0.0, 0.1, 0.5), (0.1, 0.2, 0.5), (0.2, 0.3, 0.25), None, (0.5, 0.6, 0.0)]
    assert area_path(bars) == "M0 1000V500H200V250H300V1000ZM500 1000V0H600V1000Z"
    assert area_path([]) == ""


def test_spikes_stand_on_the_ground_and_nothing_is_no_spike() -> None:
    """A point at the ground is left out."""
    assert spikes_path([(0.5, 0.25), (0.6, 1.0)]) == "M500 1000V250"


def test_numbers_are_as_short_as_they_are_exact() -> None:
    """No trailing zeros."""
    assert (num(1.0), num(1.25, 2), num(0), pct(0.5), pct(0.12345)) == ("1", "1.25", "0", "50%", "12.35%")


def test_a_chart_has_a_name_and_a_description() -> None:
    """Role img, labelled by its title, described by its desc; text is escaped."""
    made = outer("x", "<t>", "<d>", 100)
    assert 'role="img"' in made
    assert 'aria-labelledby="x-t" aria-describedby="x-d"' in made
    assert '<title id="x-t">&lt;t&gt;</title><desc id="x-d">&lt;d&gt;</desc>' in made
    assert "viewBox" not in made
