"""What a newcomer meets: the demo's last lines, and the command they name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.long

DEMO = "scenarios/schedule_f.yml"


def _type(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command typed into a shell that does not know ``hms-esr``."""
    known = [part for part in os.environ["PATH"].split(os.pathsep) if not (Path(part) / "hms-esr").exists()]
    environment = os.environ | {"PATH": os.pathsep.join(known), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_demo_runs_the_subsidy() -> None:
    """``make demo`` is the main job: the subsidy's scenario against the embedded city."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"hms-esr run {DEMO}\n" in text


def test_the_last_lines_lead_on(tmp_path: Path) -> None:
    """The last lines are verdict, report and a next command, which runs as it is shown and fails on purpose."""
    for folder in ("scenarios", "personas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    program = tmp_path / ".venv" / "bin" / "hms-esr"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!{sys.executable}\nfrom hms_esr.cli import main\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    done = _type(tmp_path, f".venv/bin/hms-esr run {DEMO} --warp 120 --scale 0.2 --max-late 100%")
    verdict, report, following = done.stdout.splitlines()[-3:]
    assert done.returncode == 0 and verdict.startswith("PASS ")
    assert (tmp_path / report.removeprefix("Report: ").strip()).is_file()
    command = following.removeprefix("Next:").partition("(")[0].strip()
    assert command.startswith(".venv/bin/hms-esr run ")
    assert _type(tmp_path, f"{command} --warp 120 --max-late 100%").returncode == 1
