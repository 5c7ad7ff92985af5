"""Owns the people made from a template: person k is a pure function of (template, seed, k), whoever asks in what order.

Knows nothing of scenarios, files or clocks. Under ``per_run`` ids, e-mails and user names also follow the run's id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import blake2b
from struct import Struct
from typing import Any, Literal

from hms_esr.personas import defaults
from hms_esr.personas.declared import account_fields
from hms_esr.personas.defaults import Maker, Values
from hms_esr.personas.fields import Field
from hms_esr.personas.safe import make_uuid
from hms_esr.personas.template import PersonaTemplate, Rage, Spread
from hms_esr.registry import did_you_mean
from hms_esr.seeded import draw

Identity = Literal["fixed", "per_run"]
REFERENCE_DAY = date(2026, 1, 1)
"""The day on which ages are counted when a scenario's clock names no other."""

USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
)
_NUMBERS = Struct("<16I")
_INPUT = Struct("<3q")
_MASK_48 = (1 << 48) - 1
_ODD = 0x5DEECE66D1F3


class Fields(Mapping[str, str]):
    """A person's fields by name; each is made when first read. KeyError with a suggestion for a name nobody has."""

    __slots__ = ("_values",)

    def __init__(self, values: Values) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        try:
            return self._values[name]
        except KeyError:
            if name in self._values.makers:
                raise
            raise KeyError(f"unknown field '{name}'.{did_you_mean(name, list(self._values.makers))}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values.makers)

    def __len__(self) -> int:
        return len(self._values.makers)

    def __contains__(self, name: object) -> bool:
        return name in self._values.makers


@dataclass(frozen=True, slots=True)
class Account:
    """What a person logs in with."""

    email: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Person:
    """Person ``person_no`` of a template. What is drawn (patience, browser) is the same each time it is read."""

    person_no: int
    fields: Fields
    maker: PeopleMaker

    @property
    def role(self) -> str:
        """The template's role."""
        return self.maker.template.role

    def typed(self, name: str) -> Any:
        """A field with its type: numbers of a ``range`` are numbers, all else is text. KeyError as ``fields``."""
        value = self.fields[name]
        declared = self.maker.template.declared.get(name)
        typed = getattr(declared.field, "typed", None) if declared is not None else None
        return value if typed is None else typed(value)

    @property
    def pace(self) -> Spread | None:
        """The pause between steps: ``pace.at_s(uniform)`` simulated seconds each. None leaves it to the journey."""
        return self.maker.template.pace

    @property
    def rage(self) -> Rage | None:
        """What this person does at an error."""
        return self.maker.template.rage

    @property
    def skips(self) -> Mapping[str, float]:
        """Verb or name of a step → share of people who forget it."""
        return self.maker.template.skips

    @property
    def patience_s(self) -> float | None:
        """Real seconds this person waits for an answer; None is as long as the scenario's timeout."""
        patience = self.maker.template.patience
        if patience is None:
            return None
        return patience.at_s((draw(self.maker.seed, "patience", self.maker.salt, self.person_no) >> 11) / (1 << 53))

    @property
    def user_agent(self) -> str:
        """The browser this person says to have."""
        agents = self.maker.template.user_agents or USER_AGENTS
        return agents[draw(self.maker.seed, "browser", self.maker.salt, self.person_no) * len(agents) >> 64]

    @property
    def accept_language(self) -> str:
        """Value of the ``Accept-Language`` header: the template's, else made from its locale."""
        return self.maker.accept_language

    @property
    def account(self) -> Account | None:
        """The account, for people who have one."""
        if not self.maker.template.account:
            return None
        return Account(self.fields["email"], self.fields["username"], self.fields["password"])


class PeopleMaker:
    """Makes the people of one template for one seed.

    ``run_id`` counts under ``per_run`` only; ``today`` is the day ages are counted on.
    """

    def __init__(
        self,
        template: PersonaTemplate,
        seed: int,
        identity: Identity = "per_run",
        run_id: str = "",
        today: date = REFERENCE_DAY,
    ) -> None:
        self.template = template
        self.seed = seed
        self.salt = _salt(template.role)
        self.run_salt = _salt(f"{template.role} in run {run_id}" if identity == "per_run" else template.role)
        self.accept_language = template.accept_language or _accept_language(template.locale)
        made: dict[str, Maker] = {"id": self._id} | defaults.makers(template.locale, today, template.declared)
        declared_here = {**template.declared, **account_fields(template.account, template.declared)}
        for name, declared in declared_here.items():
            made[name] = self._declared(name, declared.field)
        self._makers: dict[str, Maker] = {name: made[name] for name in template.field_names}
        self._key = b"person"
        self._id_start = draw(seed, "id", self.run_salt) & _MASK_48
        self._id_mask = draw(seed, "id mask", self.run_salt)

    def person(self, person_no: int) -> Person:
        """Person ``person_no`` (0, 1, 2 …)."""
        digest = blake2b(_INPUT.pack(self.seed, self.salt, person_no), digest_size=64, key=self._key).digest()
        return Person(person_no, Fields(Values(person_no, _NUMBERS.unpack(digest), self._makers)), self)

    def _id(self, person: Values) -> str:
        """Unique within a run: the last group is a one-to-one image of k."""
        tail = person.person_no * _ODD + self._id_start & _MASK_48
        return make_uuid(tail, (person.numbers[13] << 32 | person.numbers[14]) ^ self._id_mask)

    def _declared(self, name: str, field: Field) -> Maker:
        salt = _salt(f"{self.run_salt if getattr(field, 'of_run', False) else self.salt} {name}")
        seed, make = self.seed, field.make
        return lambda person: make(partial(draw, seed, "persona field", salt, person.person_no), person)


def _salt(text: str) -> int:
    """56 bits that stand for a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "little")


def _accept_language(locale: str) -> str:
    language = locale.partition("_")[0]
    own = f"{locale.replace('_', '-')},{language};q=0.9" if "_" in locale else language
    return own if language == "en" else f"{own},en;q=0.5"
