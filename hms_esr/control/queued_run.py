"""Owns what is kept of a run that was asked for: who, what, when it began, how it ended when it left no report.

Knows nothing of queues or processes; it is a file in the run's folder, so that a later server finds everything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from hms_esr.store.layout import write_whole

NAME = "ticket.json"
DOCUMENT = "scenario.yml"
_RUN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}")


@dataclass(frozen=True, slots=True)
class QueuedRun:
    """A run that was asked for. ``target`` is what is loaded, ``target_requested`` what was asked for.

    ``key`` and ``body`` are hashes of the idempotency key and of what was sent with it. ``process``: see
    :func:`hms_esr.store.process.find`. ``ended``: verdict, reason and exit code of a run that left no summary.
    ``end_noted``: its end is in the audit log, also when it came while no server was there.
    """

    run_id: str
    scenario: str
    target: str
    target_requested: str
    options: dict[str, Any]
    who: str
    accepted_at: str
    key: str = ""
    body: str = ""
    started_at: str = ""
    process: dict[str, Any] | None = None
    stopped_by: str = ""
    ended: dict[str, Any] | None = field(default=None)
    end_noted: bool = False


def is_run_id(text: str) -> bool:
    """Whether a text may be a run's id, and so a part of a path."""
    return _RUN_ID.fullmatch(text) is not None


def keep(out: Path, ticket: QueuedRun) -> None:
    """Write it down, whole and on disk. EnvironmentProblem when it cannot be."""
    write_whole(out / ticket.run_id / NAME, json.dumps(asdict(ticket), ensure_ascii=False, indent=1) + "\n")


def all_queued(out: Path) -> Iterator[QueuedRun]:
    """Every ticket in ``out``, in the order they were accepted; one that cannot be read is passed over."""
    found = []
    for path in out.glob(f"*/{NAME}"):
        try:
            whole = json.loads(path.read_text(encoding="utf-8"))
            whole = {"end_noted": True} | whole  # of a version that did not say: not told once more
            ticket = QueuedRun(**{one.name: whole[one.name] for one in fields(QueuedRun) if one.name in whole})
        except (OSError, ValueError, TypeError):
            continue
        if not path.parent.is_symlink() and ticket.run_id == path.parent.name:
            found.append(ticket)
    yield from sorted(found, key=lambda ticket: (ticket.accepted_at, ticket.run_id))
