"""Owns colors and the words that go with them: no color of a status ever stands without its word and mark.

Knows nothing of panels. Fills and words are the same as in reports; lines follow the theme, as the pages do: blue from
the intended start, ink (Grafana's ``text``) dashed from the actual start.
"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import (
    DashboardRangeMapOptions,
    RangeMap,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

OK, WARN, BAD, INVALID, STOPPED = "#126b38", "#f3c13a", "#ad1d1d", "#5d3895", "#46525e"
"""Fills of blocks and cells; white text stands on them, dark text on WARN (Grafana chooses by contrast)."""
BLUE, INK = "blue", "text"
MEDIAN, PLAN = "#5f7f9f", "#6b7783"
COLORS = {OK, WARN, BAD, INVALID, STOPPED, BLUE, INK, MEDIAN, PLAN}

DASHED, DOTTED = [8, 6], [2, 5]


def mapped(by_value: dict[str, tuple[str, str]]) -> ValueMapping:
    """Values as words on a color."""
    items = enumerate(by_value.items())
    return ValueMap({value: ValueMappingResult(text, color or None, index=n) for n, (value, (text, color)) in items})


def between(least: float | None, most: float | None, text: str, color: str) -> ValueMapping:
    """Values from ``least`` to ``most`` as one word on a color."""
    return RangeMap(DashboardRangeMapOptions(least, most, ValueMappingResult(text, color)))


VERDICTS = mapped(
    {
        "0": ("✓ PASS", OK),
        "1": ("✕ FAIL", BAD),
        "2": ("! WARN", WARN),
        "3": ("? INVALID", INVALID),
        "130": ("□ INTERRUPTED", STOPPED),
    }
)
SO_FAR = mapped(
    {
        "-1": ("– No verdict yet", STOPPED),
        "0": ("✓ PASS so far", OK),
        "1": ("! WARN so far", WARN),
        "2": ("✕ FAIL so far", BAD),
    }
)
CHECKS = mapped(
    {
        "-1": ("? no data", INVALID),
        "0": ("✓ holds", OK),
        "1": ("! past its warning level", WARN),
        "2": ("✕ does not hold", BAD),
    }
)
ROOM = [
    between(None, 0.899999999, "✓ holds", OK),
    between(0.9, 0.999999999, "! holds, close", WARN),
    between(1.0, None, "✕ limit reached", BAD),
]
KINDS = mapped(
    {
        "start": ("start", ""),
        "stop": ("end", ""),
        "verdict": ("verdict", ""),
        "fault_on": ("fault begins", ""),
        "fault_off": ("fault undone", ""),
        "paused": ("paused", ""),
        "resumed": ("goes on", ""),
        "worker_lost": ("worker lost", ""),
        "worker_joined": ("worker joined", ""),
        "ramp_up_complete": ("everybody has come", ""),
        "nobody_new": ("nobody new comes", ""),
        "settle": ("open cases are settled", ""),
        "abort": ("stopped early", ""),
        "breaker": ("stopped to protect the target", ""),
        "proof_gone": ("stopped: the proof is gone", ""),
        "stop_asked": ("asked to stop", ""),
        "note": ("note", ""),
    }
)
