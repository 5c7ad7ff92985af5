"""Owns the shape of a verdict: what was judged, how it came out, in figures and in words.

Knows nothing of how it is computed or shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["PASS", "FAIL", "INVALID", "INTERRUPTED"]
CheckOutcome = Literal["PASS", "WARN", "FAIL", "INVALID"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What makes a rehearsal INVALID. Shares 0 to 1, times in the unit of the name."""

    max_dropped: float = 0.01
    """Most people dropped or lost, of those planned."""
    max_late: float = 0.01
    """Most people over ``late_ms`` late by the generator's doing, of those started."""
    late_ms: float = 100.0
    max_undecided: float = 0.01
    max_internal: float = 0.01
    """The share of people ended by an internal error of HMS-ESR from which on a run is INVALID."""
    max_unfinished: float = 0.01
    """Most people unfinished at the end of a run that nobody stopped, of those who came."""
    saturated_s: int = 3
    """Seconds with CPU over 90 % and loop lag p99 over 20 ms that make a worker saturated."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. ``value`` None: no data. ``room`` is how it reads what is left ("0.58 s left")."""

    check: str
    metric: str
    title: str
    """What is measured, in words ("Answer time, 95 of 100 requests")."""
    value: float | None
    shown: str
    """The value in words and units ("1.42 s"); "–" without data."""
    verdict: CheckOutcome
    reason: str
    limit: float | None
    operator: str
    limit_shown: str
    """The limit in words ("under 2 s")."""
    warn: float | None
    warn_shown: str
    close: bool
    room: str
    default: bool
    """Whether we added it because the scenario has no check with a limit."""
    note: str
    """What the figure is made of ("7,383 of 438,272 requests")."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that would make a rehearsal INVALID: measured and allowed, in words."""

    name: str
    measured: str
    allowed: str
    state: Literal["holds", "holds, close", "broken", "explained"]
    reason: str
    """The sentence part for the verdict when broken; empty otherwise."""
    advice: str = ""
    """What to change, when broken."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of a run, whole."""

    verdict: Outcome
    shown: Literal["PASS", "WARN", "FAIL", "INVALID", "INTERRUPTED"]
    """The verdict as displayed: PASS with warnings is WARN."""
    sentence: str
    """One sentence a policy maker understands."""
    also: tuple[str, ...]
    """Further reasons, each a sentence."""
    trust: str
    """Why the result can be trusted, or not, in a sentence."""
    warnings: int
    exit_code: int
    checks: tuple[CheckResult, ...]
    conditions: tuple[Condition, ...]
