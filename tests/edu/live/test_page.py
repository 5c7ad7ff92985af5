"""Facts about the page as a document: its styles, its escaping of the run's name, what stands when a part fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.edu.live import page, people
from hms_esr.edu.live.page import Links, base_css, document, draw
from hms_esr.edu.live.run_watcher import RunWatcher
from tests.edu.live.replay import Replay


def test_tokens_and_marks_are_the_report_s() -> None:
    """The style is the report's up to its own layout: tokens, dark mode, charts, tiles."""
    css = base_css()
    assert all(part in css for part in ("--ok-solid", "prefers-color-scheme: dark", ".bullet", ".tile", ".plot"))
    assert "section.s" not in css and "@NAME@" not in css


def test_a_part_that_fails_leaves_the_page_standing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so in its place; everything else is drawn."""
    replay = Replay(tmp_path).go(6)
    watch = RunWatcher(replay.folder)
    watch.look()

    def fail(_: object) -> object:
        raise ValueError("<b>broken</b>")

    monkeypatch.setattr(people, "people", fail)
    body, _ = draw(watch)
    assert "This part could not be drawn (ValueError: &lt;b&gt;broken" in body
    assert body.count("<section") == 12 and 'data-k="lat.d"' in body
    replay.close()


def test_every_address_in_the_page_keeps_who_may_see_it(tmp_path: Path) -> None:
    """Links carry the query the page was asked with; without a list of runs there is no link to one."""
    replay = Replay(tmp_path).go(6)
    watch = RunWatcher(replay.folder)
    watch.look()
    body, slots = draw(watch)
    with_token = document(body, slots, Links(replay.run_id, runs="/", query="?token=a&b=1"), "e", 0)
    assert with_token.count("?token=a&amp;b=1") == 3
    assert "All runs" not in document(body, slots, Links(replay.run_id), "e", 0)
    assert page.ASSETS in with_token
    replay.close()


def test_many_events_are_folded_away(tmp_path: Path) -> None:
    """The newest stand first; the earlier ones can be opened."""
    replay = Replay(tmp_path).go(6)
    for n in range(20):
        replay.happened("note", f"something {n}")
    watch = RunWatcher(replay.folder)
    watch.look()
    slots = draw(watch)[1]
    assert slots.inside["events"].count("<li>") == 12 and slots.inside["events.o"].count("<li>") == 8
    assert slots.classes["events.b"] == ""
    replay.close()


def test_a_record_that_stands_still_is_told(tmp_path: Path) -> None:
    """A run whose process is stuck is not current, and the page says since when; a paused one is not."""
    replay = Replay(tmp_path).go(6)
    watch = RunWatcher(replay.folder)
    watch.look()
    assert "has not grown" not in draw(watch)[0]
    watch.news_at_s -= 12
    slots = draw(watch)[1]
    assert "Not current" in slots.inside["conn"] and "has not grown for 12" in slots.inside["over"]
    replay.pause(1)
    watch.look()
    watch.news_at_s -= 12
    assert draw(watch)[1].inside["over"] == ""
    replay.close()
