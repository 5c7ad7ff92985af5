"""Tests of hms_esr.charts.frame."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from xml.etree import ElementTree

from hms_esr.charts.frame import ROWS_MOST, Mark, TimeFrame, time_frame
from hms_esr.clock import Segment, SimClock

START = datetime(2026, 3, 2, 7)


def framed(length_s: float, warp: float | None, *marks: Mark, segments: tuple[Segment, ...] = ()) -> TimeFrame:
    """A frame whose clock starts at 07:00."""
    return time_frame(length_s, SimClock(warp or 1.0, segments), START, warp, marks)


def test_at_warp_1_there_is_one_row_of_times() -> None:
    """Simulated time is real time, so it is not shown twice."""
    assert framed(60, None).sim_ticks == ()
    assert framed(60, 60.0).sim_ticks


def test_a_pause_has_width_on_the_time_axis() -> None:
    """Simulated hours after a pause lie further right by as much as the pause took."""
    paused = (Segment(0, 0, 60), Segment(400, 24_000, 0), Segment(500, 24_000, 60))
    plain = {tick.label: tick.x for tick in framed(1000, 60.0).sim_ticks}
    later = {tick.label: tick.x for tick in framed(1000, 60.0, segments=paused).sim_ticks}
    shifts = {label: round(later[label] - plain[label], 6) for label in plain.keys() & later.keys()}
    assert shifts["12:00"] == 0.0
    assert set(shifts.values()) == {0.0, 0.1}


def test_ticks_never_crowd_whatever_the_length() -> None:
    """From a second to a week of real time, at any warp, labels stay apart and inside."""
    for length_s in (1, 2, 7, 59, 60, 61, 600, 1440, 7200, 86_400, 604_800):
        for warp in (None, 2.0, 60.0, 1440.0, 8640.0):
            frame = framed(length_s, warp)
            for ticks in (frame.sim_ticks, frame.real_ticks):
                assert all(0 <= tick.x <= 1 for tick in ticks)
                assert all(b.x - a.x >= 0.07 for a, b in pairwise(ticks))
            assert frame.real_ticks


def test_settling_at_another_pace_does_not_flood_the_axis() -> None:
    """48 simulated hours in the last 48 real seconds add no pile of labels."""
    frame = framed(1490, 60.0, segments=(Segment(0, 0, 60), Segment(1442, 86_520, 3600)))
    assert len(frame.sim_ticks) <= 12


def test_midnight_shows_the_day() -> None:
    """At simulated midnight the label is the date, so that two days are not mixed up."""
    assert "Mar 3" in [tick.label for tick in framed(1440, 60.0).sim_ticks]


def test_letters_that_would_overlap_stand_in_rows() -> None:
    """Close events go above each other, never more rows than there is room for."""
    close = [Mark(chr(65 + n), "moment", 10.0 + n / 10, 10.0 + n / 10, f"event {n}") for n in range(9)]
    assert framed(100, None, close[0]).rows == 1
    assert framed(100, None, *close[:2]).rows == 2
    assert framed(100, None, *close).rows == ROWS_MOST


def test_a_name_beside_a_letter_never_covers_the_next() -> None:
    """A name that fits on neither side is left to the key under the chart."""
    long = "a name that is far too long to stand"
    apart = framed(100, None, Mark("A", "moment", 10, 10, "short"), Mark("B", "moment", 90, 90, "also short"))
    tight = framed(100, None, *(Mark(c, "moment", at, at, long) for c, at in (("A", 5), ("B", 20), ("C", 35))))
    assert apart.names_fit
    assert not tight.names_fit
    assert long not in str(tight.flags()) or str(tight.flags()).count(long) < 3


def test_faults_and_pauses_are_drawn_once_and_used_by_every_chart() -> None:
    """The shared drawing holds a hatched span for each fault, a dotted one for each pause, a line for each moment."""
    marks = (Mark("A", "fault", 10, 20, "down"), Mark("B", "pause", 30, 40, "paused"), Mark("C", "moment", 50, 50, "x"))
    frame = framed(100, None, *marks)
    shared = ElementTree.fromstring(f"<svg>{frame.shared()}</svg>")
    spans, every = shared
    assert [rect.get("fill") for rect in spans] == ["url(#p-fault)", "url(#p-pause)"]
    assert [line.get("x1") for line in every.iter("line")] == ["50%"]
    assert 'href="#behind-all"' in frame.backdrop()
    assert framed(100, None).backdrop() == ""
