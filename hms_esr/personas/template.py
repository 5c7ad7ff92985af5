"""Owns what a persona template is: the frozen model of ``personas/*.yaml``, checked whole when it is made.

Knows nothing of files, seeds or the people made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from statistics import NormalDist
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hms_esr.personas.declared import Declared, account_fields, declared_fields, written
from hms_esr.personas.defaults import USES
from hms_esr.personas.locales import check_locale
from hms_esr.schema.types import Count, Duration, Frozen, Number, Text, as_text
from hms_esr.units import share

_NORMAL = NormalDist()


def lognormal_s(median_s: float, spread: float, at: float) -> float:
    """Seconds for ``at`` in [0, 1): the median at 0.5. To the millisecond, so that machines agree."""
    if not spread:
        return median_s
    inside = min(max(at, 1e-9), 1 - 1e-9)
    return round(median_s * exp(spread * _NORMAL.inv_cdf(inside)), 3)


def _as_share(value: Any) -> Any:
    text = as_text(value)
    if isinstance(value, bool) or not isinstance(text, str):
        raise ValueError(f"a share such as 10% or 0.1 is wanted here, found {value!r}")
    return share(text)


Share = Annotated[float, BeforeValidator(_as_share)]
"""0 to 1; files may write 10%."""


class Spread(Frozen):
    """A time that differs from person to person: log-normal, with its median and the deviation of its logarithm."""

    median_s: Duration = Field(alias="median")
    spread: Number = Field(0.5, ge=0, le=3)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return value if isinstance(value, (Mapping, cls)) else {"median": value, "spread": 0}

    def at_s(self, at: float) -> float:
        """Seconds for ``at`` in [0, 1); see :func:`lognormal_s`."""
        return lognormal_s(self.median_s, self.spread, at)


class Rage(Frozen):
    """What somebody does who meets an error: with ``probability``, up to ``refreshes`` refreshes, ``pause_s`` apart."""

    probability: Share = 0.5
    refreshes: Count = Field(3, ge=0, le=100)
    pause_s: Duration = Field(2.0, alias="pause")


def _as_pace(value: Any) -> Any:
    return {"median": "0", "spread": 0} if value == "none" else value


def _as_texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _declared(value: Any, info: ValidationInfo) -> dict[str, Declared]:
    return declared_fields(value, info.data.get("locale", "en_US"))


class PersonaTemplate(Frozen):
    """Who comes: a role, the fields its people have, and how they behave. Made with ``model_validate(mapping)``."""

    role: Annotated[Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    description: Text = ""
    locale: Text = "en_US"
    declared: Annotated[Mapping[str, Declared], PlainValidator(_declared), PlainSerializer(written)] = Field(
        default_factory=dict, alias="fields"
    )
    """Fields of its own by name; those of :data:`hms_esr.personas.defaults.USES` exist for everybody."""
    pace: Annotated[Spread | None, BeforeValidator(_as_pace)] = None
    """Simulated pause before each step; None leaves it to the journey, ``none`` in a file is no pause at all."""
    patience: Spread | None = None
    """Real time a person waits for an answer before giving up; None waits as long as the scenario's timeout."""
    rage: Rage | None = None
    skips: Mapping[Text, Share] = {}
    """Verb or name of a step → share of people who forget it."""
    user_agents: Annotated[tuple[Text, ...], BeforeValidator(_as_texts)] = ()
    accept_language: Text = ""
    account: bool | Mapping[Literal["email", "username", "password"], Text] = False
    """Whether these people have an account; ``{email: "{work}"}`` says what their e-mail, and so the account's, is."""

    @property
    def field_names(self) -> list[str]:
        """Every field these people have, in the order they are shown; made without Faker."""
        return [*USES, *(name for name in self.declared if name not in USES)]

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, value: str) -> str:
        check_locale(value)
        return value

    @field_validator("user_agents", "accept_language")
    @classmethod
    def _fits_a_header(cls, value: Any) -> Any:
        for text in [value] if isinstance(value, str) else value:
            if not (text.isascii() and (text.isprintable())):
                raise ValueError(f"{text!r} cannot be sent as a header; write printable ASCII on one line")
        return value

    @field_validator("account")
    @classmethod
    def _account_of_known_fields(cls, value: Any, info: ValidationInfo) -> Any:
        account_fields(value, info.data.get("declared", {}))
        return value
