"""The city's page in the docs holds what there is, and its commands work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from hms_esr.city.faults import SERVICES
from hms_esr.city.services import ROUTES
from hms_esr.cli.city import command

from .browser import Browser

PAGE = (Path(__file__).parents[2] / "docs" / "city.md").read_text()
CURLS = re.findall(r"^curl .*$", PAGE, re.MULTILINE)
STARTS = re.findall(r"^hms-esr city.*$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", CURLS)
def test_every_curl_works(browser: Browser, line: str) -> None:
    """Each curl command of the page is answered without an error."""
    words = shlex.split(line)
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    body = words[words.index("-d") + 1] if "-d" in words else ""
    (url,) = (word for word in words if word.startswith("http"))
    seen = browser.must(method, url, body.encode(), content_type="application/x-www-form-urlencoded")
    assert seen.status < 300, seen.text


@pytest.mark.parametrize("line", STARTS)
def test_every_start_has_right_options(line: str) -> None:
    """Each start command of the page has options the command knows."""
    words = shlex.split(line)
    assert command.make_context("city", words[2:])


def test_there_are_commands() -> None:
    """The page shows starts and curls (so the two tests above have something to run)."""
    assert len(STARTS) >= 4 and len(CURLS) >= 14


def test_every_path_service_and_option_is_on_the_page() -> None:
    """No path, service, form field or option of the city is missing from its page."""
    for route in ROUTES:
        name = route.path.removesuffix("/{id}") if "/faults/" in route.path else route.path
        assert re.search(rf"[`\d' ]{re.escape(name)}[`' ?\n]", PAGE), route.path
        fields = {one.name for one in route.form.fields} if route.form else set()
        assert fields <= set(re.findall(r"`(\w+)`", PAGE)), route.path
    for service in SERVICES:
        assert f"| `{service}` |" in PAGE
    for option in command.params:
        assert f"| `{option.opts[0]}" in PAGE


def test_links_of_the_city_lead_somewhere(browser: Browser) -> None:
    """Every link of every page without ids leads to a page."""
    pages = {"/", "/login", "/confirmation", "/apply/received"}
    for path in sorted(pages):
        for link in LexborHTMLParser(browser.get(path).text).css("a[href], link[href]"):
            assert browser.get(link.attributes["href"] or "").status == 200
