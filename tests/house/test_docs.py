"""The documentation is true: its commands run, its files are valid, its links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hms_esr.city.process import CityProcess
from tests.each import each
from tests.house.documents import anchors, blocks, links, pages, text
from tests.house.sources import ROOT

OWN_SITE = "http://127.0.0.1:8000"
"""Where pages say that the reader's site is: a city stands there in these tests."""

PROGRAM = """#!/bin/sh
if [ "$1" = run ]; then shift; set -- run --max-late 100% "$@"; fi
exec "{python}" -m hms_esr "$@"
"""
"""``hms-esr`` on a machine that other tests keep busy: that people come late is no fault of the page."""

NOT_RUN = {
    "make ": "sets up this machine, or runs these very tests",
    ". .venv": "enters the environment these tests run in",
    "hms-esr run claims_48h --warp 1440": "takes two minutes",
    "hms-esr grafana push": "needs a Grafana; tests/cli/test_grafana.py runs it against a mock of its API",
}
"""Beginnings of commands that these tests do not run, and why."""

CHECKED_ELSEWHERE = {
    "docs/city.md": "tests/city/test_docs.py runs its commands against a city",
    "docs/influx.md": "tests/rehearsals/test_influx.py runs its commands against an InfluxDB",
    "docs/serve.md": "tests/control/test_docs.py runs its commands against a control plane",
    "docs/third_party.md": "tests/rehearsals/test_wagtail.py runs its commands against Wagtail",
}

POINTERS = {"docs/accents.md"}
"""Old addresses of pages, kept for links from elsewhere."""

WITH_COMMANDS = [page for page in pages() if any(block.commands for block in blocks(page))]


@pytest.fixture(scope="module")
def own_site() -> Iterator[str]:
    """The reader's own site."""
    with CityProcess() as city:
        yield city.url


@pytest.fixture
def desk(tmp_path: Path, own_site: str) -> Path:
    """A reader's folder: the scenarios and personas of a checkout, and ``hms-esr`` on the path."""
    for folder in ("scenarios", "personas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    program = tmp_path / "bin" / "hms-esr"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    return tmp_path


def _run(desk: Path, command: str, own_site: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(desk / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-c", command.replace(OWN_SITE, own_site)],
        cwd=desk,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_every_command_of_a_page_runs(page: str, desk: Path, own_site: str) -> None:
    """Commands run in the page's order and end as it says (``# exit 1``, otherwise 0); named files come first."""
    for block in blocks(page):
        if block.file:
            (desk / block.file).parent.mkdir(parents=True, exist_ok=True)
            (desk / block.file).write_text(block.content.replace(OWN_SITE, own_site), encoding="utf-8")
        for command in block.commands:
            if command.startswith(tuple(NOT_RUN)):
                continue
            expected = int(found[1]) if (found := re.search(r"# exit (\d+)", command)) else 0
            done = _run(desk, command, own_site)
            if done.returncode != expected and "INVALID" in done.stdout:
                done = _run(desk, command, own_site)  # other programs of this machine held it up
            assert done.returncode == expected, f"{page}: {command}\n{done.stdout}{done.stderr}"


def test_every_reason_for_not_running_is_needed() -> None:
    """Each beginning on the list stands before a command of some page."""
    commands = [command for page in WITH_COMMANDS for block in blocks(page) for command in block.commands]
    assert [start for start in NOT_RUN if not any(command.startswith(start) for command in commands)] == []


@each("page", pages())
def test_commands_stand_in_console_blocks(page: str) -> None:
    """A line that calls hms-esr stands behind ``$`` in a console block, so that it is run here."""
    if page in CHECKED_ELSEWHERE:
        return
    loose = [
        line
        for block in blocks(page)
        if block.language in {"", "sh", "bash", "shell", "text", "console"}
        for line in block.text.splitlines()
        if re.match(r"(hms-esr|esr) ", line)
    ]
    assert not loose


@each("page", pages())
def test_scenarios_shown_are_valid(page: str, tmp_path: Path) -> None:
    """Every whole scenario on a page passes ``validate``, with the personas shown beside it."""
    from hms_esr.library import load_scenario

    if page == "docs/extending.md":
        return  # its scenario needs its package; test_extension.py runs both
    folder, shown = tmp_path / page.replace("/", "_"), blocks(page)
    folder.mkdir()
    for block in shown:
        if block.file:
            (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file).write_text(block.content, encoding="utf-8")
    for number, block in enumerate(shown):
        whole = re.search(r"^(load|users|scenario|load_profile):", block.content, re.MULTILINE)
        if block.language == "yaml" and whole:
            path = folder / f"shown_{number}.yml"
            path.write_text(block.content, encoding="utf-8")
            load_scenario(str(path))


@each("page", pages())
def test_links_lead_somewhere(page: str) -> None:
    """Every link inside the project points to a file and a heading that exist."""
    for link in links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = os.path.normpath(str(Path(page).parent / name)) if name else page
        assert (ROOT / target).exists(), f"{page}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{page}: {link}"


def test_every_page_is_reachable_from_the_readme() -> None:
    """Following links from README.md one meets every page of docs/."""
    seen, ahead = set(), ["README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or not page.endswith(".md"):
            continue
        seen.add(page)
        inside = [link.partition("#")[0] for link in links(page) if "://" not in link and link.partition("#")[0]]
        ahead += [os.path.normpath(str(Path(page).parent / link)) for link in inside]
    reference = {f"docs/reference/{path.name}" for path in (ROOT / "docs" / "reference").glob("*.md")}
    assert {page for page in pages() if page.startswith("docs/")} - POINTERS | reference <= seen


def test_the_reference_is_fresh() -> None:
    """docs/reference/ is what ``make docs`` makes of today's code."""
    made = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    folder = ROOT / "docs" / "reference"
    assert {path.name for path in folder.iterdir()} == set(made)
    stale = [name for name, content in made.items() if (folder / name).read_text(encoding="utf-8") != content]
    assert not stale, f"run make docs: {stale}"


def test_the_schema_is_a_json_schema() -> None:
    """The schema in the reference is JSON and names its draft."""
    schema = json.loads(text("docs/reference/scenario.schema.json"))
    assert schema["$schema"].startswith("https://json-schema.org/draft/")


def test_the_readme_has_two_commands_for_a_fresh_machine() -> None:
    """A newcomer types ``make demo`` and ``make test``."""
    commands = [command for block in blocks("README.md") for command in block.commands]
    assert {"make demo", "make test"} <= {command.strip() for command in commands}
