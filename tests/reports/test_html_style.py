"""Tests of hms_esr/reports/html/report.css: contrast of colors, states of display."""

from __future__ import annotations

import re

import pytest

from hms_esr.reports.html.page import style
from tests.each import each

CSS = style("name")
RATIOS = {  # light, dark: on the weaker of background and panel
    "ink": (15.2, 13.8),
    "ink2": (7.4, 8.2),
    "axis": (4.2, 5.4),
    "s1": (6.2, 7.5),
    "s2": (15.2, 13.8),
    "s3": (3.9, 6.5),
    "ok": (6.1, 9.0),
    "warn": (6.7, 10.1),
    "bad": (6.5, 7.7),
    "inv": (7.9, 8.2),
    "int": (7.4, 8.2),
}
MARKS = {"axis", "s3"}
"""Lines that need 3; everything else may be text and needs 4.5."""
SOLID = {"ok": (6.6, 5.4), "bad": (7.1, 5.7), "inv": (8.5, 6.5), "warn": (9.8, 9.8)}


def tokens(dark: bool) -> dict[str, str]:
    """Custom properties of a scheme; what dark does not change stays light."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.S)
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[0]))
    return light | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[1])) if dark else light


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@each("dark", [False, True])
@each("name", RATIOS)
def test_colors_stand_out_from_background_and_panel(name: str, dark: bool) -> None:
    """Text at least 4.5, marks at least 3, and as much as the house's table of tokens promises."""
    found = tokens(dark)
    ratio = min(contrast(found[name], found["bg"]), contrast(found[name], found["panel"]))
    assert ratio >= (3 if name in MARKS else 4.5)
    assert ratio == pytest.approx(RATIOS[name][dark], abs=0.06)


@each("dark", [False, True])
@each("name", SOLID)
def test_the_verdict_word_is_readable_on_its_panel(name: str, dark: bool) -> None:
    """White on ok, bad and inv; dark ink on yellow."""
    found = tokens(dark)
    on = found["on-warn" if name == "warn" else "on-solid"]
    assert contrast(found[f"{name}-solid"], on) == pytest.approx(SOLID[name][dark], abs=0.06)


def test_the_page_is_told_in_every_way_of_looking_at_it() -> None:
    """Dark, forced colors, more contrast, print with page numbers and the run's name, phones."""
    for words in (
        "prefers-color-scheme: dark",
        "forced-colors: active",
        "prefers-contrast: more",
        "@media print",
        "@page",
    ):
        assert words in CSS
    assert 'counter(page) " of " counter(pages)' in CSS
    assert "rehearsal report · name · simulation" in CSS


def test_nothing_moves_and_nothing_is_under_12_pixels() -> None:
    """No animation or transition; no font size below 12 px on screen."""
    assert not re.findall(r"animation|transition|@keyframes", CSS)
    assert all(float(size) >= 12 for size in re.findall(r"(?:font-size|font): ?(\d+(?:\.\d+)?)px", CSS))
    assert all(float(size) >= 0.75 for size in re.findall(r"font-size: (\d*\.?\d+)rem", CSS))


def test_a_name_cannot_break_out_of_the_style() -> None:
    """Only letters, digits, dot, dash and underscore of a scenario's name reach the style sheet."""
    assert "</style>" not in style('x"</style><script>')
    assert "rehearsal report · xstylescript · simulation" in style('x"</style><script>')
