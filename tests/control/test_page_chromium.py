"""The control plane's own pages in a real browser: accessible, at any width, light and dark."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hms_esr.city.process import CityProcess
from hms_esr.store.layout import SUMMARY
from tests.accessible import assert_accessible
from tests.control.conftest import LONG, Server
from tests.records import Day
from tests.store.kept import write_run

pytestmark = [pytest.mark.chromium, pytest.mark.long]
STATES = ["PASS", "FAIL", "INVALID", "INTERRUPTED", "running", "queued, place 1"]


@pytest.fixture(scope="module")
def services(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory, town: CityProcess) -> Server:
    """A server of runs in every state: one of each verdict, one that goes on, one in the queue behind it."""
    out = tmp_path_factory.mktemp("tower") / "results"
    for n, verdict in enumerate(STATES[:4], 1):
        name = f"2026030{n}-090000-{'a-name-that-goes-on-and-on-' * (n // 4)}000{n}"
        folder, _ = write_run(out, Day(people=20, length_s=5, fault=None), name)
        (folder / SUMMARY).write_text(json.dumps({"verdict": verdict}))
    server = serve("--dev", "--max-runs", "1", out=out)
    for _ in range(2):
        server.start(LONG, target=town.url)
    return server


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing_among_the_runs(services: Server, pages: Callable[..., Any], width: int, scheme: str) -> None:
    """No violation at all, no scrolling of the page from that width down to 320 px."""
    page = pages(width, scheme)
    page.goto(services.url.replace("//localhost:", "//127.0.0.1:"))
    assert set(STATES) == set(page.locator("section:has(#runs) .st").all_inner_texts())
    assert_accessible(page, (width, 735, 320) if width > 735 else (width, 320))
