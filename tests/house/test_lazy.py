"""Commands that only read or explain load no engine: Locust patches the whole process when it is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

FORBIDDEN = {"locust", "gevent", "geventhttpclient", "zmq", "requests", "flask"}
SCENARIO = "name: two\nload: {people: 2, over: 1s}\njourneys: [{steps: [visit: /]}]\n"


def _loaded(folder: Path, *arguments: str) -> set[str]:
    """Top-level modules that a command imports, seen from outside."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "hms_esr", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and one finished run of it."""
    path = tmp_path_factory.mktemp("lazy")
    (path / "two.yml").write_text(SCENARIO, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "hms_esr", "run", "two.yml", "--quiet"],
        cwd=path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["validate", "two.yml"],
        ["show", "two.yml"],
        ["plan", "two.yml"],
        ["list"],
        ["schema"],
        ["people", "farmer", "-n", "1"],
        ["report", "latest"],
        ["runs"],
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_a_command_that_starts_nothing_loads_no_engine(folder: Path, arguments: list[str]) -> None:
    """Neither Locust nor gevent, nor what comes with them, is imported."""
    assert not _loaded(folder, *arguments) & FORBIDDEN


@pytest.mark.parametrize("heavy", ["pydantic", "faker", "rich", "starlette", "yaml", "uvicorn"])
def test_help_loads_nothing_expensive(folder: Path, heavy: str) -> None:
    """``--help`` needs click alone."""
    assert heavy not in _loaded(folder, "--help")


def test_importing_the_package_loads_nothing(folder: Path) -> None:
    """``import hms_esr`` is free: each public name is loaded when it is first used."""
    code = "import sys, hms_esr; print(sorted(name for name in sys.modules if name.startswith('hms_esr.')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    """What ``hms_esr`` promises can be imported."""
    import hms_esr

    assert all(getattr(hms_esr, name) is not None for name in hms_esr.__all__)
