"""Owns the flight plan: steps, personas by number, faults called probes; known by ``scenario`` with ``steps``.

Knows nothing of how steps are performed or faults carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.dialects.translation import SHARED_KEYS, Translation, as_list
from hms_esr.registry import did_you_mean
from hms_esr.scenario.scalars import scalar
from hms_esr.scenario.source_locations import Path
from hms_esr.schema.validation_errors import found

OWN = ("scenario", "steps", "probes", "personas", "duration", "tag", "persona", "pace", "checks", "faults")
_FAULTS = {"slow_service": "latency", "error": "error", "down": "down"}
_BESIDE = ("at", "for", "name", "latency_ms", "status", "share")
_RENAMED = {"sizeKB": "size_kb"}


class FlightPlan:
    """``scenario``, ``steps``, ``probes: [slow_service: svc latency_ms=800]``, ``personas``, ``duration``, ``tag``."""

    @staticmethod
    def recognizes(data: Mapping[str, Any]) -> bool:
        """By ``scenario`` with ``steps``."""
        return "scenario" in data and "steps" in data

    @staticmethod
    def translate(data: Mapping[str, Any]) -> Translation:
        """``personas`` people come over ``duration``, each once."""
        result = Translation()
        result.share(data, OWN, SHARED_KEYS)
        result.put(("name",), data["scenario"], ("scenario",))
        if "tag" in data:
            tags = as_list(result.data.get("tags", [])) + as_list(data["tag"])
            result.put(("tags",), tags, ("tag",))
        result.put(("load",), {}, ("personas",))
        result.put(("load", "people"), data.get("personas", 1), ("personas",))
        if "duration" in data:
            result.put(("load", "over"), data["duration"], ("duration",))
        result.put(("journeys",), [{"name": data["scenario"]}], ("steps",))
        result.origins["journeys", 0, "name"] = ("scenario",)
        result.put(("journeys", 0, "steps"), [], ("steps",))
        result.data["journeys"][0]["steps"] = _steps(result, data["steps"], ("journeys", 0, "steps"), ("steps",))
        for key in ("persona", "pace"):
            if key in data:
                result.put(("journeys", 0, key), data[key], (key,))
        for key in ("checks", "faults"):
            if key in data:
                result.put((key,), data[key], (key,))
        if "probes" in data:
            _probes(result, data["probes"])
        return result


def _steps(result: Translation, steps: Any, to: Path, came_from: Path) -> Any:
    """Steps with the dialect's keys renamed, also those inside ``maybe``."""
    if not isinstance(steps, list):
        return steps
    return [_renamed(result, one, (*to, index), (*came_from, index)) for index, one in enumerate(steps)]


def _renamed(result: Translation, step: Any, to: Path, came_from: Path) -> Any:
    if not isinstance(step, Mapping):
        return step
    made: dict[str, Any] = {}
    for key, value in step.items():
        in_upload = "upload" in step or came_from[-1] == "upload"
        name = str(_RENAMED.get(key, key) if in_upload else key)
        if name != key:
            result.origins[*to, name] = (*came_from, key)
            if name in step:
                result.wrong((*came_from, key), f"write {key} or {name}, not both", key=True)
        if key == "maybe" and isinstance(value, Mapping) and "steps" in value:
            inside = _steps(result, value["steps"], (*to, key, "steps"), (*came_from, key, "steps"))
            value = dict(value) | {"steps": inside}
        elif key == "upload" and isinstance(value, Mapping):
            value = _renamed(result, value, (*to, key), (*came_from, key))
        made[name] = value
    return made


def _probes(result: Translation, probes: Any) -> None:
    if not isinstance(probes, list):
        text = "a list is wanted here, such as [slow_service: eligibility-svc latency_ms=800]"
        result.wrong(("probes",), f"{text}, found {found(probes)}")
        return
    written = result.data.get("faults", [])
    if not isinstance(written, list):
        return
    faults = list(written)
    for index, probe in enumerate(probes):
        fault = _fault(result, index, probe)
        if fault is not None:
            result.origins["faults", len(faults)] = ("probes", index)
            faults.append(fault)
    result.data["faults"] = faults


def _fault(result: Translation, index: int, probe: Any) -> dict[str, Any] | None:
    where: Path = ("probes", index)
    kinds = [key for key in probe if key in _FAULTS] if isinstance(probe, Mapping) else []
    if not isinstance(probe, Mapping) or not probe:
        text = "in a flight plan a probe is a fault, such as slow_service: eligibility-svc latency_ms=800"
        result.wrong(where, f"{text}; found {found(probe)}")
        return None
    if len(kinds) != 1:
        wrong = next((key for key in probe if key not in (*_FAULTS, *_BESIDE)), next(iter(probe)))
        text = f"unknown fault '{wrong}'.{did_you_mean(wrong, list(_FAULTS))}" if not kinds else "one fault per item"
        result.wrong((*where, wrong), text, key=True)
        return None
    kind = kinds[0]
    fault: dict[str, Any] = {"fault": _FAULTS[kind]}
    for key, value in probe.items():
        if key == kind:
            fault |= _settings(result, (*where, key), value)
        elif key in _BESIDE:
            fault[key] = value
        else:
            result.wrong((*where, key), f"unknown key '{key}'.{did_you_mean(key, [kind, *_BESIDE])}", key=True)
    return fault


def _settings(result: Translation, where: Path, value: Any) -> dict[str, Any]:
    """``eligibility-svc latency_ms=800 at=2m`` or the same as a mapping with ``service``."""
    if isinstance(value, Mapping):
        return dict(value)
    words = value.split() if isinstance(value, str) else []
    if not words or "=" in words[0]:
        text = "a service and its settings are wanted here, such as eligibility-svc latency_ms=800"
        result.wrong(where, f"{text}, found {found(value)}")
        return {"service": "unknown"}
    settings: dict[str, Any] = {"service": words[0]}
    for word in words[1:]:
        key, sign, setting = word.partition("=")
        if not sign or not setting or key not in _BESIDE:
            result.wrong(where, f"unknown setting '{word}'.{did_you_mean(key, list(_BESIDE))} Write latency_ms=800")
        elif key in settings:
            result.wrong(where, f"'{key}' is here twice")
        else:
            settings[key] = scalar(setting)
    return settings
