"""Owns the load table: a rate by the hour and assertions in one line, known by ``load_profile``.

Knows nothing of how the load is carried out or judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hms_esr.dialects.translation import SHARED_KEYS, Translation
from hms_esr.scenario.scalars import scalar
from hms_esr.schema.types import as_text
from hms_esr.schema.validation_errors import found
from hms_esr.units import duration_s

OWN = (
    *("name", "duration_hours", "time_warp", "load_profile", "assertions", "failure_injection"),
    *("journeys", "steps", "persona", "pace", "faults", "probes"),
)
_RATE = re.compile(r"\s*rps\s*=\s*(\d+(?:\.\d+)?)\s*")
_HOURS = re.compile(r"\d+(?:\.\d+)?")
_FAILURE = re.compile(
    r"\s*(?P<name>[\w.-]+?)_(?P<kind>down|error)\s*@\s*hour\s*(?P<hour>\d+(?:\.\d+)?)(?:/(?P<lasts>\w+))?\s*"
)
_USUAL_LENGTH = "1h"


class LoadTable:
    """``duration_hours``, ``time_warp``, ``load_profile: [[0, 5], [8, 30]]`` or ``"rps=80"``, ``assertions``."""

    @staticmethod
    def recognizes(data: Mapping[str, Any]) -> bool:
        """By ``load_profile``."""
        return "load_profile" in data

    @staticmethod
    def translate(data: Mapping[str, Any]) -> Translation:
        """Hours are simulated, rates are people per real second and held until the next point."""
        result = Translation()
        result.share(data, OWN, SHARED_KEYS)
        for key in ("name", "faults", "probes"):
            if key in data:
                result.put((key,), data[key], (key,))
        if "duration_hours" in data:
            result.put(("duration",), _hours(result, ("duration_hours",), data["duration_hours"]), ("duration_hours",))
        if "time_warp" in data:
            clock = data.get("clock")
            result.put(("clock",), dict(clock) if isinstance(clock, Mapping) else {}, ("clock",))
            result.put(("clock", "warp"), data["time_warp"], ("time_warp",))
        result.put(("load",), {"rate": _rates(result, data["load_profile"])}, ("load_profile",))
        result.origins["load", "rate"] = ("load_profile",)
        if "assertions" in data:
            result.put(("checks",), data["assertions"], ("assertions",))
        _journeys(result, data)
        if "failure_injection" in data:
            _failures(result, data["failure_injection"])
        return result


def _journeys(result: Translation, data: Mapping[str, Any]) -> None:
    if "journeys" in data:
        result.put(("journeys",), data["journeys"], ("journeys",))
        for key in ("steps", "persona", "pace"):
            if key in data:
                result.wrong((key,), f"'{key}' belongs into a journey when there are journeys", key=True)
        return
    if not any(key in data for key in ("steps", "persona", "pace")):
        return
    result.put(("journeys",), [{}], ("steps",))
    for key in ("steps", "persona", "pace"):
        if key in data:
            result.put(("journeys", 0, key), data[key], (key,))


def _hours(result: Translation, path: tuple[str | int, ...], value: Any) -> str:
    """``8`` → ``8h``; a duration with a unit is taken as it is."""
    text = as_text(value)
    if isinstance(text, str) and not isinstance(value, bool):
        if _HOURS.fullmatch(text.strip()):
            return f"{text.strip()}h"
        if isinstance(value, str):
            return text
    result.wrong(path, f"a number of hours is wanted here, such as 8, found {found(value)}")
    return "0s"


def _rates(result: Translation, profile: Any) -> Any:
    if isinstance(profile, str):
        one = _RATE.fullmatch(profile)
        if one is None:
            result.wrong(("load_profile",), f"'rps=80' or [[0, 5], [8, 30]] is wanted here, found {found(profile)}")
            return 1
        return scalar(one[1])
    if not isinstance(profile, list):
        return profile
    points: list[Any] = []
    before = len(result.mistakes)
    for index, point in enumerate(profile):
        if not isinstance(point, (list, tuple)) or len(point) != 2:
            text = f"[hour, people per second] is wanted here, such as [8, 30], found {found(point)}"
            result.wrong(("load_profile", index), text)
            continue
        result.origins["load", "rate", len(points)] = ("load_profile", index)
        result.origins["load", "rate", len(points), "at_s"] = ("load_profile", index, 0)
        result.origins["load", "rate", len(points), "per_s"] = ("load_profile", index, 1)
        points.append([_hours(result, ("load_profile", index, 0), point[0]), point[1]])
    return points if len(result.mistakes) == before else 1


def _failures(result: Translation, written: Any) -> None:
    if not isinstance(written, list):
        text = f'a list is wanted here, such as ["db_down@hour12"], found {found(written)}'
        result.wrong(("failure_injection",), text)
        return
    if not isinstance(result.data.get("faults", []), list):
        return
    faults = list(result.data.get("faults", []))
    for index, one in enumerate(written):
        fault = _failure(result, index, one)
        if fault is not None:
            result.origins["faults", len(faults)] = ("failure_injection", index)
            faults.append(fault)
    result.data["faults"] = faults


def _failure(result: Translation, index: int, one: Any) -> dict[str, Any] | None:
    failure = _FAILURE.fullmatch(one) if isinstance(one, str) else None
    lasts = (failure["lasts"] or _USUAL_LENGTH) if failure else ""
    try:
        if failure is None:
            raise ValueError(f"found {found(one)}")
        duration_s(lasts)
    except ValueError as error:
        text = "a failure is written db_down@hour12, payments_error@hour3 or db_down@hour12/30m"
        result.wrong(("failure_injection", index), f"{text}; {error}")
        return None
    label = f"{failure['name']}_{failure['kind']}"
    return {
        "fault": failure["kind"],
        "service": failure["name"],
        "at": f"{failure['hour']}h",
        "for": lasts,
        "name": label,
    }
