"""Controls that only robots fill."""

from __future__ import annotations

import pytest

from hms_esr.html.page import Page


def seen(control: str) -> bool:
    """Whether a person sees the control called x."""
    (form,) = Page(f"<form>{control}<input name=email></form>", "http://h.test/").forms
    return "x" in {field.name for field in form.inputs}


@pytest.mark.parametrize(
    "control",
    [
        '<input name="x" style="display: none">',
        '<div style="position:absolute; left:-5000px"><input name="x"></div>',
        '<div class="honeypot"><input type="checkbox" name="x" value="1"></div>',
        '<p aria-hidden="true"><label>Website <input name="x"></label></p>',
        '<input name="x" tabindex="-1" autocomplete="off">',
        '<label>Leave this field empty <input name="x"></label>',
        '<label>If you are human, leave this blank <textarea name="x"></textarea></label>',
        '<div class="usa-sr-only"><input name="x"></div>',
        '<input name="x" class="d-none">',
        '<div hidden><input name="x"></div>',
    ],
)
def test_traps_are_left_alone(control: str) -> None:
    """By style, class, aria-hidden, tabindex or what the label says."""
    assert not seen(control)


@pytest.mark.parametrize(
    "control",
    [
        '<input name="x" style="width: 100%; opacity: 0.9">',
        '<input name="x" type="file" style="display:none">',
        '<input name="x" type="checkbox" class="visually-hidden">',
        '<input name="x" type="radio" tabindex="-1">',
        '<select name="x" aria-hidden="true"><option>1</select>',
        '<label>Leave date <input name="x"></label>',
        '<input name="x" tabindex="0" class="hidden-label">',
    ],
)
def test_what_people_use_is_no_trap(control: str) -> None:
    """Custom boxes, choices and upload buttons hide the real control."""
    assert seen(control)
