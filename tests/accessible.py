"""Owns what every page of ours is held to in a browser: axe finds nothing, no width scrolls sideways.

Knows nothing of what pages show.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axe_playwright_python.sync_playwright import Axe

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page: Any, widths: Iterable[int]) -> None:
    """The page as it is shown now has no violation at all, and fits into each of ``widths`` (pixels)."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert not found.response["violations"], f"{page.url}: {found.generate_report()}"
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)
