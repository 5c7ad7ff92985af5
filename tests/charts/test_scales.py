"""Tests of hms_esr.charts.scales."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.charts.scales import Linear, Log, Rarity, time_label


@given(st.floats(0, 1e9))
def test_a_linear_scale_holds_its_values_without_wasting_half(most: float) -> None:
    """The top is at least the highest value, and under twice it (above the least top)."""
    scale = Linear.over(most)
    assert scale.top >= most * (1 - 1e-9)
    assert scale.top <= max(2 * most, 8.0)
    assert 0 <= scale.y(most) <= 1


@pytest.mark.parametrize(("most", "top"), [(0, 4), (20, 20), (20.5, 24), (96, 100), (500, 600), (38_920, 40_000)])
def test_linear_tops_are_round(most: float, top: float) -> None:
    """Four equal round steps."""
    assert Linear.over(most).top == pytest.approx(top)


@given(st.lists(st.floats(0.05, 3.6e6), max_size=20))
def test_a_logarithmic_scale_is_only_ever_widened(values: list[float]) -> None:
    """It spans 20 ms to 10 s and every value."""
    scale = Log.over(values)
    assert scale.low <= min([20.0, *values]) * 1.001
    assert scale.high >= max([10_000.0, *values]) * 0.999
    assert scale.y(scale.high) == pytest.approx(0)
    assert scale.y(scale.low) == pytest.approx(1)


def test_usual_answer_times_get_the_usual_axis() -> None:
    """20 ms to 10 s, every power of ten major."""
    ticks = Log.over([50.0, 3000.0]).ticks(206)
    labels = [label.replace("\u00a0", " ") for _, label, _ in ticks]
    assert labels == ["20 ms", "50 ms", "100 ms", "200 ms", "500 ms", "1 s", "2 s", "5 s", "10 s"]
    assert [label for label, (_, _, minor) in zip(labels, ticks, strict=True) if not minor] == ["100 ms", "1 s", "10 s"]


def test_each_further_nine_is_as_wide_as_the_one_before() -> None:
    """99% is twice as far right as 90%, and nothing lies beyond the right end."""
    scale = Rarity.over(100_000)
    assert scale.x(0.99) == pytest.approx(2 * scale.x(0.9))
    assert scale.x(1.0) == 1.0
    assert [label for _, label in Rarity.over(150).ticks()] == ["50%", "90%", "99%"]


def test_time_labels_have_a_unit() -> None:
    """Milliseconds under a second, seconds from there on."""
    assert [time_label(ms).replace("\u00a0", " ") for ms in (0.5, 20, 1000, 50_000)] == [
        "0.5 ms",
        "20 ms",
        "1 s",
        "50 s",
    ]
