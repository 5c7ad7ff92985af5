"""A package of somebody else adds a step, a persona field and a metric, from the docs alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.long

PACKAGE = ROOT / "tests" / "extension_package"
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def _block(title: str) -> str:
    """The code block of the page whose first line is the comment ``# title``."""
    found = re.search(rf"```\w+\n# {re.escape(title)}\n(.*?)```", PAGE, re.DOTALL)
    assert found, f"docs/extending.md shows no {title}"
    return found[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package installed by pip into a folder of its own, as a person would install it."""
    source = tmp_path_factory.mktemp("source") / "motor-office"
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(PACKAGE, source)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], check=True, capture_output=True)
    return site


def _run(home: Path, site: Path | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(one) for one in (site, ROOT) if one)
    return subprocess.run(
        [sys.executable, "-m", "hms_esr", *arguments],
        cwd=home,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the page's scenario and persona."""
    (tmp_path / "personas").mkdir()
    for name in ("renew_plate.yml", "personas/driver.yaml"):
        (tmp_path / name).write_text(_block(name), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["pyproject.toml", "motor_office.py"])
def test_the_page_shows_the_package_as_it_is(name: str) -> None:
    """What docs/extending.md shows is what is tested, at most 40 lines a file."""
    text = (PACKAGE / name).read_text(encoding="utf-8")
    assert _block(name) == text
    assert len(text.splitlines()) <= 40


def test_the_package_is_two_files() -> None:
    """A step, a persona field and a metric need no third file."""
    assert sorted(path.name for path in PACKAGE.iterdir() if path.is_file()) == ["motor_office.py", "pyproject.toml"]


def test_a_scenario_uses_what_the_package_adds(home: Path, installed: Path) -> None:
    """The added step is carried out, the added field is sent, the added metric is judged."""
    done = _run(home, installed, "run", "renew_plate.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((home / "results" / "latest" / "summary.json").read_text(encoding="utf-8"))
    assert summary["requests"] == 15
    assert [(check["check"], check["value"]) for check in summary["checks"]] == [("requests_per_person == 3", 3)]
    assert "IA SIM " in _run(home, installed, "people", "driver", "-n", "1").stdout


def test_without_the_package_each_name_is_refused_with_its_place(home: Path) -> None:
    """The same files without the package are bad input: nothing of the extension is built in."""
    done = _run(home, None, "validate", "renew_plate.yml")
    assert done.returncode == 2
    assert "renew_plate.yml:8" in done.stderr and "unknown step 'reload'" in done.stderr
    assert "driver.yaml:3" in done.stderr and "unknown persona field 'plate'" in done.stderr
