"""Facts about points as text."""

from __future__ import annotations

import pytest

from hms_esr.sinks.influx.lines import LONGEST, line, tag_text


def test_a_point_is_one_line_with_sorted_tags_and_floats() -> None:
    """Whole numbers are floats too, what has no data is not there, times are whole milliseconds."""
    text = line("esr_step", {"step": "pay, now=1", "run": "r 1"}, {"count": 3, "p95_ms": None, "mean_ms": 0.1}, 1500)
    assert text == "esr_step,run=r\\ 1,step=pay\\,\\ now\\=1 count=3.0,mean_ms=0.1 1500"


def test_tags_without_a_value_are_left_out() -> None:
    """An empty tag cannot be written; a text of line ends alone is empty."""
    assert line("m", {"a": "", "b": "\r\n\t", "c": "x"}, {"v": 1.0}, 0) == "m,c=x v=1.0 0"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_a_point_without_any_figure_is_none(value: float | None) -> None:
    """NaN and infinity are not data."""
    assert line("m", {}, {"v": value}, 0) == ""


def test_a_tag_and_a_field_never_share_a_name() -> None:
    """InfluxQL could not tell them apart."""
    with pytest.raises(ValueError, match="share a name"):
        line("m", {"step": "x"}, {"step": 1.0}, 0)


def test_a_backslash_never_escapes_what_follows() -> None:
    """It becomes a slash, at the end and in the middle."""
    assert tag_text("a\\b\\") == "a/b/"
    assert tag_text("one\ntwo\0three") == "one two three"


def test_long_texts_are_cut_and_stay_different() -> None:
    """Two that begin alike are two tags still."""
    one, two = tag_text("x" * 200 + "1"), tag_text("x" * 200 + "2")
    assert len(one) == len(two) == LONGEST
    assert one != two
    assert tag_text("x" * LONGEST) == "x" * LONGEST
