"""Tests of report.html in a real browser: narrow screens, no script, nothing requested, nothing complained about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hms_esr.record import Record
from hms_esr.reports.html import HtmlReport
from hms_esr.verdicts.judge import judge
from tests.records import made_up_record
from tests.reports.edge_records import hostile, killed, large, nobody, short_faults
from tests.verdicts.test_silence import seconds_of

pytestmark = [pytest.mark.chromium, pytest.mark.long]
RUNS: dict[str, Callable[[], Record]] = {
    "usual": lambda: made_up_record(people=600, workers=3),
    "hostile": hostile,
    "large": large,
    "nobody": nobody,
    "killed": killed,
    "silent": lambda: seconds_of(4, 4, 0, 0),
    "short faults": short_faults,
}


@pytest.fixture(scope="module", params=RUNS)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the report of a run lies on disk."""
    record = RUNS[request.param]()
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(HtmlReport().write(record, judge(record)), encoding="utf-8")
    return path.as_uri()


def test_no_width_scrolls_sideways_and_nothing_is_asked_of_anybody(chromium: Any, address: str) -> None:
    """From 320 px (400% zoom) to a wide screen; light and dark; no message on the console, no request but the file."""
    for scheme, widths in (("light", (320, 390, 735, 833, 1089, 1280)), ("dark", (320, 1280))):
        for width in widths:
            context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page = context.new_page()
            said: list[str] = []
            asked: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width
            assert not said
            assert asked == [address]
            context.close()


def test_a_word_without_end_stays_in_the_left_column(chromium: Any, tmp_path: Path) -> None:
    """The story of a section never grows over the evidence at its right."""
    record = made_up_record(people=60)
    record.stuck = {("apply", "submit", "document.title=" + "x" * 150): 30}
    path = tmp_path / "report.html"
    path.write_text(HtmlReport().write(record, judge(record)), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri())
    headers = page.evaluate(
        "[...document.querySelectorAll('section.s > header')].map(one => [one.scrollWidth, one.clientWidth])"
    )
    assert len(headers) == 12
    assert all(0 < wanted <= there for wanted, there in headers)
    context.close()


def test_a_point_alone_is_a_dot_that_can_be_seen(chromium: Any, tmp_path: Path) -> None:
    """Its stroke is wide and round, and not dashed away."""
    record = seconds_of(4, 4, 4)
    path = tmp_path / "report.html"
    path.write_text(HtmlReport().write(record, judge(record)), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri())
    drawn = page.evaluate(
        "[...document.querySelectorAll('.multiples path.alone')].map(one => getComputedStyle(one))"
        ".map(style => [parseFloat(style.strokeWidth), style.strokeLinecap, style.strokeDasharray])"
    )
    assert len(drawn) == 2
    assert all(width >= 4 and cap == "round" and dashes == "none" for width, cap, dashes in drawn)
    context.close()


def test_charts_are_there_without_script(chromium: Any, tmp_path: Path) -> None:
    """With JavaScript off every chart has its size, its lines and its name."""
    record = made_up_record(people=600)
    path = tmp_path / "report.html"
    path.write_text(HtmlReport().write(record, judge(record)), encoding="utf-8")
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri())
    charts = page.locator("svg[role=img]").all()
    assert len(charts) >= 4 + len(record.by_step()) + 3
    for chart in charts:
        box = chart.bounding_box()
        assert box is not None and box["width"] > 80 and box["height"] >= 40
    assert page.locator("svg path.l1").first.bounding_box()["width"] > 300
    context.close()


def test_print_holds_verdict_and_key_figures_on_page_1_and_leaves_screen_things_out(
    chromium: Any, tmp_path: Path
) -> None:
    """Contents list, skip link and tables behind charts are not printed; the tiles end above the foot of page 1."""
    record = made_up_record(people=600)
    path = tmp_path / "report.html"
    path.write_text(HtmlReport().write(record, judge(record)), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 703, "height": 940})
    page = context.new_page()
    page.goto(path.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".toc", ".skip", "details"):
        assert not page.locator(hidden).first.is_visible()
    tiles = page.locator(".tiles").bounding_box()
    assert tiles["y"] + tiles["height"] < 930
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()
