"""Tests of the live page in a real browser: figures move, gauges turn, it comes back, it is accessible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hms_esr.reports.html import HtmlReport
from hms_esr.store import open_record
from hms_esr.verdicts.judge import judge
from tests.accessible import assert_accessible
from tests.edu.live.browsing import open_connected
from tests.edu.live.replay import FAULT, Replay
from tests.records import Day
from tests.store.kept import write_run

pytestmark = [pytest.mark.chromium, pytest.mark.long]
Serve = Callable[[Path, str], str]
SHOWN = {"timeout": 15_000}


def triangle(page: Any, kind: str) -> None:
    """Wait until the first gauge's triangle is of this kind, in its word as well."""
    words = {"ok": "in order", "warn": "warning", "bad": "past the limit"}
    page.wait_for_selector(f'[data-k="t0.g"] .tri.{kind}', state="attached", **SHOWN)
    assert page.inner_text('[data-k="t0.l"]').endswith(words[kind])


def test_a_fault_turns_the_triangle_and_figures_move(
    serve: Serve, replay: Callable[..., Replay], pages: Callable[..., Any]
) -> None:
    """Green, yellow, red and green again after its end; the title follows; the page is never loaded again."""
    run = replay(faults=[FAULT | {"at": "12m", "for": "10m"}]).go(12)
    page = pages()
    open_connected(page, serve(run.folder.parent, run.run_id))
    page.evaluate("window.same = true")
    triangle(page, "ok")
    before = page.inner_text('[data-k="real"]'), page.get_attribute('[data-k="lat.d"] .l1', "d")
    run.fault_on().go(3, ms=700)
    triangle(page, "warn")
    run.go(7, ms=1500)
    triangle(page, "bad")
    assert page.title().startswith("FAIL so far")
    assert "Wait until the fault ends" in page.inner_text('[data-k="do"]')
    run.fault_off().go(12)
    triangle(page, "ok")
    assert "Nothing to do" in page.inner_text('[data-k="do"]')
    assert (page.inner_text('[data-k="real"]'), page.get_attribute('[data-k="lat.d"] .l1', "d")) != before
    assert page.evaluate("window.same")


def test_a_cut_connection_comes_back_without_a_gap(
    serve: Serve, replay: Callable[..., Replay], pages: Callable[..., Any]
) -> None:
    """While cut the page says so and keeps its figures; afterwards it is what a page never cut is."""
    run = replay(length_s=120).go(10)
    url = serve(run.folder.parent, run.run_id)
    page, whole = pages(), pages()
    sockets: list[Any] = []

    def pass_on(route: Any) -> None:
        sockets.append((route, route.connect_to_server()))

    page.route_web_socket(re.compile("/live"), pass_on)
    open_connected(page, url)
    page.route_web_socket(re.compile("/live"), lambda route: route.close())
    for route, server in sockets:
        server.close()
        route.close()
    run.go(6, failing=3)
    page.wait_for_selector("#banner.warn", **SHOWN)
    assert page.inner_text("#banner").startswith("Reconnecting")
    assert "0:10" in page.inner_text('[data-k="real"]')
    page.route_web_socket(re.compile("/live"), pass_on)
    run.go(6)
    page.wait_for_selector("#banner.gone", state="attached", **SHOWN)
    page.wait_for_selector('[data-k="real"]:has-text("0:22")', **SHOWN)
    open_connected(whole, url)
    for key in ("lat.d", "arr.d", "fai.d", "people", "errors", "t1.v", "real"):
        assert page.inner_html(f'[data-k="{key}"]') == whole.inner_html(f'[data-k="{key}"]'), key


