"""Owns events of a made-up run for tests of those who hear them.

Knows nothing of sinks.
"""

from __future__ import annotations

from typing import Any

from hms_esr.events import Happened, Progress, RunEnded, RunStarted

STARTED = RunStarted("r-1", "schedule_f", "http://127.0.0.1:9800", 500, 20.0, 30.0)
ENDED = RunEnded("r-1", "PASS", "The site kept its promise.", 0, 372.4, 600.0)


def progress(real_s: float, **given: Any) -> Progress:
    """The state of a run after ``real_s``; every figure can be given."""
    figures: dict[str, Any] = {
        "real_s": real_s,
        "sim_s": real_s * 30,
        "warp": 30.0,
        "phase": "running",
        "planned_total": 500,
        "planned_due": 250,
        "started": 250,
        "active": 37,
        "waiting": 0,
        "completed": 200,
        "failed": 13,
        "dropped": 0,
        "requests": 1000,
        "polls": 0,
        "errors": 13,
        "people_per_s": 25.0,
        "requests_per_s": 100.0,
        "p95_ms": 242.3,
        "failed_by_step": {"submit": 12, "pay": 1},
        "faults_on": (),
    }
    return Progress(**(figures | given))


def fault(kind: str, real_s: float, **details: Any) -> Happened:
    """A fault that began (``fault_on``) or ended (``fault_off``)."""
    return Happened(kind, "slow eligibility", real_s, real_s * 30, "1", {"service": "eligibility-svc"} | details)
