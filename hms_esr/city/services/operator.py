"""Owns ``/__city/*``: counts, claims table, faults, settings, reset. For who runs a rehearsal, not for citizens.

Never counted, never sick: faults do not reach these paths.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from hms_esr.city.city_state import CityState
from hms_esr.city.clerks import HOUR_US, to_iso
from hms_esr.city.routes import Route
from hms_esr.city.wire import CityAnswer, CityRequest, RequestRefused, as_json

SETTINGS = {"clerks": (0.001, 1000.0), "review_days": (0.001, 3650.0)}
"""Setting -> smallest and largest value."""


def health(city: CityState, request: CityRequest) -> CityAnswer:
    """That this is the city, and simulated."""
    return as_json({"city": "HMS-ESR mock city", "sim": True, "faults": len(city.faults.active())})


def counts(city: CityState, request: CityRequest) -> CityAnswer:
    """Requests by method, path, status and run; ``?run=ID`` for one run."""
    return as_json(city.counts.table(request.query("run")))


def seen(city: CityState, request: CityRequest) -> CityAnswer:
    """What each person sent; only in a city started with ``--record-values``."""
    if not city.seen.on:
        raise RequestRefused(409, "values are not recorded; start the city with --record-values")
    return as_json(city.seen.rows(request.query("run")))


def claims(city: CityState, request: CityRequest) -> CityAnswer:
    """How many claims, how many decided within ``?within_h=48`` hours; ``?run=ID``, ``?rows=1`` for each claim."""
    run, within_text = request.query("run"), request.query("within_h") or "48"
    try:
        within_h = float(within_text)
    except ValueError:
        within_h = -1.0
    if not 0 <= within_h <= 1_000_000:
        raise RequestRefused(400, "within_h is not a number of hours from 0 to 1000000")
    desks = [desk for of_run, desk in city.desks.items() if run is None or of_run == run]
    cases = [case for desk in desks for case in desk.cases]
    within = sum(case.decided_us - case.submitted_us <= within_h * HOUR_US for case in cases)
    table: dict[str, Any] = {"claims": len(cases), f"decided_within_{within_h:g}h": within}
    if request.query("rows") == "1":
        table["rows"] = [[case.id, to_iso(case.submitted_us), to_iso(case.decided_us)] for case in cases]
    return as_json(table)


def faults(city: CityState, request: CityRequest) -> CityAnswer:
    """The faults that are on, with ``remaining_s``."""
    return as_json({"faults": city.faults.active()})


def start_fault(city: CityState, request: CityRequest) -> CityAnswer:
    """Turn a fault on: 201 with its ``id``; it ends by itself after ``for_s``."""
    fault = city.faults.start(request.json())
    return as_json({"id": fault.id}, 201)


def end_fault(city: CityState, request: CityRequest) -> CityAnswer:
    """Turn one fault off; ``ended`` is false when it was off already."""
    return as_json({"id": request.ids[0], "ended": city.faults.end(request.ids[0])})


def end_faults(city: CityState, request: CityRequest) -> CityAnswer:
    """Turn every fault off."""
    return as_json({"ended": city.faults.clear()})


def settings(city: CityState, request: CityRequest) -> CityAnswer:
    """The settings."""
    return as_json({"clerks": city.clerks, "review_days": city.review_days})


def change_settings(city: CityState, request: CityRequest) -> CityAnswer:
    """Change settings, all or none; what was filed before keeps its decision time."""
    body = request.json()
    if not isinstance(body, dict) or not body:
        raise RequestRefused(400, 'the body must be a JSON object such as {"clerks": 0.5}')
    problems = [text for key, value in body.items() if (text := _setting_problem(str(key), value))]
    if problems:
        raise RequestRefused(400, "; ".join(problems))
    city.clerks = float(body.get("clerks", city.clerks))
    city.review_days = float(body.get("review_days", city.review_days))
    return settings(city, request)


def _setting_problem(key: str, value: object) -> str:
    if key not in SETTINGS:
        return f"unknown setting '{key[:60]}'. Allowed: {', '.join(SETTINGS)}"
    low, high = SETTINGS[key]
    fine = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and low <= value <= high
    return "" if fine else f"{key} is {str(value)[:60]!r}; allowed: a number from {low:g} to {high:g}"


def reset(city: CityState, request: CityRequest) -> CityAnswer:
    """Forget counts, claims, queues, permits, faults and logs; accounts and logins stay."""
    city.reset()
    return as_json({"reset": True})


ROUTES = (
    Route("GET", "/__city/health", "city", health),
    Route("GET", "/__city/counts", "city", counts),
    Route("GET", "/__city/seen", "city", seen),
    Route("GET", "/__city/claims", "city", claims),
    Route("GET", "/__city/faults", "city", faults),
    Route("POST", "/__city/faults", "city", start_fault),
    Route("DELETE", "/__city/faults", "city", end_faults),
    Route("DELETE", "/__city/faults/{id}", "city", end_fault),
    Route("GET", "/__city/settings", "city", settings),
    Route("POST", "/__city/settings", "city", change_settings),
    Route("POST", "/__city/reset", "city", reset),
)
