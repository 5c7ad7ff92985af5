"""Owns the files a person attaches to required inputs that no ``upload`` filled; what was forgotten stays empty.

Knows nothing of how they are sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from hms_esr.engine.user.context import WorkerContext
from hms_esr.html.form import HtmlField, HtmlForm
from hms_esr.html.generated_files import fitting_name
from hms_esr.schedule.arrivals import Arrival
from hms_esr.schedule.assignment import Cast
from hms_esr.schedule.journey_steps import NamedStep
from hms_esr.seeded import draw
from hms_esr.steps.step import Upload
from hms_esr.steps.upload import AttachFile


class _Sender(Protocol):
    """Whose form it is: an :class:`Actor`, as far as files look at one."""

    context: WorkerContext
    cast: Cast
    arrival: Arrival
    person_no: int
    at: int
    steps: tuple[NamedStep, ...]
    uploads: dict[str, Upload | tuple[Upload, ...]]


def attach_required(person: _Sender, form: HtmlForm) -> None:
    """Make up a file for each empty required file input, unless an ``upload`` meant for it was skipped."""
    inputs = form.files
    if not inputs:
        return
    alone = len({field.name for field in inputs}) == 1
    empty = [field for field in inputs if field.required and not _meant(field, person.uploads, alone)]
    if not empty:
        return
    skipped = _skipped(person)
    seed = person.context.assignment.seed
    for field in empty:
        if not _meant(field, skipped, alone):
            name = fitting_name(field.name, field.accept)
            number = draw(seed, f"file {name}", person.person_no, person.at, 0)
            person.uploads[field.name] = person.context.file(name, None, number)


def _meant(field: HtmlField, names: Iterable[str], alone: bool) -> bool:
    """Whether one of ``names`` means this input; no name means the only one."""
    return any(name == field.name or (field.called(name) if name else alone) for name in names)


def _skipped(person: _Sender) -> list[str]:
    """Fields of the uploads of the journey that this person does not do."""
    done = {named.number for named in person.steps}
    planned = person.cast.journeys[person.arrival.journey]
    return [one.step.field or "" for one in planned if isinstance(one.step, AttachFile) and one.number not in done]
