"""Owns the public Python API: Scenario, User, Step, Probe, load, run, Verdict, EsrError. Loads each on first use.

Knows nothing of how a rehearsal is carried out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hms_esr.errors import EsrError
    from hms_esr.launch.fluent import Probe, Scenario, Step, User
    from hms_esr.launch.subprocess_run import run
    from hms_esr.library import load
    from hms_esr.verdicts.judgement import Judgement as Verdict

_WHERE = {
    "Scenario": "hms_esr.launch.fluent:Scenario",
    "User": "hms_esr.launch.fluent:User",
    "Step": "hms_esr.launch.fluent:Step",
    "Probe": "hms_esr.launch.fluent:Probe",
    "load": "hms_esr.library:load",
    "run": "hms_esr.launch.subprocess_run:run",
    "Verdict": "hms_esr.verdicts.judgement:Judgement",
    "EsrError": "hms_esr.errors:EsrError",
}

__all__ = ["EsrError", "Probe", "Scenario", "Step", "User", "Verdict", "load", "run"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module 'hms_esr' has no attribute '{name}'")
    module, _, attribute = _WHERE[name].partition(":")
    return getattr(import_module(module), attribute)
