"""Every benchmark works: carried out in its smallest form, it finds figures, judges its goals and reaches the page."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks._table import BENCHMARKS
from tests.house.sources import ROOT

pytestmark = pytest.mark.long

WITH_NGINX = ("get", "thinking", "master", "growth")


def bench(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """``python -m benchmarks`` in a process: it keeps itself to one core. ``more`` goes into its environment."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    env = os.environ | more
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=180, check=False)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_can_be_carried_out(name: str, tmp_path: Path, needs: Callable[[str], str]) -> None:
    """Tiny figures are finite, goals have values of ours and of the peer, and the page shows them."""
    if name in WITH_NGINX:
        needs("nginx")
    done = bench("--quick", "--only", name, "--into", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))[name]
    values = [value for figure in found["figures"] for value in figure["values"]]
    assert values and all(math.isfinite(value) and value >= 0 for value in values)
    assert all(goal["values"] for goal in found["goals"])
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert f"\n## {found['title']}\n" in page
    assert f'`make bench BENCH="--only {name}"`' in page


def test_what_cannot_be_measured_here_is_named(tmp_path: Path) -> None:
    """Without nginx a benchmark that needs it is left out, with what would bring it; that is no failure."""
    done = bench("--quick", "--only", "get", "--into", str(tmp_path), PATH=str(tmp_path))
    assert done.returncode == 0
    assert "Not measured: get, left out: needs nginx (Debian: apt install nginx)" in done.stdout
    assert not list(tmp_path.iterdir())


def test_the_table_can_be_read() -> None:
    """``--list`` says what there is, in the page's order; every name is a module with a measure."""
    listed = bench("--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(BENCHMARKS)
    assert all((ROOT / "benchmarks" / f"{name}.py").exists() for name in BENCHMARKS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--only", "speed"), "invalid choice: 'speed'"), (("--rounds", "0"), "'0' is no number of rounds")],
)
def test_a_wrong_wish_is_named(arguments: tuple[str, ...], said: str) -> None:
    """A wrong option is told in one line."""
    done = bench(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
