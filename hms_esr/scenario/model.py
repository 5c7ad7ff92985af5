"""Owns the canonical scenario: who comes, what they do, how many, when, what breaks, what must hold.

Knows nothing of dialects, files or engines; an object of these classes is always complete and possible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from hms_esr.expressions.expression import parse as parse_expression
from hms_esr.faults import FAULTS, Fault
from hms_esr.profiles import PROFILES, Profile
from hms_esr.schema.tagged_union import key_of, mistake
from hms_esr.schema.types import Count, Duration, Frozen, Moment, Number, Text
from hms_esr.schema.validation_errors import found
from hms_esr.steps.parse import AnyStep
from hms_esr.units import duration_text

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError(
            f"{value!r} is not a name; letters, digits, '-', '_' and '.' are allowed, a letter or digit first"
        )
    return value


Name = Annotated[Text, AfterValidator(_name)]


class Target(Frozen):
    """A system under test: its address, and other hosts its pages may lead to."""

    url: Text
    also: tuple[Text, ...] = ()


class Http(Frozen):
    """How people speak HTTP. ``connections`` per_person is what real people do.

    PEM files: ``ca`` authorities trusted beside the system's, ``cert`` shown to the target, ``key`` its private key.
    """

    headers: dict[str, Text] = {}
    timeout_s: Duration = Field(30.0, alias="timeout", gt=0)
    connections: Literal["per_person", "reused"] = "per_person"
    basic: Text | None = None
    ca: Text | None = None
    cert: Text | None = None
    key: Text | None = None


class DataSet(Frozen):
    """Rows from a file, one per person: ``unique`` never twice, ``in_order`` round and round, ``random`` any."""

    file: Text
    pick: Literal["unique", "in_order", "random"] = "in_order"


class Clock(Frozen):
    """Simulated time: where it starts, how much faster than real time it runs, and how fast while cases settle."""

    start: Moment = datetime(2026, 3, 2)
    warp: Number = Field(1.0, ge=0.001, le=100_000)
    settle_warp: Number = Field(3600.0, gt=0, le=1_000_000)


def _load(value: Any) -> Profile:
    if not isinstance(value, Mapping):
        return value if isinstance(value, Profile) else _refuse_load(value)
    return PROFILES.get(key_of(PROFILES, value, ("between", "over", "ramp_up"))).model_validate(
        value, by_alias=True, by_name=False
    )


def _refuse_load(value: Any) -> Profile:
    raise mistake(f"a load is one of {', '.join(PROFILES.names())} with its value, found {found(value)}", (), value)


def _dump(value: Frozen) -> dict[str, Any]:
    return value.model_dump(by_alias=True, exclude_defaults=True)


Load = Annotated[Profile, PlainValidator(_load), PlainSerializer(_dump), WithJsonSchema({"x-kind": "load"})]


class Pace(Frozen):
    """Pause before each step, simulated: log-normal around ``median``, ``spread`` is the sigma of its logarithm."""

    median_s: Duration = Field(alias="median")
    spread: Number = Field(0.5, ge=0, le=3)


def _pace(value: Any) -> Any:
    return Pace(median_s="0", spread=0) if value == "none" else value


def _write_pace(value: Pace | None) -> Any:
    if value is None:
        return None
    return "none" if value.median_s == 0 else _dump(value)


def _personas(value: Any) -> Any:
    return {value: 1} if isinstance(value, str) else value


class Journey(Frozen):
    """What one kind of visit is made of. Without steps: the curious citizen."""

    name: Name = "journey"
    weight: Number = Field(1.0, gt=0)
    load: Load | None = None
    persona: Annotated[dict[str, Number], BeforeValidator(_personas, json_schema_input_type=str | dict[str, float])] = {
        "citizen": 1.0
    }
    pace: Annotated[
        Pace | None,
        BeforeValidator(_pace, json_schema_input_type=Literal["none"] | Pace | None),
        PlainSerializer(_write_pace),
    ] = None
    steps: tuple[AnyStep, ...] = ()

    @model_validator(mode="after")
    def _weights_can_be_drawn(self) -> Journey:
        if self.load is not None and "weight" in self.model_fields_set:
            raise ValueError("a journey has a weight in the common load or a load of its own, not both")
        if not self.persona or any(weight <= 0 for weight in self.persona.values()):
            raise ValueError("persona weights must be greater than 0")
        return self


def _fault(value: Any) -> Fault:
    if isinstance(value, Fault):
        return value
    if not isinstance(value, Mapping) or "fault" not in value:
        raise mistake("a fault is written {fault: latency, service: …, at: …, for: …}", (), value)
    try:
        cls = FAULTS.get(str(value["fault"]))
    except KeyError as error:
        raise mistake(error.args[0], ("fault",), value["fault"]) from None
    return cls.model_validate(value, by_alias=True, by_name=False)


AnyFault = Annotated[Fault, PlainValidator(_fault), PlainSerializer(_dump), WithJsonSchema({"x-kind": "fault"})]


def _expression(value: str) -> str:
    parse_expression(value)
    return value


class Check(Frozen):
    """A promise that must hold: ``check`` is a condition, or a metric when only ``warn`` has a limit."""

    check: Annotated[Text, AfterValidator(_expression)]
    warn: Text | None = None
    abort_after_s: Duration | None = Field(None, alias="abort_after")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"check": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_a_limit(self) -> Check:
        metric_only = not parse_expression(self.check).is_condition
        if metric_only and self.warn is None:
            raise ValueError(f"'{self.check}' is no condition; write a limit, such as '{self.check} < 2000'")
        if self.warn is not None:
            if not re.match(r"\s*(<=?|>=?|==|!=)", self.warn):
                raise ValueError(f"warn takes a comparison such as '< 1000', found {found(self.warn)}")
            parse_expression(self.warn_expression)
        return self

    @property
    def metric(self) -> str:
        """The left side of the condition as written: what is measured."""
        return parse_expression(self.check).measured

    @property
    def has_limit(self) -> bool:
        """Whether it can fail, not only warn."""
        return parse_expression(self.check).is_condition

    @property
    def warn_expression(self) -> str:
        """The warning as a whole condition; empty when there is none."""
        return f"{self.metric} {self.warn}" if self.warn else ""


def _write_check(value: Check) -> Any:
    return value.check if value.warn is None and value.abort_after_s is None else _dump(value)


class Cost(Frozen):
    """Prices, in the currency of the reader: per simulated hour of the run and per request. Gives ``cloud_cost``."""

    per_hour: Number = Field(0.0, ge=0)
    per_request: Number = Field(0.0, ge=0)


class Change(Frozen):
    """A setting of a service in a sandbox."""

    service: Text
    env: Text
    value: Text


class Scenario(Frozen):
    """A rehearsal, whole. Durations are simulated seconds but for ``http.timeout``, ``drain`` and ``abort_after``."""

    name: Name
    description: Text = ""
    tags: tuple[Text, ...] = ()
    seed: Count = Field(1, ge=0, lt=2**62)
    identity: Literal["per_run", "fixed"] = "per_run"
    targets: dict[str, Target] = {}
    http: Http = Http()
    vars: dict[str, Text] = {}
    data: dict[str, DataSet] = {}
    clock: Clock = Clock()
    duration_s: Duration | None = Field(None, alias="duration", gt=0)
    drain_s: Duration = Field(30.0, alias="drain", ge=0)
    max_people: Count | None = Field(None, ge=1)
    warm_up_s: Duration = Field(0.0, alias="warm_up", ge=0)
    load: Load | None = None
    spacing: Literal["poisson", "even"] = "poisson"
    before: tuple[AnyStep, ...] = ()
    after: tuple[AnyStep, ...] = ()
    journeys: tuple[Journey, ...] = (Journey(),)
    faults: tuple[AnyFault, ...] = ()
    checks: tuple[Annotated[Check, PlainSerializer(_write_check)], ...] = ()
    probes: tuple[Text, ...] = ()
    sensors: tuple[Text, ...] = ()
    cost: Cost | None = None
    changes: tuple[Change, ...] = ()
    box: Text | None = None

    @classmethod
    def key_names(cls) -> list[str]:
        """Names as files write them, the short form of ``targets`` too."""
        return [*super().key_names(), "target"]

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or "target" not in value:
            return value
        if "targets" in value:
            raise mistake("write target or targets, not both", ("target",))
        rest = {key: inner for key, inner in value.items() if key != "target"}
        target = value["target"]
        return rest | {"targets": {"default": target if isinstance(target, Mapping) else {"url": target}}}

    @model_validator(mode="after")
    def _possible(self) -> Scenario:
        own = [journey for journey in self.journeys if journey.load is not None]
        if not self.journeys:
            raise mistake("at least one journey is needed", ("journeys",))
        if self.load is not None and len(own) == len(self.journeys):
            raise mistake("each journey has a load of its own, so the common load has nobody to send", ("load",))
        if self.load is None and own and len(own) < len(self.journeys):
            raise mistake("give every journey a load, or a common load for those without", ("journeys",))
        if self.load is None and not own and not self.changes:
            raise ValueError("a load is missing: load: {people: 100, over: 5m} or {rate: …} or {concurrent: …}")
        names = [journey.name for journey in self.journeys]
        if len(set(names)) != len(names):
            raise mistake("each journey needs a name of its own", ("journeys",))
        too_long = [load.length_s for load in self.loads if self.duration_s and (load.length_s or 0) > self.duration_s]
        if too_long:
            raise ValueError(
                f"people are to come over {duration_text(too_long[0] or 0)}, which is longer than the duration of "
                f"{duration_text(self.duration_s or 0)}; make one of them fit the other"
            )
        if self.loads and self.length_s <= 0:
            text = "a duration is missing: how long people keep coming, such as duration: 10m"
            raise mistake(text, ("load",))
        return self

    @property
    def loads(self) -> tuple[Profile, ...]:
        """The common load, if any, then those of journeys."""
        own = tuple(journey.load for journey in self.journeys if journey.load is not None)
        return ((self.load,) if self.load is not None else ()) + own

    @property
    def drains_for_s(self) -> float:
        """Real seconds that people under way have at the end: ``drain``, but never less than an answer may take."""
        return max(self.drain_s, self.http.timeout_s)

    @property
    def length_s(self) -> float:
        """Simulated seconds during which people come: ``duration``, or what the loads say for themselves."""
        if self.duration_s is not None:
            return self.duration_s
        return max((load.length_s or 0.0 for load in self.loads), default=0.0)
