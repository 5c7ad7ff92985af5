"""Owns scenarios made up by Hypothesis: whole and possible, of every kind of step, load and fault.

Knows nothing of what is asked about them.
"""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

WORDS = st.sampled_from(
    [
        "x",
        "no",
        "yes",
        "null",
        "~",
        "014",
        "1:30",
        "1e5",
        "2026-03-02",
        "true",
        "Ä ö",
        "a: b",
        "- a",
        "#x",
        "it's",
        '"',
        "<<",
    ]
) | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12)
PLAIN = WORDS.filter(lambda text: "{{" not in text and text.strip() != "")
NAMES = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=12).filter(lambda n: n[0].isalnum())
NUMBERS = st.floats(0.001, 1000, allow_nan=False).map(lambda n: round(n, 3))
DURATIONS = st.integers(1, 10**9).map(lambda ms: f"{ms}ms") | st.sampled_from(
    ["1s", "90s", "1h30m", "2d", "0.1s", "1.5ms"]
)
PATHS_IN_JSON = NAMES.filter(lambda name: all(name.split(".")))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=6,
)
PATHS = st.sampled_from(["/", "/apply", "/claims/new?x=1&y=2", "/a b/ü"])
SAVE = st.dictionaries(
    NAMES,
    st.sampled_from([{"css": "#id"}, {"json": "a.0.b"}, {"header": "Location"}, {"regex": "id=(\\d+)"}]),
    max_size=2,
)


def _some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


_INNER = {
    "visit": PATHS,
    "click": PATHS | PLAIN,
    "fill": st.dictionaries(PLAIN | st.sampled_from(["field", "value", "values"]), PLAIN, min_size=1, max_size=3),
    "upload": _some({"file": st.sampled_from(["a.pdf", "x/b.jpg"])}, {"field": PLAIN, "size_kb": NUMBERS}),
    "submit": st.none(),
    "pay": _some({}, {"method": NAMES, "failIf": st.sampled_from(["amount > 200", "a < 1 or b > 2"])}),
    "login": st.none() | PATHS,
    "request": st.one_of(
        _some({"path": PATHS}, {"method": st.sampled_from(["POST", "PUT", "get"]), "json": JSON}),
        _some({"path": PATHS}, {"headers": st.dictionaries(NAMES, PLAIN, max_size=2), "data": PLAIN}),
    ),
    "await": _some({"within": DURATIONS}, {"status": NAMES, "every": DURATIONS, "path": PATHS}),
    "expect": _some(
        {"status": st.integers(100, 599)}, {"page": PATHS, "text": PLAIN, "json": st.dictionaries(PATHS_IN_JSON, JSON)}
    ),
    "think": DURATIONS,
}
_PLAIN_STEPS = st.sampled_from(sorted(_INNER)).flatmap(
    lambda verb: st.tuples(st.just(verb), _INNER[verb], _some({}, {"name": NAMES, "save": SAVE}))
).map(lambda made: {made[0]: made[1]} | made[2])  # fmt: skip
STEPS = st.recursive(
    _PLAIN_STEPS,
    lambda inner: st.builds(
        lambda share, steps: {"maybe": {"share": share, "steps": steps}},
        st.floats(0, 1).map(lambda n: round(n, 3)),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
POINTS = st.lists(st.tuples(st.integers(0, 3600), NUMBERS), min_size=1, max_size=4, unique_by=lambda p: p[0]).map(
    lambda points: [[f"{at}s", rate] for at, rate in sorted(points)]
)
LOADS = st.one_of(
    _some({"people": st.integers(1, 1000)}, {"over": DURATIONS | st.just("0s")}),
    _some({"rate": POINTS}, {"between": st.sampled_from(["hold", "line"])}),
    _some({"concurrent": st.integers(1, 100)}, {"ramp_up": DURATIONS}),
)
FAULTS = st.one_of(
    _some({"fault": st.just("latency"), "service": NAMES, "latency_ms": NUMBERS}, {"at": DURATIONS, "for": DURATIONS}),
    _some({"fault": st.just("error"), "service": NAMES}, {"status": st.integers(400, 599), "name": PLAIN}),
    _some({"fault": st.just("down"), "service": NAMES}, {}),
)
CHECKS = st.one_of(
    st.sampled_from(["success_rate > 0.9", 'latency_p95_ms{status="200"} < 100 * 2', "not (error_rate > 0.1)"]),
    _some({"check": st.just("latency_p95_ms < 2000")}, {"warn": st.just("< 1000"), "abort_after": DURATIONS}),
)
JOURNEYS = st.lists(
    _some({"name": NAMES}, {
        "weight": NUMBERS,
        "persona": st.sampled_from(["farmer", {"claimant": 8, "citizen": 2}]),
        "pace": st.just("none") | _some({"median": DURATIONS}, {"spread": st.floats(0, 3).map(lambda n: round(n, 2))}),
        "steps": st.lists(STEPS, max_size=4),
    }),
    min_size=1, max_size=3, unique_by=lambda journey: journey["name"],
)  # fmt: skip

SCENARIOS = _some(
    {"name": NAMES, "load": LOADS, "duration": st.just("20d")},
    {
        "description": PLAIN,
        "tags": st.lists(PLAIN, max_size=3),
        "seed": st.integers(0, 2**62 - 1),
        "identity": st.sampled_from(["per_run", "fixed"]),
        "targets": st.dictionaries(NAMES, _some({"url": PLAIN}, {"also": st.lists(PLAIN, max_size=2)}), max_size=2),
        "http": _some({}, {"timeout": DURATIONS, "headers": st.dictionaries(NAMES, PLAIN, max_size=2)}),
        "vars": st.dictionaries(NAMES, PLAIN, max_size=3),
        "clock": _some({}, {"warp": NUMBERS, "start": st.sampled_from(["2026-01-01T00:00:00", "2030-12-31T23:59:59"])}),
        "drain": DURATIONS,
        "warm_up": st.just("90s"),
        "spacing": st.sampled_from(["poisson", "even"]),
        "before": st.lists(_PLAIN_STEPS, max_size=2),
        "journeys": JOURNEYS,
        "faults": st.lists(FAULTS, max_size=2),
        "checks": st.lists(CHECKS, max_size=3),
        "probes": st.lists(NAMES, max_size=2),
        "cost": _some({}, {"per_hour": NUMBERS, "per_request": NUMBERS}),
        "changes": st.lists(st.fixed_dictionaries({"service": NAMES, "env": PLAIN, "value": PLAIN}), max_size=2),
    },
)
"""Canonical data of whole scenarios that the model accepts."""
