"""The page on the control plane is true: its commands and its Python run, and no option or address is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hms_esr.city.process import CityProcess
from hms_esr.cli.serve import command
from tests.control.conftest import LONG, Server
from tests.house.documents import blocks, text
from tests.house.sources import ROOT

PAGE = "docs/serve.md"
LINES = [line for block in blocks(PAGE) if block.language == "sh" for line in block.text.splitlines()]
STARTS = [line.partition("  ")[0] for line in text(PAGE).splitlines() if line.startswith("hms-esr serve ")]


def shell(server: Server, folder: Path, line: str, **more: str) -> str:
    """What a line prints in a shell in which ``hms-esr`` is known; it ends well."""
    program = folder / "hms-esr"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hms_esr "$@"\n')
    program.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    environment = dict(os.environ) | {"PATH": path, "PYTHONPATH": str(ROOT), "ESR_URL": server.url} | more
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_request_of_the_page_is_answered(dev: Server, town: CityProcess, tmp_path: Path) -> None:
    """Each curl line, in the page's order, without an error."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    run_id = dev.start(LONG, target=town.url)
    dev.recorded(run_id)
    curls = [line for line in LINES if line.startswith("curl ")]
    assert len(curls) >= 7
    for line in curls:
        said = shell(dev, tmp_path, line, TARGET=town.url, RUN=run_id)
        assert '"error"' not in said and "run_id" in said, (line, said)
    for one in dev.ask("GET", "/runs").json["runs"]:
        dev.ask("POST", f"/run/{one['run_id']}/stop")


def test_every_command_of_the_page_runs(dev: Server, town: CityProcess, tmp_path: Path) -> None:
    """Tokens are made, listed, revoked; a link for observers is printed."""
    dev.until(dev.start(LONG | {"load": {"people": 1, "over": "1s"}}, target=town.url), "FINISHED")
    (tmp_path / "results").symlink_to(dev.out)
    for line in LINES:
        if line.startswith("hms-esr "):
            said = shell(dev, tmp_path, line, ESR_TOKENS=str(tmp_path / "tokens.json"))
            assert said.strip(), line
    assert f"{dev.url}/dashboard/" in said and "?token=esr_" in said


@pytest.mark.parametrize("line", STARTS)
def test_every_start_has_right_options(line: str) -> None:
    """Each start of the page has options the command knows."""
    assert command.make_context("serve", line.split()[2:])


def test_every_option_and_address_is_on_the_page(dev: Server) -> None:
    """No option of the command, no path and no option of a run is missing."""
    page = text(PAGE)
    for option in command.params:
        assert getattr(option, "hidden", False) or option.opts[0] in page, option.opts
    described = dev.ask("GET", "/openapi.json").json
    for path in described["paths"]:
        assert path.split("{")[0].rstrip("/") in page
    for name in described["components"]["schemas"]["RunOptions"]["properties"]:
        assert f"`{name}`" in page, name


def test_the_python_of_the_page_runs(dev: Server, town: CityProcess, tmp_path: Path) -> None:
    """With a shorter day and a free port."""
    (block,) = (block for block in blocks(PAGE) if block.language == "python")
    code = block.text.replace("time_warp=60", "time_warp=28800").replace("http://127.0.0.1:9800", town.url)
    (tmp_path / "page.py").write_text(code.replace("scale=0.5", "scale=0.2, max_late='100%'"))
    said = shell(dev, tmp_path, f"{sys.executable} page.py")
    assert re.fullmatch(r"(PASS|INVALID) http://localhost:\d+/dashboard/\S+\n", said), said
