"""Owns the plan of a run: every option resolved once, typed, and found possible before anything is started.

Knows nothing of command lines or of how a run is carried out.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import secrets as chance
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from hms_esr.compiled import how
from hms_esr.engine.cluster.join_info import JoinInfo
from hms_esr.errors import BadInput, Problem
from hms_esr.http.setup_request import trust_of
from hms_esr.library import LoadedScenario
from hms_esr.library.folders import shown
from hms_esr.library.unique_rows import too_few_rows
from hms_esr.library.uploads import found_uploads, no_file
from hms_esr.record import Manifest
from hms_esr.registry import did_you_mean
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.target_caps import TargetCaps, people_at_once
from hms_esr.scenario.templates import references
from hms_esr.schedule.arrivals import ArrivalSchedule
from hms_esr.schedule.assignment import Assignment
from hms_esr.verdicts.judgement import Limits

SETUP_ROLE = "citizen"
MOST_PEOPLE = 100_000_000
MOST_AT_ONCE = 1_000_000
PACKAGES = ("hms-esr", "locust", "gevent", "faker", "pydantic", "httptools", "selectolax")


@dataclass(frozen=True)
class Options:
    """What a person asked for beside the scenario. Times in seconds; None leaves it to the scenario."""

    target: str | None = None
    env: str | None = None
    seed: int | None = None
    scale: float = 1.0
    warp: float | None = None
    time_limit_s: float | None = None
    out: Path = Path("results")
    only: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    may_load: tuple[str, ...] = ()
    strict: bool = False
    insecure: bool = False
    limits: Limits = field(default_factory=Limits)
    contact: str = ""
    max_people: int = 20_000
    workers: int = 0
    """Worker processes; 0 or 1: everything in this one."""
    invitation: JoinInfo | None = None
    """For workers that come by themselves."""


@dataclass(frozen=True)
class RunPlan:
    """A run that can be carried out. ``named`` are the places the scenario or a person named as targets."""

    loaded: LoadedScenario
    scenario: Scenario
    options: Options
    run_id: str
    seed: int
    target: str
    target_requested: str
    named: tuple[str, ...]
    files: Mapping[str, bytes]
    missing: tuple[str, ...] = ()
    """Files to upload that are not there, so that they are made up."""

    @property
    def folder(self) -> Path:
        """Where this run's record and reports are."""
        return self.options.out / self.run_id

    @property
    def warp(self) -> float:
        """Simulated seconds per real second."""
        return self.scenario.clock.warp

    def schedule(self) -> ArrivalSchedule:
        """Everybody who is planned."""
        return ArrivalSchedule(self.scenario, seed=self.seed, warp=self.warp, scale=self.options.scale)

    def assignment(self, variables: Mapping[str, str], target: str, caps: TargetCaps | None = None) -> Assignment:
        """The share of one worker that does everything; ``caps`` hold off loopback."""
        options = self.options
        wanted = min(self.scenario.max_people or options.max_people, options.max_people)
        return Assignment(
            run_id=self.run_id,
            scenario=self.scenario,
            seed=self.seed,
            warp=self.warp,
            target=target,
            templates=self.loaded.personas,
            scale=options.scale,
            identity=self.scenario.identity,
            variables=dict(variables),
            secrets=options.secrets,
            data=self.loaded.data,
            files={**self.files, **trust_of(self.scenario.http).files},
            only=options.only,
            max_people=people_at_once(wanted, caps),
            people_per_s=caps.people_per_s if caps is not None else None,
            contact=options.contact,
            insecure=options.insecure,
        )


def make_plan(loaded: LoadedScenario, options: Options, *, city_url: str = "", run_id: str = "") -> RunPlan:
    """Resolve target, seed, warp and files; BadInput with every reason why the run is not possible."""
    scenario = loaded.scenario
    if options.warp is not None:
        clock = scenario.clock.model_copy(update={"warp": options.warp})
        scenario = scenario.model_copy(update={"clock": clock})
    target, requested = choose_target(scenario, options, city_url)
    seed = scenario.seed if options.seed is None else options.seed
    _not_too_many(scenario, options)
    problems = [*_missing_secrets(scenario, options), *_too_few_rows(loaded, scenario, seed, options)]
    files, missing = found_uploads(loaded)
    if options.strict:
        problems += [_problem(f"--strict: {no_file(name)}") for name in missing]
    if options.only is not None:
        problems += _nobody(scenario, seed, options)
    if problems:
        raise BadInput(problems)
    named = tuple(dict.fromkeys([target, *(_with_scheme(place) for place in _also(scenario, options))]))
    return RunPlan(
        loaded,
        scenario,
        options,
        run_id or new_run_id(scenario.name),
        seed,
        target,
        requested,
        named,
        files,
        missing,
    )


