"""Owns whether a site stopped answering for good, or never answered, and the sentence that says so.

Knows nothing of limits or verdicts.
"""

from __future__ import annotations

from hms_esr.formatting import count, whole_s
from hms_esr.record import Record

LEAST = 3
"""Requests without an answer at the end of a run that are no accident, and the least share of all requests."""
LEAST_SHARE = 0.01
CUT = "no_answer"
"""Kind of the errors of requests that the end of the run cut off: they say nothing about the site."""


def silence(record: Record) -> str:
    """``The site stopped answering 6 s into the run: …``; empty when answers came to the end, or nobody asked."""
    last_s = max((at for at, second in record.seconds.items() if second.answered), default=None)
    unheard = _unheard(record, -1 if last_s is None else last_s)
    if unheard < max(LEAST, LEAST_SHARE * record.requests):
        return ""
    if last_s is None:
        return f"The site never answered: none of {count(unheard)} requests got an answer."
    real = " of real time" if any(segment.warp not in (0, 1) for segment in record.segments) else ""
    when = f"{whole_s(last_s + 1)}{real} into the run"
    return f"The site stopped answering {when}: none of the {count(unheard)} requests that ended later got an answer."


def _unheard(record: Record, after_s: int) -> int:
    """Requests that ended without an answer after that second, but for those cut off."""
    asked = sum(second.requests for at, second in record.seconds.items() if at > after_s)
    cut = [error.by_second for key, error in record.errors.items() if key.kind == CUT]
    return asked - sum(n for by_second in cut for at, n in by_second.items() if at > after_s)
