"""Owns the making of a run out of what was sent: scenario, options and target, all checked before anything is kept.

Starts nothing; takes no clock and no chance but the run's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hms_esr.control.settings import Settings, secrets_given
from hms_esr.control.shapes import RunOptions, read_options
from hms_esr.control.targets import check_targets, places_of
from hms_esr.execution.plan import Options, make_plan, new_run_id
from hms_esr.library.loading import LoadedScenario
from hms_esr.library.posted import check_sent, read_sent
from hms_esr.scenario.hosts import HostPort
from hms_esr.units import duration_s

NOWHERE = "http://127.0.0.1:1"


@dataclass(frozen=True, slots=True)
class RunBody:
    """A run that can be carried out. ``target`` is empty when the embedded city is started for it."""

    run_id: str
    scenario: str
    target: str
    target_requested: str
    options: dict[str, Any]


def read_run_body(raw: bytes, query: Mapping[str, str], settings: Settings, own: HostPort | None) -> RunBody:
    """What is wanted by a body and the address's query.

    Raises BadInput with every mistake's place, TargetRefused for a target this server may not load.
    """
    sent = read_sent(raw, "scenario")
    wish = query.get("target", "").strip() or sent.target
    options = read_options(sent.document, sent.options, {key: one for key, one in query.items() if key != "target"})
    loaded = check_sent(sent, options.var)
    places = places_of(loaded.scenario, wish, options.env)
    target, requested = wish, wish
    if settings.answers:
        requested = next((text for what, text in places if what.startswith("target")), "")
        places = [place for place in places if place[0] == "sensors"]
        target = settings.answers
    check_targets(places, settings.allowed(), own)
    _check_plan(loaded, options, target, settings)
    return RunBody(new_run_id(loaded.scenario.name), loaded.scenario.name, target, requested, options.given())


def _check_plan(loaded: LoadedScenario, options: RunOptions, target: str, settings: Settings) -> None:
    """BadInput when the run is not possible; the same look the run itself takes before it starts."""
    make_plan(
        loaded,
        Options(
            target=target or None,
            env=options.env,
            seed=options.seed,
            scale=options.scale or 1.0,
            warp=options.warp,
            time_limit_s=duration_s(options.time_limit) if options.time_limit else None,
            only=options.only,
            variables=options.var or {},
            secrets=secrets_given(),
            may_load=settings.allow,
            strict=bool(options.strict),
        ),
        city_url=NOWHERE,
    )
