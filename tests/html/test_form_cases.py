"""What we send for odd forms is what Chromium sends, byte for byte: a pinned corpus, and Chromium itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.target import target
from tests.html.chromium_forms import ours, theirs, tree
from tests.html.form_cases import THERE, Case, Sent, Sink, files, read_cases, sent_by_us
from tests.html.form_differences import KNOWN, OTHER_TREE
from tests.html.form_pages import PageMaker

HEAD = "<!doctype html><meta charset=utf-8><body>"
PAGES = 5000
AT_ONCE = 500
MOST_EXPLAINED = 0.005


def test_odd_forms_are_sent_as_chromium_sent_them(tmp_path: Path) -> None:
    """Every case of the corpus, in a run: method, address, content type, body."""
    cases = read_cases()
    sent, printed = sent_by_us(cases, tmp_path)
    differ = [_told(case, sent.get(case.name), case.browser) for case in cases if sent.get(case.name) != case.browser]
    assert not differ, f"{len(differ)} of {len(cases)} differ:\n{''.join(differ)}\n{printed[-2000:]}"


@pytest.mark.chromium
@pytest.mark.soak
def test_chromium_still_sends_what_the_corpus_says(
    chromium: Any, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Where this Chromium sends something else than the pinned one, that is listed; a failure is only ours."""
    cases = read_cases()
    now = _by_chromium(cases, chromium.new_page(), tmp_path)
    changed = [_told(case, case.browser, now.get(case.name)) for case in cases if now.get(case.name) != case.browser]
    record_property("changed_in_chromium", "".join(changed))
    print(f"{len(changed)} of {len(cases)} differ from the pinned Chromium:\n{''.join(changed)}")
    sent, printed = sent_by_us(cases, tmp_path)
    ours_changed = [case.name for case in cases if sent.get(case.name) not in (case.browser, now.get(case.name))]
    assert not ours_changed, printed[-2000:]


@pytest.mark.chromium
@pytest.mark.parametrize(
    "count",
    [pytest.param(AT_ONCE // 2, id="some"), pytest.param(PAGES, id="all", marks=pytest.mark.soak)],
)
def test_random_pages_have_chromiums_entry_lists(chromium: Any, count: int) -> None:
    """Seeded pages of misnested forms and odd controls: each form's entries, method and encoding."""
    browser_page = chromium.new_page()
    unexplained: list[str] = []
    explained: dict[str, int] = {}
    for start in range(0, count, AT_ONCE):
        seeds = range(start, min(start + AT_ONCE, count))
        made = [HEAD + PageMaker(seed).page() for seed in seeds]
        for seed, html, (forms, their_tree) in zip(seeds, made, theirs(browser_page, made), strict=True):
            if ours(html) == forms:
                continue
            why = KNOWN.get(seed) or (OTHER_TREE if tree(html) != their_tree else "")
            if why:
                explained[why] = explained.get(why, 0) + 1
            else:
                unexplained.append(f"seed {seed}: {html}\n  ours     {ours(html)}\n  Chromium {forms}\n")
    print("".join(f"{number} pages: {why}\n" for why, number in explained.items()))
    assert not unexplained, f"{len(unexplained)} of {count} pages:\n{''.join(unexplained[:5])}"
    assert sum(explained.values()) <= max(5, count * MOST_EXPLAINED)


def _told(case: Case, one: Sent | None, other: Sent | None) -> str:
    return f"{case.name}\n  {one}\n  {other}\n"


def _by_chromium(cases: list[Case], page: Any, folder: Path) -> dict[str, Sent]:
    """What this Chromium sends for the cases."""
    files(folder)
    sink = Sink({case.name: case for case in cases})
    with target(sink.answer) as there:
        sink.port = there.port
        for number, case in enumerate(cases):
            page.set_extra_http_headers({"X-ESR-Person": str(number)})
            page.goto(there.url + case.path)
            _act(page, case, folder)
            _press(page, case)
            page.wait_for_function("document.title === 'sent'")
    swapped = {}
    for name, sent in sink.sent.items():
        swapped[name] = Sent(sent.method, re.sub(rf"127\.0\.0\.1:{sink.port}", THERE, sent.target), *_rest(sent))
    return swapped


def _rest(sent: Sent) -> tuple[str, str]:
    return sent.content_type, sent.body


def _act(page: Any, case: Case, folder: Path) -> None:
    for kind, css, _, value in case.acts:
        found = page.locator(css)
        if kind == "fill":
            found.first.fill(value)
        elif kind == "fillall":
            for at, one in enumerate(value):
                found.nth(at).fill(one)
        elif kind == "select":
            found.first.select_option(value)
        elif kind == "file":
            found.first.set_input_files([str(folder / name) for name in value])
        else:
            found.first.set_checked(kind == "check")


def _press(page: Any, case: Case) -> None:
    """A link or button by its selector; else the form's first button that works, or none."""
    if case.press is not None and case.press[0] != "js":
        css = case.press[0]
        page.evaluate("css => document.querySelector(css).click()", css)
        return
    page.evaluate(
        """none => {
          const form = document.querySelector('form');
          const button = none ? null : [...document.querySelectorAll('button,input')].find(one =>
            one.form === form && ['submit', 'image'].includes(one.type) && !one.matches(':disabled'));
          button ? button.click() : form.requestSubmit();
        }""",
        case.press is not None,
    )
