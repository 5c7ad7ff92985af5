"""Owns judging a run again from its record, by the limits it was judged by.

Knows nothing of where records are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hms_esr.record import Manifest, Record
from hms_esr.verdicts.judge import judge
from hms_esr.verdicts.judgement import Judgement, Limits


def judge_again(record: Record, custom: Mapping[str, Callable[..., Any]]) -> Judgement:
    """The run's judgement; ``custom`` are metric functions by name."""
    strict = bool(record.manifest.options.get("strict"))
    return judge(record, custom=custom, limits=limits_of(record.manifest), strict=strict)


def limits_of(manifest: Manifest) -> Limits:
    """The limits the run was judged by; ours where it names none."""
    given = manifest.options.get("limits")
    known = given if isinstance(given, dict) else {}
    return Limits(**{name: known[name] for name in Limits.__slots__ if name in known})
