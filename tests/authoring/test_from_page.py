"""Facts about the first scenario written for a page."""

from __future__ import annotations

from datetime import date
from html import escape

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.authoring.from_page import SeenPage, comment, first_scenario, key
from hms_esr.html.page import Page
from hms_esr.library import persona_template, read_scenario
from hms_esr.scenario.source import read_document
from tests.each import each

URL = "http://127.0.0.1:8000/apply"
CITIZEN = persona_template("citizen")


def written(html: str, url: str = URL, led_to: str = "") -> str:
    return first_scenario(SeenPage(url, Page(html, led_to or url), True), CITIZEN)


def filled(html: str) -> dict[str, str]:
    """What the ``fill`` step of the scenario for a form says."""
    steps = yaml.safe_load(written(f"<form method=post>{html}<button>Go</button></form>"))["journeys"][0]["steps"]
    found: dict[str, str] = next((step["fill"] for step in steps if "fill" in step), {})
    return found


@each(
    ("control", "value"),
    [
        ('<input name="email">', "{{ persona.email }}"),
        ('<input name="x" autocomplete="family-name">', "{{ persona.last_name }}"),
        ('<input name="x" type="tel">', "{{ persona.phone }}"),
        ('<input name="pw" type="password">', "{{ persona.password }}"),
        ('<label>Your employer <input name="x"></label>', "{{ persona.company }}"),
        ('<select name="state"><option>Iowa<option>Ohio</select>', "Iowa"),
        ('<textarea name="x"></textarea>', "{{ random.sentence }}"),
        ('<input name="x">', "{{ random.words }}"),
        ('<input name="x" type="number" min="3" max="3">', "3"),
        ('<input name="x" type="radio" value="on site"><input name="x" type="radio" value="by mail">', "on site"),
        ('<input name="x" type="checkbox" checked>', "yes"),
        ('<input name="x" type="date" min="2026-03-02" max="2026-03-02">', "2026-03-02"),
    ],
)
def test_a_control_gets_what_a_person_would_type(control: str, value: str) -> None:
    """A persona's field where it fits, a random value where anything does, else one that the control allows."""
    (found,) = filled(control).values()

    assert str(found) == value


def test_one_fact_is_written_as_one() -> None:
    """Parts of a date are of one day, ends are in order, a value asked for twice is the same."""
    named = "".join(
        f'<input name="{name}">' for name in ("when-day", "when-month", "when-year", "code", "confirm_code")
    )
    found = filled(f"{named}<input type=date name=start><input type=date name=end>")
    assert date(*(int(found[f"when-{part}"]) for part in ("year", "month", "day")))
    assert found["code"] == found["confirm_code"] and "{{" not in found["code"]
    assert str(found["start"]) < str(found["end"])


def test_a_pattern_that_cannot_be_met_is_said() -> None:
    """The line of the control is a comment with the reason."""
    text = written(r'<form method=post><input name=email><input name=c pattern="(\w)\1" required></form>')
    assert "# c: cannot make a value for c's pattern: a backreference; write one (required)" in text


def test_a_pattern_is_kept() -> None:
    """A control with a pattern gets a value of that pattern."""
    assert filled('<input name="x" pattern="[A-C]{2}" required>')["x"].strip("ABC") == ""


@pytest.mark.parametrize(
    "control",
    ['<input name="x" type="checkbox">', '<input name="x" type="hidden">', '<input name="x" disabled>', "<input>"],
)
def test_what_people_leave_alone_is_not_filled(control: str) -> None:
    """Boxes that may stay empty, hidden and disabled controls, and controls without a name."""
    assert filled(f'<input name="email">{control}') == {"email": "{{ persona.email }}"}


@pytest.mark.parametrize(
    ("accept", "ending"),
    [("image/*", "jpg"), ("image/png", "png"), ("application/pdf,image/*", "pdf"), (".txt", "txt"), ("", "pdf")],
)
def test_an_upload_has_an_ending_the_control_accepts(accept: str, ending: str) -> None:
    """The file to be made up is of a kind the page asks for."""
    text = written(f'<form method=post><input type=file name="id card" accept="{accept}"></form>')

    upload = next(step["upload"] for step in yaml.safe_load(text)["journeys"][0]["steps"] if "upload" in step)
    assert upload == {"field": "id card", "file": f"id_card.{ending}", "size_kb": 200}


