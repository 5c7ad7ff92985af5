"""What people enter into required controls is valid for a real browser, by its own check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hms_esr.errors import StepFailed
from hms_esr.html.completion import typed_into
from hms_esr.html.form_submission import submission
from hms_esr.html.page import Page
from hms_esr.seeded import draw

from ..personas.people import maker

pytestmark = pytest.mark.chromium

PEOPLE = [dict(maker().person(person_no).fields) for person_no in range(20)]
REQUIRED = [
    json.loads(line)["html"] for line in (Path(__file__).parent / "cases" / "required.jsonl").read_text().splitlines()
]
MORE = [
    '<input type=number name=n required step=0.1 min=0.05 max=0.5>',
    '<input type=number name=n required step=any min=0.001 max=0.002>',
    '<input type=number name=n required min=-1e3 max="-9.99e2">',
    '<input type=number name=n required max=7 step=4>',
    '<input type=range name=n required min=3 max=4 step=0.25>',
    '<input type=date name=d required min=2026-01-05 step=7>',
    '<input type=date name=d required max=1900-01-01>',
    '<input type=date name=d required min=9999-12-01>',
    '<input type=time name=t required step=1>',
    '<input type=time name=t required min=22:00 max=06:00 step=900>',
    '<input type=time name=t required min=23:50 max=00:10 step=420>',
    '<input type=time name=t required min=09:00:30 max=09:02:30 step=30>',
    '<input type=month name=m required step=3 min=2026-02>',
    '<input type=month name=m required max=1999-12 step=6>',
    '<input type=week name=w required step=2 min=2026-W53>',
    '<input type=week name=w required max=2020-W53>',
    '<input type=datetime-local name=l required min=2026-03-01T22:00 max=2026-03-02T02:00 step=600>',
    '<input type=datetime-local name=l required step=86400>',
    r'<input name=p required pattern="\p{Lu}[\p{Ll}\-]+">',
    r'<input name=p required pattern="[[a-z]--[aeiou]]{4}\d?">',
    r'<input name=p required pattern="(?:19|20)\d\d-(?:0[1-9]|1[0-2])">',
    r'<input name=p required pattern="(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])\/\d{4}">',
    r'<input name=p required pattern="[^\s@]+@[^\s@]+\.[a-z]{2,}" minlength=30>',
    r'<input name=p required pattern="\S+( \S+)+" maxlength=9>',
    r'<input name=p required pattern="[A-Z]{3}|\d{4}" minlength=4>',
    r'<input name=p required pattern="([a-z]+,)*[a-z]+" minlength=30 maxlength=31>',
    r'<input name=p required pattern="(?=.{5,10}$)[a-z]+(-[a-z]+)*">',
    r'<input name=p required pattern="^(?=.*[!@#$%^&amp;*])(?=.*\d)(?!.*\s).{10,}$" type=password>',
    r'<input name=p required pattern="(?:.*\d){3}.*" type=password maxlength=8>',
    r'<input name=p required pattern="\u0041\x42\t?.\d+">',
    r'<input name=p required pattern="[0-9 ()-]{7,}">',
    r'<input name=p required pattern="(">',
    r'<input name=p required pattern="a{3,}?b">',
    r'<input type=url name=u required pattern="https://.*" minlength=40>',
    '<input type=url name=u required maxlength=12>',
    '<input type=email name=e required maxlength=9>',
    '<input type=email name=e required maxlength=30 minlength=30>',
    r'<input type=email name=e required pattern="[a-z0-9.]+@(state|iowa)\.gov">',
    '<input type=email name=e required multiple pattern=".+@example\\.gov">',
    '<input type=tel name=e required minlength=16 maxlength=18>',
    r'<input type=tel name=e required pattern="\(\d{3}\) \d{3}-\d{4}">',
    '<input type=search name=q required minlength=4 maxlength=4>',
    '<input type=password name=q required maxlength=6>',
    '<textarea name=t required minlength=120 maxlength=125></textarea>',
    '<select name=s required><option value="">-<optgroup disabled label=x><option>no</optgroup><option>yes</select>',
    '<select name=s required size=3><option>a<option>b</select>',
    '<input type=checkbox name=c required><input type=checkbox name=c value=2 required>',
    '<input name=start_date type=date required><input name=end_date type=date required max=2025-01-02>',
]  # fmt: skip
REFUSED = {
    '<input name=p required pattern="(?!000|666)[0-8][0-9]{2}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}">': (
        "cannot make a value for p's pattern: what it asks for could be a real person's number"
    ),
    '<input type=number name=n required min=3 max=2>': "cannot make a value for n: min 3 and max 2 leave none",
    r'<input name=p required pattern="(\w)\1">': "cannot make a value for p's pattern: a backreference",
    '<input name=p required pattern="(?=a)b">': "cannot make a value for p's pattern",
    '<input name=p required minlength=9 maxlength=8>': (
        "cannot make a value for p: minlength 9 is more than maxlength 8"
    ),
}  # fmt: skip

ENTER = """([html, people]) => {
  document.body.innerHTML = html;
  const form = document.forms[0];
  return people.map(entries => {
    form.reset();
    for (const one of form.elements) {
      const values = entries.filter(([name]) => name == one.name).map(([, value]) => value);
      if (one.tagName == "SELECT") for (const option of one.options) option.selected = values.includes(option.value);
      else if (one.type == "radio" || one.type == "checkbox") one.checked = values.includes(one.value);
      else if (/^(text|search|tel|url|email|password|textarea)$/.test(one.type)) {
        one.focus(); document.execCommand("insertText", false, values[0]);
        if (one.value != values[0]) return `${one.name} holds ${one.value}, not ${values[0]}`;
      } else one.value = values[0];
    }
    const bad = [...form.elements].find(one => !one.checkValidity());
    return bad ? `${JSON.stringify(entries)}: ${bad.validationMessage}` : "";
  });
}"""


def entries(html: str, person_no: int) -> list[tuple[str, str]]:
    """What person ``person_no`` sends for the controls in ``html``."""
    form = Page(f"<form>{html}</form>", "http://h.test/").form()
    assert form is not None
    asked = iter(range(1000))

    def complete(field: Any, least: str = "", most: str = "") -> str | None:
        number = next(asked)
        return typed_into(field, PEOPLE[person_no], lambda at: draw(1, "complete", person_no, number, at), least, most)

    return list(submission(form, {}, {}, complete=complete).sent)


@pytest.mark.parametrize("controls", [REQUIRED, MORE], ids=["pinned", "more"])
def test_what_is_entered_is_valid_in_chromium(chromium: Any, controls: list[str]) -> None:
    """Each required control, filled by 20 people each, is valid by ``checkValidity()``."""
    page = chromium.new_page()
    page.set_content("<body></body>")
    said = [
        f"{html}: {problem}"
        for html in controls
        for problem in page.evaluate(ENTER, [f"<form>{html}</form>", [entries(html, one) for one in range(20)]])
        if problem
    ]
    page.close()
    assert said == []


@pytest.mark.parametrize(("html", "reason"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_nothing_satisfies_is_said(html: str, reason: str) -> None:
    """A control without a possible value, or that we cannot read, is that person's failure, with the reason."""
    with pytest.raises(StepFailed) as told:
        entries(html, 0)
    assert told.value.message == reason
