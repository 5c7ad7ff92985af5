"""Owns what a step is, and what a step may ask of the person who performs it.

Knows nothing of sockets, greenlets or HTML parsers: the engine hands in an :class:`StepActor`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self

from pydantic import AfterValidator, Field

from hms_esr.schema.regex import compile_linear
from hms_esr.schema.types import Frozen, JsonPath, Text
from hms_esr.schema.validation_errors import found

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _linear(value: str) -> str:
    try:
        compile_linear(value)
    except ValueError as error:
        raise ValueError(f"the regular expression {value!r} cannot be used: {error}") from None
    return value


def _header_name(value: str) -> str:
    if not _HEADER_NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not the name of a header, such as ETag")
    return value


class Extract(Frozen):
    """Where a saved value is found in an answer: exactly one of the four; ``regex`` saves its first group."""

    css: Text | None = None
    regex: Annotated[Text, AfterValidator(_linear)] | None = None
    header: Annotated[Text, AfterValidator(_header_name)] | None = None
    json_path: JsonPath | None = Field(None, alias="json")

    def model_post_init(self, context: Any) -> None:
        """Refuse none or several."""
        if sum(value is not None for value in (self.css, self.regex, self.header, self.json_path)) != 1:
            raise ValueError("save takes exactly one of css, regex, header, json")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is sent: name, media type, bytes."""

    filename: str
    media_type: str
    content: bytes


class Answer(Protocol):
    """An HTTP answer as steps see it. Everything is lazy: nothing is decoded before it is asked for."""

    status: int
    url: str
    """Address after redirects, absolute."""
    sent_sim_s: float
    """Simulated seconds told to the target with the request."""

    @property
    def path(self) -> str:
        """Path after redirects, without query."""
        ...

    @property
    def text(self) -> str:
        """Body as text."""
        ...

    def header(self, name: str) -> str | None:
        """Value of a header, any case; None if absent."""
        ...

    def json(self) -> Any:
        """Body as JSON; StepFailed("expectation") if it is none."""
        ...


class FormField(Protocol):
    """One control of a form. ``kind`` is text, hidden, file, select, radio, checkbox, textarea, submit, …"""

    name: str
    kind: str
    value: str
    required: bool

    @property
    def locked(self) -> str:
        """``disabled`` or ``read-only`` when nobody can fill it, else empty."""
        ...


class Form(Protocol):
    """A form of the current page."""

    @property
    def fields(self) -> Sequence[FormField]:
        """Controls in page order."""
        ...

    @property
    def action(self) -> str:
        """Absolute address it is sent to."""
        ...


class StepActor(Protocol):
    """The person who performs a step: what the engine offers, and all that a step may use."""

    person_no: int
    fields: Mapping[str, str]
    """The persona's values, ``persona.x`` in templates."""
    vars: dict[str, Any]
    """Saved and given values, ``vars.x`` in templates."""
    filled: dict[str, str | tuple[str, ...]]
    """Values waiting for the next submit, by field name; several for fields of one name or a choice of several."""
    uploads: dict[str, Upload | tuple[Upload, ...]]
    """Files waiting for the next submit, by field name; key ``""`` means the only file field."""
    answer: Answer | None
    """The last answer."""

    def render(self, text: str) -> str:
        """``text`` with ``{{ … }}`` replaced."""
        ...

    def value(self, text: str) -> Any:
        """The same; a text that is exactly one ``{{ … }}`` is its value, with its type."""
        ...

    def address(self, text: str) -> str:
        """An address of the scenario: values in it percent-encoded, a path made absolute below the target's own."""
        ...

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        media_type: str = "",
        page: bool = True,
        referer: str = "",
    ) -> Answer:
        """Send one request (redirects followed), record it under the step, make it the current page if ``page``.

        ``address`` is absolute, or a path below the target's own, or relative to the current page; ``referer`` is the
        page whose link is followed, as far as its policy shows it.
        """
        ...

    def form(self, *, with_kind: str = "") -> Form | None:
        """The form looked at: the first, or the first with a control of a kind (``file``, ``password``, ``card``)."""
        ...

    def submit(self, form: Form | None, *, button: str = "") -> Answer:
        """Send ``form`` as a browser would, filled and completed; without one POST the filled values as JSON."""
        ...

    def find(self, text: str) -> tuple[Literal["link", "button"], str | Form] | None:
        """The link (its address) or button (its form) of the current page with that text, case and spaces ignored."""
        ...

    def clickable(self) -> Sequence[str]:
        """Texts of the buttons and links of the current page: what :meth:`find` would find."""
        ...

    def file(self, name: str, size_kb: float | None) -> Upload:
        """An existing file, or one made up by its ending and size, the same for the same person."""
        ...

    def pause(self, sim_s: float) -> None:
        """Wait that many simulated seconds."""
        ...

    def status_link(self) -> str | None:
        """Where the last answer says its outcome will be known: rel=status, Link header or status_url; None if none."""
        ...

    def wait_for(self, outcome: Outcome) -> None:
        """Stop here without socket or greenlet until ``outcome`` is known, then go on with the next step."""
        ...

    def uniform(self, kind: str) -> float:
        """A number in [0, 1) of this person at this step."""
        ...


def address_in(text: str, actor: StepActor) -> str:
    """An address of the scenario, with its templates filled in."""
    return actor.address(text) if "{{" in text else text


def filled_in(value: Any, actor: StepActor) -> Any:
    """A value of JSON with its templates filled in; a text that is exactly one template keeps its value's type."""
    if isinstance(value, str):
        return actor.value(value)
    if isinstance(value, Mapping):
        return {key: filled_in(inner, actor) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled_in(inner, actor) for inner in value]
    return value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person waits for: ``status`` behind ``url`` within ``within_s`` simulated seconds of ``since_sim_s``."""

    url: str
    status: str
    since_sim_s: float
    within_s: float
    every_s: float | None


class Step(Frozen):
    """One thing a person does. A subclass is one file in ``hms_esr/steps/`` and one line in its table.

    ``verb`` is the key it is written with. ``shorthand`` turns the value under that key into fields.
    ``perform`` does it, raising StepFailed when the target or the person fails.
    """

    verb: ClassVar[str] = ""
    sends: ClassVar[bool] = True
    """Whether a request usually goes out: such steps are counted and get the persona's pause before them."""

    name: Text | None = None
    save: dict[str, Extract] = {}

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """Fields meant by the value under the verb; a mapping is taken as fields, nothing as no fields."""
        if value is None:
            return {}
        if isinstance(value, Mapping):
            return value
        raise ValueError(f"{cls.verb} takes keys and values, such as {{key: value}}, found {found(value)}")

    def perform(self, actor: StepActor) -> None:
        """Do it."""
        raise TypeError(f"step class {type(self).__name__} has no perform")

    def sent_files(self) -> tuple[str, ...]:
        """Names of the files it sends, templates not yet filled in."""
        return ()

    def written(self) -> Any:
        """The value under the verb in canonical form."""
        return self.model_dump(by_alias=True, exclude_defaults=True, exclude={"name", "save"}) or None

    @classmethod
    def parse(cls, value: Any) -> Self:
        """A step of this class from the value under its verb."""
        return cls.model_validate(dict(cls.shorthand(value)))
