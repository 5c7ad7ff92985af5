"""What each kind of field takes, makes and refuses."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from hms_esr.personas.fields import FIELDS
from tests.each import each

from ..people import maker, template


def values(spec: Any, people: int = 400, **others: Any) -> list[str]:
    """The field's values for the first people."""
    made = maker(fields={"x": spec, **others})
    return [made.person(k).fields["x"] for k in range(people)]


def refusal(spec: Any) -> str:
    """Why the field is refused."""
    with pytest.raises(ValidationError) as caught:
        template(fields={"x": spec})
    (mistake,) = caught.value.errors(include_url=False)
    assert mistake["loc"] == ("fields", "x")
    return mistake["msg"]


@each("name", FIELDS.names())
def test_every_kind_loads_and_keeps_the_protocol(name: str) -> None:
    """Each entry of the table is a class with make, and says what it owns."""
    kind = FIELDS.get(name)
    assert callable(kind.make) and kind.__doc__
    module = __import__(kind.__module__, fromlist=["__doc__"])
    assert str(module.__doc__).startswith(f"Owns the field kind ``{name}``")


def test_choice_keeps_weights() -> None:
    """A value of weight 3 comes three times as often as one of weight 1; weight 0 never comes."""
    found = Counter(values({"choice": {"corn": 3, "soy": 1, "rice": 0}}, 20_000))
    assert set(found) == {"corn", "soy"}
    assert 0.735 < found["corn"] / 20_000 < 0.765


def test_choice_without_weights_is_even() -> None:
    """Listed values come equally often, numbers as texts."""
    found = Counter(values({"choice": [1, "two", 3.5]}, 9000))
    assert set(found) == {"1", "two", "3.5"}
    assert min(found.values()) > 2800


def test_range_reaches_both_ends() -> None:
    """Whole numbers, decimals and dates lie between their ends, both included, on the step."""
    assert set(values({"range": {"min": 10, "max": 30, "step": 10}})) == {"10", "20", "30"}
    assert set(values({"range": {"min": -1, "max": 1}})) == {"-1", "0", "1"}
    assert set(values({"range": {"min": 0.5, "max": 0.7}})) == {"0.5", "0.6", "0.7"}
    assert set(values({"range": {"min": "2.00", "max": "2.02"}})) == {"2.00", "2.01", "2.02"}
    days = {"range": {"min": "2024-02-28", "max": date(2024, 3, 1)}}
    assert set(values(days)) == {"2024-02-28", "2024-02-29", "2024-03-01"}


def test_template_takes_both_forms() -> None:
    """Names in single braces and in the form of scenarios are both filled in."""
    fields = {"a": {"choice": ["1"]}}
    assert values("no. {a}", 1, **fields) == ["no. 1"]
    assert values({"template": "{{ persona.a }}/{a}"}, 1, **fields) == ["1/1"]


def test_faker_with_and_without_arguments() -> None:
    """A bare provider, a named one and one with arguments are all made, the same each time."""
    assert values("color_name", 3) == values({"faker": "color_name"}, 3)
    dice = {"faker": {"provider": "random_int", "min": 1, "max": 6}}
    assert set(values(dice)) == {"1", "2", "3", "4", "5", "6"}
    assert values(dice, 20) == values(dice, 20)
    assert all(one.count(", ") == 2 for one in values({"faker": {"provider": "words", "nb": 3}}, 3))


def test_phone_and_email_settings() -> None:
    """An area code and a domain of one's own are kept."""
    assert {one[:8] for one in values({"phone": {"area_code": 515}}, 50)} == {"515-555-"}
    assert all(one.endswith("@farms.test") for one in values({"email": {"domain": "farms.test"}}, 5))


REFUSED: list[tuple[Any, str]] = [
    ("cty", "unknown faker provider 'cty'. Did you mean 'city'?"),
    ({"choize": [1]}, "unknown persona field 'choize'. Did you mean 'choice'?"),
    ({"choice": []}, "choice takes a list of values"),
    ({"choice": {"a": -1}}, "the weight of 'a' is a number of 0 or more, found -1"),
    ({"choice": {"a": 0}}, "at least one weight must be over 0"),
    ({"choice": [["a"]]}, "choice takes texts and numbers, found list"),
    ({"choice": ["ann@gmail.com"]}, "could be a real person's e-mail"),
    ({"range": {"min": 3}}, "range takes min and max (and step), such as {min: 1, max: 500}"),
    ({"range": {"min": 3, "max": 1}}, "max 1 is below min 3"),
    ({"range": {"min": "a", "max": 1}}, "'a' is neither a number nor a date"),
    ({"range": {"min": "2020-02-30", "max": "2021-01-01"}}, "'2020-02-30' is neither a number nor a date"),
    ({"range": {"min": "2020-01-01", "max": 4}}, "two numbers or two dates"),
    ({"range": {"min": 1, "max": 4, "step": 0}}, "step is a number over 0"),
    ({"range": {"min": "1e300", "max": "1e301"}}, "not a number below 10^15"),
    ("{frist_name}", "unknown field 'frist_name'. Did you mean 'first_name'?"),
    ("{first_name", "has a brace that is no {field}"),
    ("{{ persona.name | upper }}", "has a brace that is no {field}"),
    ("{name}@gmail.com", "could be a real person's e-mail"),
    ({"template": 5}, "template takes a text"),
    ({"email": {"domain": "gmail.com"}}, "'gmail.com' may belong to somebody"),
    ({"email": {"domain": "a b.test"}}, "may belong to somebody"),
    ({"phone": {"area_code": 55}}, "area_code is three digits"),
    ({"phone": 5}, "phone takes area_code or nothing"),
    ({"uuid": {"version": 1}}, "uuid takes no settings"),
    ({"faker": "iban"}, "faker's 'iban' can make what belongs to somebody real"),
    ({"faker": "date_this_year"}, "follows today's date"),
    ({"faker": "csv"}, "makes a file or a structure"),
    ({"faker": {"provider": "random_int", "mim": 1}}, "faker's 'random_int' refuses these arguments"),
    ({"faker": {"provider": "words", "nb": 10**9}}, "at most 1000 is allowed"),
    ({"faker": {"provider": "bothify", "text": "{{ssn}}"}}, "use a template field to join values"),
    ({"faker": 3}, "faker takes a provider such as city"),
    (7, "a field is one kind with what it needs"),
    ({"choice": [1], "range": {}}, "a field is one kind with what it needs"),
]


@each(("spec", "why"), REFUSED)
def test_refused(spec: Any, why: str) -> None:
    """What a kind cannot take is refused below the field's name, with what is allowed."""
    assert why in refusal(spec)
