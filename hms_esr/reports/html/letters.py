"""Owns which events of a run get a letter, and what they are called beside it.

Knows nothing of where letters are shown.
"""

from __future__ import annotations

from hms_esr.charts.frame import Mark
from hms_esr.charts.markup import short
from hms_esr.events import Happened
from hms_esr.record import Record

_NAMES = {
    "paused": "paused",
    "nobody_new": "no new people",
    "settle": "settling open cases",
    "drained": "everybody done",
    "ramp_up_complete": "ramp-up complete",
    "abort": "stopped by a check",
    "breaker": "stopped to protect the target",
    "stop_asked": "stop asked for",
    "proof_gone": "proof gone",
}
_ENDS = ("fault_off", "resumed")
_FIRST = ("fault_on", "paused", "worker_lost", "abort", "breaker", "stop_asked", "proof_gone", "nobody_new")
"""Kinds that keep their letter when there are too many events."""


def letter(index: int) -> str:
    """A to Z, then AA, AB …"""
    return chr(65 + index) if index < 26 else letter(index // 26 - 1) + chr(65 + index % 26)


def worth_a_letter(record: Record) -> list[Happened]:
    """Events in order of time; ends belong to their starts, workers of the first second are the run's own."""
    return [
        event
        for event in sorted(record.events, key=lambda event: event.real_s)
        if event.kind not in _ENDS and not (event.kind == "worker_joined" and event.real_s < 1)
    ]


def shown_events(record: Record, most: int) -> list[Happened]:
    """Events that get a letter: all, or those that matter most."""
    every = worth_a_letter(record)
    if len(every) <= most:
        return every
    kept = sorted(every, key=lambda event: (event.kind not in _FIRST, event.real_s))[:most]
    return sorted(kept, key=lambda event: event.real_s)


def lettered(record: Record, most: int) -> tuple[Mark, ...]:
    """Marks of the events, lettered; faults and pauses with their end, open ones to the end of the run."""
    marks: list[Mark] = []
    for index, event in enumerate(shown_events(record, most)):
        name = _NAMES.get(event.kind) or short(event.text or event.kind.replace("_", " "), 80)
        kind, end = "moment", event.real_s
        if event.kind == "fault_on":
            kind, end = "fault", _fault_end(record, event)
        elif event.kind == "paused":
            resumed = [one.real_s for one in record.events if one.kind == "resumed" and one.real_s >= event.real_s]
            kind, end = "pause", min(resumed, default=max(record.real_s, event.real_s))
        marks.append(Mark(letter(index), kind, event.real_s, end, name))  # type: ignore[arg-type]
    return tuple(marks)


def _fault_end(record: Record, event: Happened) -> float:
    for fault in record.faults:
        if fault.ref == event.ref and fault.on_s == event.real_s and fault.off_s is not None:
            return max(fault.off_s, event.real_s)
    return max(record.real_s, event.real_s)
