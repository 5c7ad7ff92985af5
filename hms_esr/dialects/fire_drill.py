"""Owns the fire drill: so many users over a ramp, each doing one script, known by ``users`` with ``script``.

Knows nothing of how people are sent or judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hms_esr.dialects.translation import SHARED_KEYS, Translation
from hms_esr.registry import did_you_mean
from hms_esr.schema.validation_errors import found

OWN = ("name", "users", "ramp_up", "duration", "script", "checks", "persona", "pace", "faults", "probes")
_WARN_TO_LIMIT = 2
"""A latency target warns from itself on and fails from twice itself on."""


class FireDrill:
    """``users``, ``ramp_up``, ``script``, ``checks`` of types ``latency_under_ms``, ``status_code_ok``."""

    @staticmethod
    def recognizes(data: Mapping[str, Any]) -> bool:
        """By ``users`` with ``script``."""
        return "users" in data and "script" in data

    @staticmethod
    def translate(data: Mapping[str, Any]) -> Translation:
        """``users`` come once each over ``ramp_up`` (without it, at once)."""
        result = Translation()
        result.share(data, OWN, SHARED_KEYS)
        result.put(("load",), {}, ("users",))
        result.put(("load", "people"), data["users"], ("users",))
        result.put(("load", "over"), data.get("ramp_up", "0s"), ("ramp_up",))
        for key in ("name", "duration", "faults", "probes"):
            if key in data:
                result.put((key,), data[key], (key,))
        result.put(("journeys",), [{"name": data["name"]} if "name" in data else {}], ("script",))
        result.origins["journeys", 0, "name"] = ("name",)
        result.put(("journeys", 0, "steps"), data["script"], ("script",))
        for key in ("persona", "pace"):
            if key in data:
                result.put(("journeys", 0, key), data[key], (key,))
        if "checks" in data:
            _checks(result, data["checks"])
        return result


def _checks(result: Translation, written: Any) -> None:
    if not isinstance(written, list):
        result.put(("checks",), written, ("checks",))
        return
    result.put(("checks",), [], ("checks",))
    made: list[Any] = result.data["checks"]
    for index, one in enumerate(written):
        check = _check(result, index, one) if isinstance(one, Mapping) and "type" in one else one
        if check is not None:
            result.origins["checks", len(made)] = ("checks", index)
            made.append(check)


def _check(result: Translation, index: int, one: Mapping[str, Any]) -> Any:
    kind = str(one["type"])
    if kind not in _KINDS:
        result.wrong(("checks", index, "type"), f"unknown check '{kind}'.{did_you_mean(kind, list(_KINDS))}")
        return None
    made, keys = _KINDS[kind]
    for key in one:
        if key not in ("type", *keys):
            result.wrong(("checks", index, key), f"unknown key '{key}'.{did_you_mean(key, ['type', *keys])}", key=True)
    return made(result, index, one)


def _latency(result: Translation, index: int, one: Mapping[str, Any]) -> Any:
    target = one.get("target")
    if isinstance(target, bool) or not isinstance(target, (int, float)) or not target > 0:
        wanted = "a number of milliseconds over 0 is wanted here, such as target: 300"
        result.wrong(("checks", index, "target"), f"{wanted}, found {found(target)}")
        return None
    return {"check": f"latency_p95_ms < {target * _WARN_TO_LIMIT:.10g}", "warn": f"< {target:.10g}"}


def _status(result: Translation, index: int, one: Mapping[str, Any]) -> Any:
    return "error_rate == 0"


_KINDS: dict[str, tuple[Callable[[Translation, int, Mapping[str, Any]], Any], tuple[str, ...]]] = {
    "latency_under_ms": (_latency, ("target",)),
    "status_code_ok": (_status, ()),
}
