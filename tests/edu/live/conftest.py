"""Owns what tests of served pages share: a page server of one run, ended with the test.

Knows nothing of what pages show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hms_esr.edu.live.page_process import PageProcess
from tests.edu.live.replay import Replay


@pytest.fixture
def serve() -> Iterator[Callable[[Path, str], str]]:
    """``serve(out, run)``: the address of the run's page, served by a process of its own."""
    with ExitStack() as stack:

        def start(out: Path, run: str) -> str:
            page = PageProcess(out, run, port=0, until="unseen")
            stack.callback(page.stop)
            return page.url.replace("//localhost:", "//127.0.0.1:")

        yield start


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[Callable[..., Replay]]:
    """``replay(length_s=60, …)``: a made-up run that goes on."""
    made: list[Replay] = []

    def start(**options: object) -> Replay:
        made.append(Replay(tmp_path, **options))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for one in made:
        one.close()
