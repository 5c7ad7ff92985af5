"""The wheel: commands, import names, and the personas and scenarios that come with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.house.sources import PACKAGES, ROOT, files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy of the project's files."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("out")
    for name in files():
        if not name.startswith(("tests/", ".git")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(out)]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(source)]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"HMS_ESR_CORE": "python"})
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    """Python files, style sheets and type markers are all in it."""
    wanted = {name for name in files() if name.startswith(tuple(f"{package}/" for package in PACKAGES))}
    assert wanted <= set(wheel.namelist())


@pytest.mark.parametrize("kind", ["personas", "scenarios", "grafana/dashboards"])
def test_the_wheel_carries_what_is_shipped(wheel: zipfile.ZipFile, kind: str) -> None:
    """Personas, scenarios and dashboards are in the wheel, where the library looks for them."""
    wanted = {f"hms_esr/shipped/{name}" for name in files() if name.startswith(f"{kind}/")}
    assert wanted and wanted <= set(wheel.namelist())


def test_the_wheel_names_both_commands(wheel: zipfile.ZipFile) -> None:
    """``hms-esr`` and its alias ``esr`` are installed."""
    name = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    text = wheel.read(name).decode()
    assert "hms-esr = hms_esr.cli:main" in text and "\nesr = hms_esr.cli:main" in text


def test_the_wheel_installs_nothing_else(wheel: zipfile.ZipFile) -> None:
    """No tests, docs or benchmarks come with it."""
    tops = {Path(name).parts[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_every_dependency_has_a_tested_version() -> None:
    """requirements.lock names each direct dependency, at least as new as pyproject.toml asks."""
    lock = dict(line.split("==") for line in _lock())
    known = {name.lower().replace("_", "-"): version for name, version in lock.items()}
    asked = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]
    for line in asked:
        name, lowest = re.split("[>=]=", line)
        assert _numbers(known[name.lower()]) >= _numbers(lowest), line


def _lock() -> list[str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]
