"""Each fact of a form is drawn once: its controls get it in parts, copied, or in order."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.errors import StepFailed
from hms_esr.html.completion import typed_into
from hms_esr.html.form_submission import submission
from hms_esr.html.page import Page
from hms_esr.seeded import draw

from ..personas.people import maker

PEOPLE = maker()


class Person:
    """Who completes forms; ``asked`` counts the facts drawn, by the name asked for."""

    def __init__(self, person_no: int = 1, seed: int = 1) -> None:
        self.fields = PEOPLE.person(person_no).fields
        self.person_no, self.seed = person_no, seed
        self.asked: Counter[str] = Counter()

    def complete(self, field: Any, least: str = "", most: str = "") -> str | None:
        self.asked[field.name] += 1
        number = self.asked.total()
        return typed_into(field, self.fields, lambda at: draw(self.seed, "c", self.person_no, number, at), least, most)

    def sends(self, html: str, filled: dict[str, str] | None = None) -> list[tuple[str, str]]:
        form = Page(f"<form method=post>{html}</form>", "http://h.test/").form()
        assert form is not None
        return list(submission(form, filled or {}, {}, complete=self.complete).sent)


def texts(names: str, kind: str = "text", more: str = "") -> str:
    """Required inputs of these names."""
    return "".join(f'<input name="{name}" type={kind} required {more}>' for name in names.split())


def select(name: str, options: str) -> str:
    """A required select with an empty first option."""
    listed = "".join(f"<option>{one}" for one in options.split())
    return f'<select name="{name}" required><option value="">Choose{listed}</select>'


def labelled(*controls: tuple[str, str], kind: str = "text") -> str:
    """Required inputs (name, label)."""
    return "".join(f"<label>{label} <input type={kind} name={name} required></label>" for name, label in controls)


GOVUK = (
    '<fieldset role="group" aria-describedby="h"><legend>When were you born?</legend><div class="govuk-date-input">'
    + "".join(
        f'<label for="b-{part.lower()}">{part}</label><input class="govuk-input" id="b-{part.lower()}" '
        f'name="birth-{part.lower()}" inputmode="numeric" autocomplete="bday-{part.lower()}" required>'
        for part in ("Day", "Month", "Year")
    )
    + "</div></fieldset>"
)
MONTHS = "January February March April May June July August September October November December"


def day(person: Person, html: str, filled: dict[str, str] | None = None) -> str:
    """The values sent, as one text."""
    return " ".join(value for _, value in person.sends(html, filled))


BORN = date.fromisoformat(PEOPLE.person(1).fields["date_of_birth"])
PARTS = f"{BORN.day} {BORN.month} {BORN.year}"
WORDS = labelled(("a", "Day"), ("b", "Month"), ("c", "Year"))
SIGNS = labelled(("a", "DD"), ("b", "MM"), ("c", "YYYY"))
DD, MM = (texts(f"dob_{part}", more=f"placeholder={sign}") for part, sign in (("day", "DD"), ("month", "MM")))
YY = texts("dob_year", more="maxlength=2")
NAMED = f"{BORN:%B} {BORN.day} {BORN.year}"
SPLIT = [
    ("autocomplete, legend, stem", GOVUK, PARTS),
    ("stem", texts("dob_day dob_month dob_year"), PARTS),
    ("stem before", texts("day_of_birth month_of_birth year_of_birth"), PARTS),
    ("short", texts("dob-m dob-d dob-y"), f"{BORN.month} {BORN.day} {BORN.year}"),
    ("nested", texts("birth[year] birth[month] birth[day]"), f"{BORN.year} {BORN.month} {BORN.day}"),
    ("camel", texts("birthDateMonth birthDateYear"), f"{BORN.month} {BORN.year}"),
    ("labels in a fieldset", f"<fieldset><legend>Date of birth</legend>{WORDS}</fieldset>", PARTS),
    ("aria group", f"<div role=group aria-label='Birth date'>{SIGNS}</div>", PARTS),
    ("two digits", texts("dob_day dob_month", more="minlength=2") + YY, f"{BORN:%d %m %y}"),
    ("pattern", texts("dob_day dob_month", more='pattern="[0-9]{2}"') + YY, f"{BORN:%d %m %y}"),
    ("placeholders", DD + MM + texts("dob_year"), f"{BORN:%d %m %Y}"),
    ("names of months", select("dob_month", MONTHS) + texts("dob_day dob_year", "number"), NAMED),
    ("rails", texts("u[birth(1i)] u[birth(2i)] u[birth(3i)]"), f"{BORN.year} {BORN.month} {BORN.day}"),
    ("card", texts("exp_month exp_year"), "12 2034"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), [one[1:] for one in SPLIT], ids=[one[0] for one in SPLIT])
def test_a_split_date_is_one_date(html: str, expected: str) -> None:
    """However its parts are told, they are of one date, written as each control takes it, drawn once."""
    person = Person()
    assert day(person, html) == expected
    assert person.asked.total() <= 1


def test_times_are_split_too() -> None:
    """Hour and minute are of one time, on the clock's face and among what is offered; date and time together."""
    for number in range(50):
        person = Person(number)
        hour, minute, half = day(person, texts("hour minute") + select("ampm", "AM PM")).split()
        assert 1 <= int(hour) <= 12 and len(minute) == 2 and half == ("AM" if 8 <= int(hour) < 12 else "PM")
        assert day(Person(number), select("at_hh", "08 09 10") + select("at_mm", "00 30")).split()[1] in ("00", "30")
        assert person.asked.total() == 1
    whole = Person()
    assert len(day(whole, texts("w(1i) w(2i) w(3i) w(4i) w(5i)")).split()) == 5
    assert whole.asked.total() == 1