def test_held_figures_stand_still(serve: Serve, replay: Callable[..., Replay], pages: Callable[..., Any]) -> None:
    """By keyboard: the button freezes the page and says so; pressed again it shows the newest."""
    run = replay(length_s=120).go(10)
    page, other = pages(), pages()
    url = serve(run.folder.parent, run.run_id)
    open_connected(page, url)
    open_connected(other, url)
    page.focus("#hold")
    page.keyboard.press("Enter")
    assert page.get_attribute("#hold", "aria-pressed") == "true"
    page.wait_for_selector("#banner.none")
    run.go(5)
    other.wait_for_selector('[data-k="real"]:has-text("0:15")', **SHOWN)
    assert page.inner_text('[data-k="real"]').startswith("0:10")
    page.keyboard.press("Enter")
    page.wait_for_selector('[data-k="real"]:has-text("0:15")', **SHOWN)


def test_half_a_minute_without_news_is_no_connection(
    serve: Serve, replay: Callable[..., Replay], pages: Callable[..., Any]
) -> None:
    """The banner changes its word, its shape and what it offers; pressed, it connects and all is well."""
    run = replay(length_s=120).go(10)
    page = pages()
    page.clock.install()
    reachable: list[bool] = []
    page.route_web_socket(re.compile("/live"), lambda route: route.connect_to_server() if reachable else route.close())
    page.goto(serve(run.folder.parent, run.run_id))
    page.clock.fast_forward(5_000)
    page.wait_for_selector("#banner.warn", **SHOWN)
    page.clock.fast_forward(30_000)
    page.wait_for_selector("#banner.bad", **SHOWN)
    assert page.inner_text("#banner").startswith("No connection")
    assert "stale" in page.get_attribute("body", "class")
    reachable.append(True)
    page.click("#banner button")
    page.clock.fast_forward(100)
    page.wait_for_selector("#banner.gone", state="attached", **SHOWN)


def test_announcements_are_rare(serve: Serve, replay: Callable[..., Replay], pages: Callable[..., Any]) -> None:
    """At most one in 15 s, the newest; the same words are not said twice."""
    run = replay().go(10)
    page = pages()
    page.clock.install()
    open_connected(page, serve(run.folder.parent, run.run_id))
    page.evaluate(
        "import('/dashboard/assets/say.js').then(({Announcer}) => {"
        "window.place = document.createElement('p'); window.one = new Announcer(window.place);"
        "window.one.say('first'); window.one.say('second'); })"
    )
    heard = []
    for wait_ms in (14_000, 2_000, 14_000, 2_000):
        page.clock.fast_forward(wait_ms)
        heard.append(page.evaluate("window.place.textContent"))
        if heard[-1] == "second":
            page.evaluate("window.one.say('third')")
    assert heard == ["", "second", "second", "third"]


def test_figures_held_over_the_end_are_the_final_ones_afterwards(
    serve: Serve, replay: Callable[..., Replay], pages: Callable[..., Any]
) -> None:
    """The run ends while somebody reads: the page stands still until asked, then it is final and connected no more."""
    run = replay(length_s=20).go(10)
    page, other = pages(), pages()
    url = serve(run.folder.parent, run.run_id)
    open_connected(page, url)
    open_connected(other, url)
    page.click("#hold")
    run.go(10).finish()
    other.wait_for_selector('.conn:has-text("Finished")', **SHOWN)
    assert page.title().startswith("PASS so far")
    page.click("#hold")
    page.wait_for_selector('.conn:has-text("Finished")', **SHOWN)
    assert page.title() == other.title() and page.title().startswith("PASS · ")
    for one in (page, other):  # what is only for readers without script says when the page was made
        one.evaluate("document.querySelectorAll('noscript').forEach(part => part.remove())")
    assert page.inner_html("main") == other.inner_html("main")


