"""People leave nothing behind that only the memory collector could free."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.house.sources import ROOT

PLAN = """
name: leave
load: {people: 40, over: 1s}
journeys:
  - persona: farmer
    pace: none
    steps: [login, visit: /apply-subsidy, upload: {field: schedule_f, file: schedule_f.pdf}, submit, visit: /nowhere]
checks: ["success_rate == 0"]
"""
COUNTED = """
import gc, json, sys
import hms_esr.engine.start_loop.local_runner
from collections import Counter
from hms_esr.engine.loop.gc_control import GcControl

def start(self):
    gc.collect()
    gc.freeze()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)

def stop(self):
    gc.collect()
    kinds = Counter(f"{type(one).__module__}.{type(one).__name__}" for one in gc.garbage)
    open("garbage.json", "w").write(json.dumps(kinds))
    gc.set_debug(0)

GcControl.start, GcControl.stop, GcControl.watch = start, stop, lambda self: None
from hms_esr.cli import main
main(["run", "leave.yml", "--target", sys.argv[1], "--max-late", "100%", "--quiet"])
"""


def test_forty_people_leave_no_garbage(tmp_path: Path, city: Any) -> None:
    """Of 40 people who logged in, uploaded and failed, nothing is left to a collector that was off all the while."""
    (tmp_path / "leave.yml").write_text(PLAN)
    command = [sys.executable, "-c", COUNTED, city().url]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kinds = json.loads((tmp_path / "garbage.json").read_text())
    assert sum(kinds.values()) < 40, kinds
