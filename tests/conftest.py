"""Owns what every test lives by: none is left out silently in CI, long ones begin first, no process outlives them.

Knows nothing of what is tested.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

IN_CI = "HMS_ESR_CI"
"""Set to 1 by ``.ci/run``: there a missing program is a failure, on a person's machine a reason to leave a test out."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a test left out counts as failed, with the same reason."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get(IN_CI) == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"left out, which is a failure in CI: {reason}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first, so that none begins when the others are over."""
    items[:] = long_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def long_first(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """The same tests in as many parts as ``--dist worksteal`` begins with; in each the long ones first, whole files.

    The last of several processes begins with short ones, which need the processor while long ones wait.
    """
    files: dict[object, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("long"):
            files.setdefault(item.path, []).append(item)
    parts: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for tests in files.values():
        min(parts[:-1] or parts, key=len).extend(tests)
    others = [item for item in items if not item.get_closest_marker("long")]
    ordered: list[pytest.Item] = []
    for number, part in enumerate(parts):
        room = max(0, (len(items) - len(ordered)) // (processes - number) - len(part))
        ordered += part + others[:room]
        del others[:room]
    return ordered + others


@pytest.fixture(scope="session")
def needs() -> Callable[[str], str]:
    """``needs("pdftotext")``: path of a program; the test is left out where there is none (in CI: fails)."""

    def find(program: str) -> str:
        path = shutil.which(program)
        if path is None:
            pytest.skip(f"needs the program {program}")
        return path

    return find


@pytest.fixture(scope="module")
def chromium(needs: Callable[[str], str]) -> Iterator[Any]:
    """A headless Chromium that may reach nothing but files and this machine (a Playwright browser)."""
    path = needs("chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    here_only = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    sandbox = ["--no-sandbox", "--disable-gpu", "--disable-quic", here_only]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*quiet, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def pages(chromium: Any) -> Iterator[Callable[..., Any]]:
    """``pages(width=1280, scheme="light", script=True)``: a page; nothing may be said on its console."""
    said: list[str] = []
    contexts = []

    def open_page(width: int = 1280, scheme: str = "light", *, script: bool = True) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not said


@pytest.fixture(scope="session", autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Processes started by tests are over when the tests are; those that are not are ended and named."""
    yield
    children = [child for child in psutil.Process().children(recursive=True) if not _of_python_itself(child)]
    _, left = psutil.wait_procs(children, timeout=5)
    names = [_command(process) for process in left]
    for process in left:
        process.kill()
    assert not names, f"still running after the tests: {names}"


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:200]
    except psutil.Error:
        return ""


def _of_python_itself(process: psutil.Process) -> bool:
    return "multiprocessing.resource_tracker" in _command(process)