def test_the_finished_page_has_the_figures_of_the_report(
    serve: Serve, pages: Callable[..., Any], tmp_path: Path
) -> None:
    """Same words and figures in every tile, same verdict and sentence, same lines; nothing moves any more."""
    folder, _ = write_run(tmp_path, Day(people=600, workers=3))
    record = open_record(folder)
    report, live = pages(), pages()
    (tmp_path / "report.html").write_text(HtmlReport().write(record, judge(record)), encoding="utf-8")
    report.goto((tmp_path / "report.html").as_uri())
    open_connected(live, serve(tmp_path, folder.name))
    for selector in (".tile h3", ".tile .val"):
        assert live.locator(selector).all_inner_texts() == report.locator(selector).all_inner_texts()
    assert live.inner_text(".say") == report.inner_text(".verdict .say > p")
    lines = "[...document.querySelectorAll('%s path.l1')].map(one => one.getAttribute('d'))"
    assert live.evaluate(lines % "[data-k=lat]") == report.evaluate(lines % "figure:has(#lat-t)")
    assert live.evaluate(lines % "[data-k=arr]") == report.evaluate(lines % "figure:has(#arr-t)")
    assert live.title().startswith("FAIL · ")


def states(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Runs in the states a page can show: nothing yet, in the middle of everything, over."""
    yield tmp_path, Replay(tmp_path, run_id="nothing-yet").run_id
    middle = Replay(
        tmp_path, run_id="middle", faults=[FAULT | {"at": "10m", "for": "8m"}, FAULT | {"at": "40m", "for": "8m"}]
    )
    middle.go(10).fault_on().go(5, ms=1500, failing=6).sensed(server_cpu=0.75, db_waits=80, server_p95_ms=900.0)
    yield tmp_path, middle.fault_off().go(6).pause(2).run_id
    yield tmp_path, write_run(tmp_path, Day(people=600, workers=3), run_id="over")[0].name


def test_axe_finds_nothing_and_no_width_scrolls_sideways(
    serve: Serve, pages: Callable[..., Any], tmp_path: Path
) -> None:
    """Three states, light and dark, wide, phone and 320 px: no violation at all, no scrolling of the page."""
    wanted = ([(1280, "light")], [(1280, "light"), (390, "dark")], [(1280, "dark")])
    for (out, run), looks in zip(states(tmp_path), wanted, strict=True):
        url = serve(out, run)
        for width, scheme in looks:
            page = pages(width, scheme)
            open_connected(page, url)
            assert_accessible(page, (width, 735, 320))


def test_without_script_the_page_is_whole(serve: Serve, pages: Callable[..., Any], tmp_path: Path) -> None:
    """First paint from the record alone: tiles, charts with lines, tables, and how to see the next state."""
    run = list(states(tmp_path))[1][1]
    page = pages(script=False)
    page.goto(serve(tmp_path, run))
    assert page.locator(".tile").count() == 3
    assert page.locator("svg[role=img]").count() == 4
    assert page.locator('[data-k="lat.d"] .l1').first.bounding_box()["width"] > 50
    assert "Schedule F missing" in page.inner_text('[data-k="errors"]')
    assert "reload the page" in page.inner_text("noscript")
    assert not page.locator("#hold").is_visible()


def test_nothing_is_asked_of_anybody_else(serve: Serve, pages: Callable[..., Any], tmp_path: Path) -> None:
    """Every request goes to the page's own server, and the policy is strict."""
    run = list(states(tmp_path))[2][1]
    page, asked = pages(), []
    page.on("request", lambda request: asked.append(request.url))
    url = serve(tmp_path, run)
    response = open_connected(page, url)
    origin = url.split("/dashboard/")[0]
    assert len(asked) >= 6 and all(one.startswith(origin) for one in asked)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert page.locator("[style]").count() == 0


def test_print_is_light_and_leaves_the_bar_s_button_out(
    serve: Serve, pages: Callable[..., Any], tmp_path: Path
) -> None:
    """On paper: light tokens, no button, no tables of chart data."""
    run = list(states(tmp_path))[2][1]
    page = pages(scheme="dark")
    open_connected(page, serve(tmp_path, run))
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("#hold").is_visible() and not page.locator("details").first.is_visible()