def test_fields_called_like_the_steps_own_keys_are_told_apart() -> None:
    """A form whose controls are ``field`` and ``value`` is filled, not misread."""
    for html in ('<input name="field"><input name="value">', '<input name="values">'):
        text = written(f"<form method=post>{html}</form>")

        step = read_scenario(read_document(text, "x.yml")).scenario.journeys[0].steps[1]
        assert sorted(step.texts()) == sorted(["field", "value"] if "field" in html else ["values"])  # type: ignore[attr-defined]


def test_a_form_sent_elsewhere_names_the_host() -> None:
    """A host the page leads to is named under ``also``, with a warning."""
    text = written('<form action="http://127.0.0.1:9999/send"><input name="email"></form>')

    scenario = read_scenario(read_document(text, "x.yml")).scenario
    assert scenario.targets["default"].also == ("127.0.0.1:9999",)
    assert "be sure you may" in text


def test_other_forms_are_mentioned() -> None:
    """What is not filled is told."""
    text = written('<form action="/a"><input name="email"></form><form action="/b"><input name="q"></form>')

    assert "# The page also has 1 other form, sent to /b." in text


def test_a_login_is_pointed_out() -> None:
    """A form with a password that may be a new one tells of the step that logs in."""
    assert "`- login` as first step" in written(
        "<form method=post><input name=u><input type=password name=p><button>Sign up</button></form>"
    )


PASSWORD, SIGN_IN = "<input type=password name=p>", "<button><em>Sign in</em></button>"


@pytest.mark.parametrize("mark", ["<input type=password name=p autocomplete=current-password>", PASSWORD + SIGN_IN])
def test_a_page_that_is_a_log_in_is_logged_in_at(mark: str) -> None:
    """By what it asks for or its button: somebody with an account uses ``login``, not ``fill``."""
    text = written(f"<form method=post><input name=username>{mark}</form>")
    assert "      - login" in text and "persona: permit_applicant" in text and "identity: fixed" in text
    assert "This is a log-in; what is behind it was not seen" in text and "- fill:\n" not in text


@pytest.mark.parametrize(
    ("address", "name", "path"),
    [
        ("http://127.0.0.1:8000", "first", "/"),
        ("http://127.0.0.1:8000/a b/ü?x={{y}}#part", "a-b", "/a%20b/%C3%BC?x=%7B%7By%7D%7D"),
        ("http://127.0.0.1:8000/%7Eme/", "7Eme", "/%7Eme/"),
        ("http://user:secret@127.0.0.1:8000/x", "x", "/x"),
    ],
)
def test_the_address_becomes_target_name_and_path(address: str, name: str, path: str) -> None:
    """Whatever the address, target, name and path are possible and hold no password."""
    text = written("", address)

    scenario = read_scenario(read_document(text, "x.yml")).scenario
    assert scenario.name == name
    assert scenario.journeys[0].steps[0].written() == path
    assert scenario.targets["default"].url == "http://127.0.0.1:8000"
    assert "secret" not in text


@pytest.mark.parametrize(
    ("name", "shown"), [("a_b", "a_b"), ("no", '"no"'), ("a b", '"a b"'), ("1", '"1"'), ('"', '"\\""')]
)
def test_keys_are_quoted_when_they_must_be(name: str, shown: str) -> None:
    """A key reads back as the same text."""
    assert key(name) == shown
    assert list(read_document(f"{shown}: 1", "x").data) == [name]


def test_a_comment_is_one_line() -> None:
    """Text of a page cannot leave its comment."""
    assert comment("a\nb\x00: c\u2028d") == "a b : c d"


NAMES = st.text(min_size=1, max_size=20) | st.sampled_from(["field", "value", "no", "{{ x }}", "a: b", "- x", "#", "%"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["text", "email", "number", "date", "checkbox", "radio", "file", "password", "textarea"]),
            NAMES,
            NAMES,
            st.booleans(),
        ),
        max_size=6,
    ),
    NAMES,
)
def test_whatever_the_page_the_scenario_is_right(controls: list[tuple[str, str, str, bool]], title: str) -> None:
    """Names, labels, values and titles of any characters: what is written passes as a scenario."""
    html = "".join(
        f'<label>{escape(label)}<input type="{kind}" name="{escape(name)}" value="{escape(label)}" '
        f'pattern="{escape(label)}" {"required" if required else ""}></label>'
        for kind, name, label, required in controls
    )
    text = written(f"<title>{escape(title)}</title><form method=post>{html}<button>{escape(title)}</button></form>")

    scenario = read_scenario(read_document(text, "x.yml")).scenario
    assert scenario.journeys[0].steps[0].verb == "visit"
