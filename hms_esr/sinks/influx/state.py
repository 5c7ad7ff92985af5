"""Owns what the process that sends points says of itself: a small file, replaced whole, read once a second.

Knows nothing of how points are sent.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = "influx"
"""In a run's folder: the spool, the dead letters, the state."""
DEAD = "dead_letters.jsonl"
_FILE = "state.json"


@dataclass(frozen=True, slots=True)
class SenderState:
    """How sending goes. ``trouble``: empty, ``later`` (the server cannot now) or ``refused`` (a person must act)."""

    trouble: str = ""
    reason: str = ""
    trouble_s: float = 0.0
    """For how long there has been trouble."""
    waiting_points: int = 0
    waiting_bytes: int = 0
    written_points: int = 0
    dead_points: int = 0
    lost_points: int = 0
    """Not kept, because no more may wait on disk."""
    behind_s: float = 0.0
    """Age of what waits longest."""
    over: bool = False
    """Nothing more will be sent."""
    fault: str = ""
    """An internal error that ended the process."""

    def write(self, run: Path) -> None:
        """Into the folder of the run. What cannot be written is left: it is only told."""
        path = run / FOLDER / _FILE
        draft = path.with_suffix(".part")
        try:
            draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
            draft.replace(path)
        except OSError:
            return


def read_state(run: Path) -> SenderState:
    """The state last written; the beginning of everything when there is none."""
    try:
        return SenderState(**json.loads((run / FOLDER / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return SenderState()
