"""Owns what goes over the wire: the options of a run, and the shapes of answers.

Knows nothing of how answers come about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hms_esr.errors import BadInput, Problem
from hms_esr.scenario.problems import mistakes_of
from hms_esr.scenario.source_locations import Document
from hms_esr.units import duration_s, share

State = Literal["QUEUED", "RUNNING", "PAUSED", "FINISHED"]


def _text(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _duration(text: str) -> str:
    duration_s(text)
    return text


def _share(text: str) -> str:
    share(text)
    return text


Duration = Annotated[str, BeforeValidator(_text), AfterValidator(_duration)]
Share = Annotated[str, BeforeValidator(_text), AfterValidator(_share)]


class RunOptions(BaseModel):
    """Options of a run, as those of ``hms-esr run``; what is left out is the scenario's or the usual."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    env: Annotated[str, Field(max_length=200)] | None = Field(None, description="Which of the scenario's targets.")
    seed: int | None = Field(None, ge=0, le=2**62 - 1, description="Same seed, same people.")
    scale: float | None = Field(None, ge=0.000_001, le=100_000_000, description="Times as many.")
    warp: float | None = Field(None, ge=0.001, le=100_000, description="Simulated seconds per real second.")
    time_limit: Duration | None = Field(None, description="Stop after this real time, such as 10m.")
    workers: int | None = Field(None, ge=0, le=32, description="Spread over so many processes.")
    only: int | None = Field(None, ge=0, le=2**62, description="This person alone.")
    strict: bool | None = Field(None, description="Warnings fail.")
    max_dropped: Share | None = Field(None, description="Most people dropped or lost, such as 1%.")
    max_late: Share | None = Field(None, description="Most people over 100 ms late, such as 1%.")
    contact: Annotated[str, Field(max_length=200, pattern=r"^[\x20-\x7e]*$")] | None = Field(
        None, description="Told to the target."
    )
    var: (
        dict[Annotated[str, Field(max_length=200, pattern=r"^[^=]+$")], Annotated[str, BeforeValidator(_text)]] | None
    ) = Field(None, description="Values for vars.")

    def given(self) -> dict[str, Any]:
        """Those that were given, by name."""
        return self.model_dump(exclude_none=True)


def read_options(document: Document, beside: Mapping[str, Any], query: Mapping[str, str]) -> RunOptions:
    """Options that stood beside a scenario, and those of the address, which win. BadInput with every mistake."""
    try:
        return RunOptions.model_validate({**beside, **query})
    except ValidationError as error:
        problems = []
        for one in mistakes_of(error):
            name = str(one.path[0]) if one.path else ""
            if name in query:
                problems.append(Problem(f"?{name}=", 0, 0, one.text))
            else:
                problems.append(document.problem(("options", *one.path), one.text, key=one.key))
        raise BadInput(problems) from None


class Accepted(BaseModel):
    """A run that was taken on."""

    run_id: str
    state: State
    place: int = Field(description="Place in the queue, 0 when it does not wait.")
    dashboard_url: str
    summary_url: str


class Steered(BaseModel):
    """What became of a wish to pause, resume or stop; ``done`` false: asked, and still under way."""

    run_id: str
    state: State
    asked: str
    done: bool


class Summary(BaseModel):
    """A run: while it goes on what is known of it, afterwards everything in its ``summary.json``."""

    model_config = ConfigDict(extra="allow")

    run_id: str
    scenario: str
    state: State
    verdict: Literal["PASS", "FAIL", "INVALID", "INTERRUPTED"] | None
    reason: str
    exit_code: int | None
    place: int
    target: str | None
    target_requested: str | None
    sim: Literal[True]
    dashboard_url: str


class RunLine(BaseModel):
    """A run in the list."""

    run_id: str
    scenario: str
    state: State
    verdict: Literal["PASS", "FAIL", "INVALID", "INTERRUPTED"] | None
    place: int
    started_at: str | None
    real_s: float | None
    people: int | None
    sim: Literal[True] = True
    dashboard_url: str


class Runs(BaseModel):
    """Runs, the last first. ``total`` counts those left out by ``limit`` too."""

    runs: list[RunLine]
    total: int


class ProblemShape(BaseModel):
    """A mistake and its place; line and column count from 1, 0 where there is no line."""

    source: str
    line: int
    column: int
    text: str


class Refusal(BaseModel):
    """Why something was not done."""

    error: str
    problems: list[ProblemShape] = []