def test_a_date_keeps_to_what_is_filled_and_offered() -> None:
    """A part the user filled stands and the others fit it; years are those offered; two dates are two facts."""
    html = texts("dob_day dob_month dob_year")
    for number in range(50):
        given, month, year = day(Person(number), html, {"dob_day": "31"}).split()
        assert given == "31" and date(int(year), int(month), 31)
        assert 1 <= int(day(Person(number), html, {"dob_month": "2", "dob_year": "2023"}).split()[0]) <= 28
        offered = select("v_month", "1 2 3 4 5 6 7 8 9 10 11 12") + select("v_year", "2031 2032")
        assert day(Person(number), offered).split()[1] in ("2031", "2032")
    two = Person()
    two.sends(texts("a_day a_month a_year b_day b_month b_year"))
    assert two.asked == {"a": 1, "b": 1}


CONFIRMED = [
    texts("email email_confirmation", "email"),
    texts("email email-2", "email"),
    texts("email confirmEmail", "email"),
    texts("password1 password2", "password"),
    texts("pw pwd_again", "password"),
    texts("code repeat_code"),
    texts("iban verify-iban"),
    labelled(("a", "Farm name"), ("b", "Confirm your farm name")),
    labelled(("a", "Secret"), ("b", "Please type it again"), kind="password"),
]


@pytest.mark.parametrize("html", CONFIRMED, ids=range(len(CONFIRMED)))
def test_a_confirmed_value_is_the_same(html: str) -> None:
    """The second control gets the value of the first, drawn or filled; filled itself it stands."""
    person = Person()
    (first, one), (second, other) = person.sends(html)
    assert one == other != ""
    assert person.asked.total() == 1
    assert Person().sends(html, {first: "x@y.test"}) == [(first, "x@y.test"), (second, "x@y.test")]
    assert Person().sends(html, {second: "x@y.test"}) == [(first, "x@y.test"), (second, "x@y.test")]
    assert Person().sends(html, {first: "1", second: "2"}) == [(first, "1"), (second, "2")]


@pytest.mark.parametrize("names", ["child1 child2 child3", "verification_code code", "line1 line2", "a b"])
def test_what_only_looks_confirmed_is_drawn_by_itself(names: str) -> None:
    """Numbered controls, lines of an address and codes are facts of their own."""
    person = Person()
    person.sends(texts(names))
    assert person.asked.total() == len(names.split())


ORDERED = [
    ("start_date end_date", "date"),
    ("from to", "date"),
    ("arrival departure", "date"),
    ("checkIn checkOut", "datetime-local"),
    ("min_price max_price", "number"),
    ("startTime endTime", "time"),
    ("from_month to_month", "month"),
    ("wk_begin wk_end", "week"),
    ("start_date end_date", "text"),
]


@pytest.mark.parametrize(("names", "kind"), ORDERED)
def test_two_ends_are_in_order(names: str, kind: str) -> None:
    """The end comes after the start, whichever stands first on the page; one that was filled is kept to."""
    start, end = names.split()
    for number in range(30):
        for html in (texts(names, kind), texts(f"{end} {start}", kind)):
            sent = dict(Person(number).sends(html))
            assert _less(sent[start], sent[end])
            later = {"date": "2031-05-05", "text": "2031-05-05", "number": "5000"}.get(kind)
            if later:
                assert _less(later, dict(Person(number).sends(html, {start: later}))[end])
                assert _less(dict(Person(number).sends(html, {end: later}))[start], later)


def _less(one: str, other: str) -> bool:
    return int(one) < int(other) if one.isdigit() else one < other


def test_ends_in_parts_and_choices_are_in_order_too() -> None:
    """Split dates, selects with the same choices, and ends with little room between them."""
    years = "2019 2020 2021 2022"
    for number in range(30):
        sent = [
            int(value)
            for _, value in Person(number).sends(texts("start_day start_month start_year end_day end_month end_year"))
        ]
        assert sent[2::-1] < sent[:2:-1]
        first, last = day(Person(number), select("year_from", years) + select("year_to", years)).split()
        assert first <= last
        low, high = day(Person(number), texts("min max", "number", "min=1 max=2")).split()
        assert low <= high


