"""What a template may say, what it is refused with, and that it is written as it was read."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from hms_esr.personas.template import PersonaTemplate, Rage, Spread, lognormal_s
from tests.each import each

from .people import SHIPPED, maker, shipped, template

NAMES = sorted(file.stem for file in SHIPPED.glob("*.yaml"))


@each("name", NAMES)
def test_every_shipped_template_is_valid(name: str) -> None:
    """Each file of personas/ makes people, is named after its role, says what it is, and is written as it was read."""
    made = shipped(name)
    assert made.role == name
    assert made.description
    assert PersonaTemplate.model_validate(made.model_dump(mode="json", by_alias=True)) == made
    assert (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8").startswith("# ")
    assert all(
        maker(**yaml.safe_load((SHIPPED / f"{name}.yaml").read_text())).person(k).fields["name"] for k in range(5)
    )


def test_the_promised_templates_are_shipped() -> None:
    """Nine people come with the product, one Spanish-speaking and one slow among them."""
    assert NAMES == [
        "citizen",
        "claimant",
        "farmer",
        "passport_applicant",
        "permit_applicant",
        "permit_clerk",
        "slow_reader",
        "spanish_speaker",
        "student",
    ]


def test_slow_and_spanish_differ_from_the_rest() -> None:
    """The slow persona waits and reads longest; the Spanish-speaking one asks for Spanish and has accents in names."""
    slow = shipped("slow_reader")
    others = [shipped(name) for name in NAMES if name != "slow_reader"]
    assert slow.pace is not None and slow.patience is not None
    assert slow.pace.median_s > max(one.pace.median_s for one in others if one.pace)
    assert slow.patience.median_s > max(one.patience.median_s for one in others if one.patience)
    spanish = maker(**yaml.safe_load((SHIPPED / "spanish_speaker.yaml").read_text(encoding="utf-8")))
    assert any(not spanish.person(k).fields["name"].isascii() for k in range(20))
    assert spanish.person(0).accept_language.startswith("es-MX")


def test_short_forms() -> None:
    """Durations alone, shares in percent, one browser as a text, and none for pace are read."""
    made = template(
        pace="none", patience="20s", skips={"upload": "10%"}, user_agents="A/1", rage={"probability": "50%"}
    )
    assert made.pace == Spread(median="0", spread=0)
    assert made.patience == Spread(median="20s", spread=0)
    assert made.skips == {"upload": 0.1}
    assert made.user_agents == ("A/1",)
    assert made.rage == Rage(probability=0.5, refreshes=3, pause="2s")


def test_units_are_in_the_names_and_short_in_files() -> None:
    """In Python a pause is pause_s; in files it is pause: 2s."""
    made = template(rage={"probability": 0.6, "refreshes": 3, "pause": "1500ms"}, pace={"median": "4s"})
    assert made.rage is not None and made.rage.pause_s == 1.5
    written = made.model_dump(by_alias=True, exclude_defaults=True)
    assert written["rage"]["pause"] == "1s500ms"
    assert written["pace"] == {"median": "4s"}


def test_times_are_log_normal() -> None:
    """The median is met at one half; a standard deviation above it is e to the spread."""
    assert lognormal_s(4.0, 0.5, 0.5) == 4.0
    assert lognormal_s(4.0, 0.5, 0.8413447460685429) == pytest.approx(4 * 2.718281828**0.5, abs=0.01)
    assert lognormal_s(4.0, 0.0, 0.9) == 4.0
    assert 0 < lognormal_s(4.0, 0.5, 0.0) < lognormal_s(4.0, 0.5, 1 - 2**-53) < 1000


REFUSED: list[tuple[dict[str, Any], tuple[Any, ...], str]] = [
    ({"pacee": "4s"}, ("pacee",), "unknown key 'pacee'. Did you mean 'pace'?"),
    ({"pace": {"medain": "4s"}}, ("pace", "medain"), "Did you mean 'median'?"),
    ({"pace": "4"}, ("pace", "median"), "write a number and a unit"),
    ({"pace": {"median": "4s", "spread": 9}}, ("pace", "spread"), "at most 3 is allowed here"),
    ({"rage": {"probability": 3}}, ("rage", "probability"), "outside 0% to 100%"),
    ({"rage": {"refreshes": -1}}, ("rage", "refreshes"), "at least 0 is allowed here"),
    ({"skips": {"upload": "ten"}}, ("skips", "upload"), "write 1% or 0.01"),
    ({"locale": "en_UX"}, ("locale",), "unknown locale 'en_UX'"),
    ({"locale": "es_MXX"}, ("locale",), "Did you mean 'es_MX'?"),
    ({"fields": ["a"]}, ("fields",), "fields are names with kinds"),
    ({"fields": {"1st": "city"}}, ("fields", "1st"), "is no name for a field"),
    ({"fields": {"a": "{b}", "b": "{a}"}}, ("fields", "a"), "is made from itself: a → b → a"),
    ({"fields": {"age": "{date_of_birth}"}}, ("fields", "age"), "is made from itself"),
    ({"fields": {"first_name": "{name}"}}, ("fields", "first_name"), "is made from itself"),
    ({"account": {"email": "{emial}"}}, ("account",), "unknown field 'emial'. Did you mean 'email'?"),
    (
        {"fields": {"work": "{email}"}, "account": {"email": "{work}"}},
        ("account",),
        "work is made from itself: work → email → work",
    ),
    ({"account": {"email": "x{email}"}}, ("account",), "email is made from itself: email → email"),
    ({"user_agents": ["a\nb"]}, ("user_agents",), "cannot be sent as a header"),
    ({"accept_language": "español"}, ("accept_language",), "cannot be sent as a header"),
    ({"role": "a b"}, ("role",), "should match pattern"),
]


@each(("keys", "place", "why"), REFUSED)
def test_refused(keys: dict[str, Any], place: tuple[Any, ...], why: str) -> None:
    """A wrong template is refused at its place, with what is allowed."""
    with pytest.raises(ValidationError) as caught:
        template(**keys)
    mistakes = {one["loc"]: one["msg"] for one in caught.value.errors(include_url=False)}
    assert why in mistakes[place]


def test_all_mistakes_at_once() -> None:
    """Mistakes of several fields and keys are all named, in file order."""
    with pytest.raises(ValidationError) as caught:
        template(fields={"a": "cty", "b": {"range": {}}, "c": "{nmae}"}, patience="5")
    places = [one["loc"] for one in caught.value.errors(include_url=False)]
    assert places == [("fields", "a"), ("fields", "b"), ("fields", "c"), ("patience", "median")]


def test_templates_are_frozen() -> None:
    """A template cannot be changed after it was checked."""
    with pytest.raises(ValidationError, match="frozen"):
        template().role = "other"  # type: ignore[misc]
