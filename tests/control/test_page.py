"""The control plane's own pages: what stands on them, and that nothing of a stranger's becomes markup."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from hms_esr.control.page import Row, locked_page, run_without_record, runs_page


def row(n: int, state: str = "FINISHED", verdict: str = "PASS", scenario: str = "grants", place: int = 0) -> Row:
    """A run of day ``n``."""
    started = f"2026-03-{n:02d}T09:00:00+00:00"
    return Row(f"202603{n:02d}-090000-{scenario}-0000", scenario, state, verdict, place, started, 65.0, 1200)


def test_runs_by_what_matters() -> None:
    """Running now with the place of those that wait; verdicts oldest to newest by scenario; a table, the last first."""
    rows = [
        row(9, "RUNNING", ""),
        row(8, "QUEUED", "", place=2),
        row(3, verdict="FAIL"),
        row(2),
        row(1, scenario="claims"),
    ]
    html = bytes(runs_page(rows, 40).body).decode()
    running, trend, table = (html.index(f'id="{ident}"') for ident in ("now", "trend", "runs"))
    assert html.index("queued, place 2") < trend and running < trend < table
    marks = re.findall(r'aria-label="(\w+), (2026-03-\d\d)', html[trend:table])
    assert marks == [("PASS", "2026-03-02"), ("FAIL", "2026-03-03"), ("PASS", "2026-03-01")]
    assert "1 of the last 2 passed" in html and "The last 5 of 40 runs." in html
    assert "<title>2 running" in html


def test_nothing_yet() -> None:
    """An empty folder says how to begin."""
    html = bytes(runs_page([], 0).body).decode()
    assert "Nothing is running." in html and "No run is over yet." in html and "hms-esr run FILE" in html


def test_the_style_is_allowed_by_its_hash_and_nothing_else_is() -> None:
    """No script, no style attribute, no address outside; the policy names the one style sheet."""
    for page in (runs_page([row(1)], 1), locked_page("why"), run_without_record("r", {"scenario": "s"}, 1)):
        html = bytes(page.body).decode()
        css = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
        assert css
        digest = b64encode(sha256(css[1].encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]
        assert (
            "<script" not in html and " style=" not in html and "http://" not in html.replace("http://www.w3.org", "")
        )


def test_a_strangers_words_are_escaped() -> None:
    """Names and reasons stand as text."""
    evil = '"><img src=x onerror=alert(1)>'
    html = bytes(runs_page([row(1, scenario=evil)], 1).body).decode()
    html += bytes(run_without_record("r", {"scenario": evil, "verdict": "INVALID", "reason": evil}, 0).body).decode()
    assert "<img" not in html and "&lt;img" in html
