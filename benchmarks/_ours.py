"""Owns how our own side is started: a scenario in a folder, ``hms-esr run`` on it, its summary afterwards.

Knows nothing of peers or of what is measured.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks._processes import program

INVALID = 3
"""The exit code of a run that was not delivered as planned, as one at the generator's limit is not."""
SCENARIO = """name: measured
spacing: even
load: {load}
duration: {duration}
drain: 2s
http: {{connections: {connections}}}
journeys:
  - name: look
    pace: none
    steps: [{steps}]
checks: ["success_rate >= 0"]
"""


def scenario(folder: Path, load: str, duration_s: float, steps: Sequence[str], connections: str = "per_person") -> Path:
    """A scenario of one journey, written in ``folder``."""
    path = folder / "measured.yml"
    duration = f"{duration_s:g}s"
    text = SCENARIO.format(load=load, duration=duration, connections=connections, steps=", ".join(steps))
    path.write_text(text, encoding="utf-8")
    return path


def run(file: Path, url: str, *options: str, by: Sequence[str] = ()) -> list[str]:
    """The command that carries it out, whatever is dropped or late: benchmarks judge that themselves.

    ``by`` is an ``hms-esr`` other than the one beside this Python.
    """
    wide = ["--max-late", "100%", "--max-dropped", "100%", "--quiet"]
    return [*(by or program("hms-esr")), "run", str(file), "--target", url, *wide, *options]


def summary(folder: Path) -> dict[str, Any]:
    """What the last run in ``folder`` says of itself."""
    found: dict[str, Any] = json.loads((folder / "results" / "latest" / "summary.json").read_text(encoding="utf-8"))
    return found