def test_three_hundred_people_send_one_value_for_each_radio_group() -> None:
    """Each of 300 people answers three required groups once each; not all alike; a filled one is not drawn."""
    html = "".join(
        f"<fieldset><legend>{name}</legend><input type=radio name={name} value=a required>"
        f"<input type=radio name={name} value=b><input type=radio name={name} value=c></fieldset>"
        for name in ("farm", "crop", "loss")
    )
    met = set()
    for number in range(300):
        person = Person(number)
        sent = person.sends(html)
        assert [name for name, _ in sent] == ["farm", "crop", "loss"]
        assert person.asked.total() == 3
        met.update(sent)
    assert len(met) == 9
    filled = Person()
    assert filled.sends(html, {"crop": "b"})[1] == ("crop", "b")
    assert filled.asked == {"farm": 1, "loss": 1}


def test_three_hundred_people_enter_three_parts_of_one_date() -> None:
    """GOV.UK's date input: the parts are the person's own birth day."""
    for number in range(300):
        person = Person(number)
        born = date.fromisoformat(person.fields["date_of_birth"])
        assert day(person, GOVUK) == f"{born.day} {born.month} {born.year}"


def test_boxes() -> None:
    """Each required box is ticked, the others keep what the page says."""
    html = "<input type=checkbox name=a required><input type=checkbox name=b checked><input type=checkbox name=c>"
    assert Person().sends(html) == [("a", "on"), ("b", "on")]


KINDS = st.sampled_from(
    [
        *(one[1] for one in SPLIT),
        *CONFIRMED,
        *(texts(names, kind) for names, kind in ORDERED),
        *(texts("x", kind) for kind in ("text", "tel", "url", "range", "color", "search", "week")),
        "<input type=radio name=r value=1 required><input type=radio name=r value=2>",
        "<input type=checkbox name=k required>",
        "<textarea name=t required></textarea>",
        select("s", "1 2 3"),
        select("year_from", "2019 2020") + select("year_to", "2019 2020"),
    ]
)


@given(st.lists(KINDS, min_size=1, max_size=4, unique=True), st.integers(0, 10**6), st.integers(0, 2**31), st.data())
@settings(max_examples=100, deadline=None)
def test_one_draw_per_fact(controls: list[str], person_no: int, seed: int, data: st.DataObject) -> None:
    """Any form: equal people enter equal values, nobody is asked twice for one control, what was filled stands."""
    html = "".join(controls)
    person = Person(person_no, seed)
    sent = person.sends(html)
    assert sent == Person(person_no, seed).sends(html)
    assert all(value for _, value in sent)
    assert person.asked.total() <= len(sent)
    single = [name for name, count in Counter(name for name, _ in sent).items() if count == 1]
    if single:
        name = data.draw(st.sampled_from(single))
        given_value = dict(sent)[name]
        assert dict(Person(person_no, seed).sends(html, {name: given_value}))[name] == given_value


NAMES = st.sampled_from(
    [
        "dob-day",
        "dob_month",
        "y(1i)",
        "y(9i)",
        "email",
        "email-2",
        "confirm",
        "start",
        "end",
        "hour",
        "minute",
        "²",
        " ",
    ]
)
SAID = st.sampled_from(["", "0", "-1", "²", "9" * 4500, "1e400", "2026-02-30", "9999-12-31", "9999-W53", "24:00", "٣"])
PATTERN = st.sampled_from(["", "[", r"\p{L}{3}", ".{5000}", "((((a*)*)*)*)*b", "(?=x)y", r"[^\x00-\uffff]", r"\ud800"])
KIND = st.sampled_from(["text", "number", "date", "month", "week", "time", "datetime-local", "email", "url", "select"])
MARKS = st.builds(
    lambda *texts: " ".join(f'{name}="{text}"' for name, text in zip(ATTRIBUTES, texts, strict=True)),
    *(NAMES, KIND, PATTERN, SAID, SAID, SAID, SAID, SAID),
)
ATTRIBUTES = ("name", "type", "pattern", "min", "max", "step", "minlength", "maxlength")


@given(st.lists(MARKS, min_size=1, max_size=5), st.dictionaries(NAMES, SAID, max_size=2))
@settings(max_examples=200, deadline=None)
def test_whatever_a_page_says_is_answered_or_refused(marks: list[str], filled: dict[str, str]) -> None:
    """Odd attributes: values are sent, or the person fails with a reason."""
    html = "".join(f"<input required {one}>" for one in marks)
    try:
        Person().sends(html, filled)
    except StepFailed as refused:
        assert refused.message
