"""Owns the fluent classes as users import them: the builder's, told who starts runs and which roles log in.

Knows nothing of what a scenario may say.
"""

from __future__ import annotations

from hms_esr.launch.subprocess_run import ChildLauncher
from hms_esr.library import has_account
from hms_esr.scenario.builder import Probe, Scenario, Step, User, connect

connect(launcher=ChildLauncher, has_account=has_account)

__all__ = ["Probe", "Scenario", "Step", "User"]
