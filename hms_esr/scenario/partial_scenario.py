"""Owns what can still be read of a scenario when parts of it are wrong, so that one look finds every mistake.

Knows nothing of files or of what is checked in the parts that can be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from hms_esr.scenario.model import Scenario
from hms_esr.scenario.problems import mistakes_of
from hms_esr.scenario.source_locations import Mistake

_LOOKS = 3
"""Complaints about single values hide those about the whole; those in turn hide nothing."""
_AMOUNT = frozenset(["load", "duration", "journeys", "changes"])
"""Parts that say together how many people come: if one is wrong, a load of ours stands in."""
_STAND_IN = {"people": 1, "over": "1s"}


@dataclass(frozen=True, slots=True)
class PartialScenario:
    """A scenario without its wrong parts.

    ``scenario``: None when nothing can be made of it. ``mistakes``: of the model; none when the scenario is whole.
    ``wrong``: keys of the scenario with mistakes below them, ``"steps"`` for those in steps of a journey that can be
    read otherwise; ``"load"`` also when a load of ours stands in.
    ``checks``: number in the file of each check that is left.
    """

    scenario: Scenario | None
    mistakes: tuple[Mistake, ...]
    wrong: frozenset[str]
    checks: tuple[int, ...]


def partial_scenario(data: Mapping[str, Any]) -> PartialScenario:
    """What can be read of canonical ``data``."""
    mistakes: list[Mistake] = []
    for _ in range(_LOOKS):
        wrong = _wrong(mistakes)
        kept = _kept_checks(data, mistakes)
        try:
            left = _left(data, wrong, kept, {one.path[1] for one in mistakes if _in_steps(one)}) if mistakes else data
            scenario = Scenario.model_validate(left, by_alias=True, by_name=False)
        except ValidationError as error:
            mistakes += mistakes_of(error)
            continue
        return PartialScenario(scenario, tuple(mistakes), wrong, kept)
    return PartialScenario(None, tuple(mistakes), _wrong(mistakes), ())


def _wrong(mistakes: Iterable[Mistake]) -> frozenset[str]:
    parts = {"steps" if _in_steps(one) else str(one.path[0]) if one.path else "load" for one in mistakes}
    return frozenset(parts | {"load"}) if parts & _AMOUNT else frozenset(parts)


def _in_steps(mistake: Mistake) -> bool:
    return mistake.path[:1] == ("journeys",) and mistake.path[2:3] == ("steps",)


def _kept_checks(data: Mapping[str, Any], mistakes: Iterable[Mistake]) -> tuple[int, ...]:
    checks = data.get("checks")
    lost = {one.path[1] if len(one.path) > 1 else -1 for one in mistakes if one.path[:1] == ("checks",)}
    if not isinstance(checks, list) or -1 in lost:
        return ()
    return tuple(number for number in range(len(checks)) if number not in lost)


def _left(
    data: Mapping[str, Any], wrong: Collection[str], checks: tuple[int, ...], without_steps: Collection[str | int]
) -> dict[str, Any]:
    left = {key: value for key, value in data.items() if key not in wrong}
    if checks:
        left["checks"] = [data["checks"][number] for number in checks]
    left.setdefault("name", "unnamed")
    if "targets" in wrong:
        left.pop("target", None)
    if "journeys" in left:
        left["journeys"] = [
            {key: inner for key, inner in one.items() if key != "steps"} if number in without_steps else one
            for number, one in enumerate(left["journeys"])
        ]
    if "load" in wrong:
        left = {key: value for key, value in left.items() if key not in ("load", "duration", "warm_up")}
        left["load"] = _STAND_IN
        if "journeys" in left:
            left["journeys"] = [{key: one[key] for key in one if key != "load"} for one in left["journeys"]]
    return left