def choose_target(scenario: Scenario, options: Options, city_url: str = "") -> tuple[str, str]:
    """(address with scheme, as it was asked for): ``--target``, else ``--env``, else the scenario's, else the city."""
    if options.target:
        return _with_scheme(options.target), options.target
    if options.env:
        known = list(scenario.targets)
        if options.env not in scenario.targets:
            raise BadInput([_problem(f"--env {options.env}: unknown target.{did_you_mean(options.env, known)}")])
        url = scenario.targets[options.env].url
        return _with_scheme(url), url
    if scenario.targets:
        first = scenario.targets.get("default") or next(iter(scenario.targets.values()))
        return _with_scheme(first.url), first.url
    return city_url, ""


def _not_too_many(scenario: Scenario, options: Options) -> None:
    """BadInput when scale makes the plan larger than anything this can carry out."""
    schedule = ArrivalSchedule(scenario, seed=0, warp=scenario.clock.warp, scale=options.scale)
    burst = sum(curve.burst for curve in schedule.curve())
    for people, most, what in ((schedule.total, MOST_PEOPLE, "people"), (burst, MOST_AT_ONCE, "people at one moment")):
        if people > most:
            raise BadInput(
                [_problem(f"--scale {options.scale:g} plans {people:,.0f} {what}; at most {most:,} are allowed")]
            )


def _also(scenario: Scenario, options: Options) -> tuple[str, ...]:
    """Other hosts the chosen target's pages may lead to; those of other environments are not this run's."""
    if not scenario.targets:
        return ()
    usual = "default" if "default" in scenario.targets else next(iter(scenario.targets))
    return scenario.targets[options.env or usual].also


def needs_city(scenario: Scenario, options: Options) -> bool:
    """Whether nobody named a target, so that the embedded city is started for the run."""
    return not (options.target or options.env or scenario.targets)


def _with_scheme(text: str) -> str:
    return text if "://" in text else f"http://{text}"


def new_run_id(name: str) -> str:
    """``20261120-105959-tuition-3fa9``: sorts by time, safe in paths, headers and URLs."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{re.sub(r'[^A-Za-z0-9_.-]', '-', name)[:48]}-{chance.token_hex(2)}"


def _problem(text: str) -> Problem:
    return Problem("", 0, 0, text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)


def _missing_secrets(scenario: Scenario, options: Options) -> list[Problem]:
    wanted: dict[str, None] = {}
    for text in _texts(scenario.model_dump(by_alias=True)):
        if "{{" in text and "secret." in text:
            wanted |= dict.fromkeys(ref.name for ref in references(text) if ref.kind == "secret")
    return [
        _problem(f"the secret '{name}' is missing; give it in --secret-file or as ESR_SECRET_{name}")
        for name in wanted
        if name not in options.secrets
    ]


def _too_few_rows(loaded: LoadedScenario, scenario: Scenario, seed: int, options: Options) -> list[Problem]:
    schedule = ArrivalSchedule(scenario, seed=seed, warp=scenario.clock.warp, scale=options.scale)
    return [_problem(text) for _, text in too_few_rows(scenario, loaded.data, schedule)]


def _nobody(scenario: Scenario, seed: int, options: Options) -> list[Problem]:
    try:
        ArrivalSchedule(scenario, seed=seed, warp=scenario.clock.warp, scale=options.scale).arrival(options.only or 0)
    except IndexError as error:
        return [_problem(f"--only {options.only}: {error}")]
    return []


def versions() -> dict[str, str]:
    """Versions of what took part."""
    found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    found["engine"] = how()
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def source_of(loaded: LoadedScenario) -> tuple[str, str]:
    """(name, text) of the scenario as it was read: its file, or the canonical form of one made in Python."""
    if loaded.path is not None:
        return shown(loaded.path), loaded.path.read_text(encoding="utf-8", errors="replace")
    return loaded.stem, json.dumps(
        loaded.scenario.model_dump(by_alias=True, exclude_defaults=True, mode="json"), indent=1
    )


def manifest_of(plan: RunPlan, command: str, target: str) -> Manifest:
    """What is written down before anybody starts. Secrets are not in it."""
    options = plan.options
    limits = options.limits
    name, text = source_of(plan.loaded)
    hashes = {name: hashlib.sha256(text.encode()).hexdigest()}
    hashes |= {name: hashlib.sha256(content).hexdigest() for name, content in plan.files.items()}
    return Manifest(
        run_id=plan.run_id,
        scenario=plan.scenario.model_dump(by_alias=True, exclude_defaults=True, mode="json"),
        source=name,
        source_text=text,
        stem=plan.loaded.stem,
        seed=plan.seed,
        target=target,
        target_requested=plan.target_requested or target,
        started_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        options={
            "scale": options.scale,
            "warp": plan.warp,
            "time_limit_s": options.time_limit_s,
            "only": options.only,
            "vars": dict(options.variables),
            "strict": options.strict,
            "insecure": options.insecure,
            "workers": options.workers,
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "max_people": options.max_people,
            "limits": {name: getattr(limits, name) for name in limits.__slots__},
        },
        versions=versions(),
        files=hashes,
        command=command,
    )
