"""Owns what a browser sends when a form is submitted: entries, method, address, encoding.

Knows nothing of HTML parsing or sockets; completion of empty fields is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hms_esr.html.completion import Complete, Completion
from hms_esr.html.form import BUTTONS, SILENT, URLENCODED, HtmlField, HtmlForm, folded
from hms_esr.html.form_encoding import Entry, multipart, text_plain, urlencoded
from hms_esr.html.form_filling import (
    CHECKED,
    Files,
    Value,
    assigned,
    attached,
    chosen_button,
    entered,
    is_ticked,
    picked,
    refuse,
)
from hms_esr.html.hard_wrap import wrapped
from hms_esr.html.text_direction import strong
from hms_esr.http.character_sets import shown_name
from hms_esr.steps.step import Upload

__all__ = ["BUTTONS", "SILENT", "URLENCODED", "Complete", "HtmlField", "HtmlForm", "Submission", "folded", "submission"]


@dataclass(frozen=True, slots=True)
class Submission:
    """What goes out. ``secret`` names entries not to be shown."""

    method: str
    url: str
    body: bytes
    media_type: str
    entries: tuple[Entry, ...] = ()
    secret: frozenset[str] = frozenset()

    @property
    def sent(self) -> tuple[tuple[str, str], ...]:
        """The entries, a file as its name."""
        return tuple((name, value.filename if isinstance(value, Upload) else value) for name, value in self.entries)


def submission(
    form: HtmlForm,
    filled: Mapping[str, Value],
    uploads: Mapping[str, Files],
    *,
    button: str = "",
    complete: Complete | None = None,
    boundary: str = "esr-form-5e5e5e5e",
) -> Submission:
    """What a browser sends for ``form`` with ``filled`` values, files and the button with the text ``button`` pressed.

    Names are a field's name, id or label; the upload named ``""`` goes to the only file input. StepFailed("no_form")
    names an unknown field, choice or button and what there is, or a field that cannot be filled.
    """
    complete = None if complete is None else Completion(form, filled, complete).answer
    plan = None if _several(filled) or (uploads and _several(uploads)) else _known_plan(form, filled, uploads, button)
    if plan is not None:
        pressed = None if plan.pressed < 0 else form.fields[plan.pressed]
        entries = plan.entries(form, filled, uploads, complete)
        return _encoded(form, pressed, entries, boundary, plan.secret)
    pressed = _pressed(form, button)
    values, files = assigned(form, filled), attached(form, uploads)
    entries = []
    for at, field in enumerate(form.fields):
        if field.disabled or field.kind in SILENT:
            continue
        if field.kind in BUTTONS:
            entries += _button_entries(field) if field is pressed else _untouched_button(field)
        elif field.name:
            entries += _entries(form, field, values.get(at), files.get(at, ()), complete)
    return _encoded(form, pressed, entries, boundary, _secret(form))


def _several(given: Mapping[str, Value] | Mapping[str, Files]) -> bool:
    return tuple in map(type, given.values())


def _known_plan(form: HtmlForm, filled: Mapping[str, Value], uploads: Mapping[str, Files], button: str) -> _Plan | None:
    key = (button, tuple(filled), tuple(uploads))
    plans = form.known.plans
    plan: _Plan | None = plans.get(key, _UNKNOWN)
    if plan is _UNKNOWN:
        if len(plans) >= _MOST_PLANS:
            plans.clear()
        plan = plans[key] = _plan(form, filled, uploads, button)
    return plan


def _pressed(form: HtmlForm, button: str) -> HtmlField | None:
    pressed = form.button(button)
    if button and pressed is None:
        refuse(form, f"no button '{button}'", "buttons", [one.label or one.name for one in form.buttons])
    return pressed


def _secret(form: HtmlForm) -> frozenset[str]:
    return frozenset(field.name for field in form.fields if field.kind == "password")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a form sends when these fields are filled, but for the values: found out once, whoever fills them.

    ``parts``: (name, value that stays, key of ``filled`` or ``uploads``, index of the field). A value that stays is
    used alone; without it the one given under the key, or else the field's own. ``pressed``: the button's index, or -1.
    """

    parts: tuple[tuple[str, str | None, str | None, int], ...]
    pressed: int
    secret: frozenset[str]

    def entries(
        self, form: HtmlForm, filled: Mapping[str, Value], uploads: Mapping[str, Files], complete: Complete | None
    ) -> list[Entry]:
        """Entries of ``form`` in page order."""
        entries: list[Entry] = []
        for name, stays, given, at in self.parts:
            if stays is not None:
                entries.append((name, stays))
                continue
            field = form.fields[at]
            if field.kind == "file":
                entries.append((name, _NO_FILE if given is None else uploads[given]))  # type: ignore[arg-type]
                continue
            value: str = field.value if given is None else filled[given]  # type: ignore[assignment]
            if given is None:
                if not value and field.required and complete is not None and not field.readonly:
                    value = complete(field) or ""
            else:
                if field.kind in CHECKED or field.maxlength or "\n" in value or "\r" in value:
                    value = entered(form, field, value)
                entries.append((name, value))
                continue
            if ("\n" in value or "\r" in value) and field.kind not in ("textarea", "hidden"):
                value = value.replace("\r", "").replace("\n", "")
            entries.append((name, value))
        return entries


_NO_FILE = Upload("", "application/octet-stream", b"")
_UNKNOWN = object()
_MOST_PLANS = 64


def _plan(form: HtmlForm, filled: Mapping[str, Value], uploads: Mapping[str, Files], button: str) -> _Plan | None:
    """None when what is sent depends on more than single values (choices that are given or completed)."""
    pressed = _pressed(form, button)
    names = assigned(form, {name: name for name in filled if not _of_choice(form, name)})
    if len(names) < len(filled) or len(set(names.values())) < len(names):
        return None
    files = {at: key for key in uploads for at in attached(form, {key: _NO_FILE})}
    parts: list[tuple[str, str | None, str | None, int]] = []
    for at, field in enumerate(form.fields):
        if field.disabled or field.kind in SILENT or not (field.name or field.kind in BUTTONS):
            continue
        if field.dirname or field.columns:
            return None
        if field.kind in BUTTONS:
            entries = _button_entries(field) if field is pressed else _untouched_button(field)
            parts += [(name, str(value), None, at) for name, value in entries]
        elif field.kind in ("checkbox", "radio", "select"):
            if field.required or any(one.required for one in _group(form, field)):
                return None
            parts += [(name, str(value), None, at) for name, value in _entries(form, field, None, (), None)]
        elif _says_charset(field):
            parts.append((field.name, shown_name(form.charset), None, at))
        else:
            key = files.get(at) if field.kind == "file" else names.get(at)
            parts.append((field.name, None, str(key) if key is not None else None, at))
    at = -1 if pressed is None else form.fields.index(pressed)
    return _Plan(tuple(parts), at, _secret(form))


def _of_choice(form: HtmlForm, name: str) -> bool:
    """Whether a value's name is that of a choice, so that what is sent depends on the value."""
    found = form.find(name)
    return any(one.name == found and one.kind in ("checkbox", "radio", "select") for one in form.fields)


def _says_charset(field: HtmlField) -> bool:
    return field.kind == "hidden" and field.name.lower() == "_charset_"


def _group(form: HtmlForm, field: HtmlField) -> list[HtmlField]:
    return [one for one in form.fields if one.kind == "radio" == field.kind and one.name == field.name]


def _button_entries(field: HtmlField) -> list[Entry]:
    if field.kind == "image":
        prefix = f"{field.name}." if field.name else ""
        return [(f"{prefix}x", "1"), (f"{prefix}y", "1")]
    return [*_direction(field, field.value), (field.name, field.value)] if field.name else []


def _untouched_button(field: HtmlField) -> list[Entry]:
    """What Chromium sends of a button that was not pressed: its ``dirname``."""
    return _direction(field, field.value) if field.name else []


def _direction(field: HtmlField, value: str) -> list[Entry]:
    if not field.dirname:
        return []
    return [(field.dirname, field.direction if field.direction != "auto" else strong(value) or "ltr")]


def _entries(
    form: HtmlForm, field: HtmlField, given: Value | None, files: tuple[Upload, ...], complete: Complete | None
) -> list[Entry]:
    """What one control adds (HTML standard, "constructing the entry list")."""
    if field.kind == "file":
        return [(field.name, file) for file in files or (_NO_FILE,)]
    if field.kind == "checkbox":
        return [(field.name, field.value)] if is_ticked(form, field, given) else []
    if field.kind == "radio":
        return [(field.name, field.value)] if _is_chosen(form, field, given, complete) else []
    if field.kind == "select":
        return [(field.name, value) for value in _selected(form, field, given, complete)]
    if _says_charset(field):
        return [(field.name, shown_name(form.charset))]
    if given is None:
        value = field.value
        if not value and field.required and complete is not None and not field.readonly:
            value = complete(field) or ""
        if field.kind not in ("textarea", "hidden"):
            value = value.replace("\r", "").replace("\n", "")
    else:
        value = entered(form, field, str(given))
    sent = wrapped(value, field.columns) if field.columns else value
    return [(field.name, sent), *_direction(field, value)]


def _is_chosen(form: HtmlForm, field: HtmlField, given: Value | None, complete: Complete | None) -> bool:
    if given is not None and given != ():
        return chosen_button(form, field, given) is field
    if field.checked:
        return True
    group = [one for one in form.fields if one.name == field.name and one.kind == "radio"]
    if any(one.checked for one in group) or not any(one.required for one in group):
        return False
    free = [one for one in group if not one.disabled]
    wanted = complete(free[0]) if complete is not None else None
    return next((one for one in free if one.value == wanted), free[0]) is field


def _selected(form: HtmlForm, field: HtmlField, given: Value | None, complete: Complete | None) -> Sequence[str]:
    if given is not None:
        return picked(form, field, given)
    if any(field.chosen) or not field.required:
        return field.chosen
    wanted = complete(field) if complete is not None else None
    if wanted and wanted in field.options:
        return (wanted,)
    return tuple(option for option in field.options if option)[:1] or field.chosen


def _encoded(
    form: HtmlForm, pressed: HtmlField | None, entries: list[Entry], boundary: str, secret: frozenset[str]
) -> Submission:
    method, enctype, action = form.method, form.enctype, form.action
    if pressed is not None:
        method = pressed.form_method.upper() or method
        enctype = pressed.form_enctype or enctype
        action = action if pressed.form_action is None else pressed.form_action
    if method == "DIALOG":
        refuse(form, "nothing is sent: the method is dialog, which closes a dialog")
    sent = tuple(entries)
    if method != "POST":
        query = urlencoded(entries, form.charset).decode("ascii")
        return Submission("GET", f"{action.partition('#')[0].partition('?')[0]}?{query}", b"", "", sent, secret)
    if enctype == "multipart/form-data":
        body, boundary = multipart(entries, boundary, form.charset)
        return Submission("POST", action, body, f"multipart/form-data; boundary={boundary}", sent, secret)
    if enctype == "text/plain":
        return Submission("POST", action, text_plain(entries, form.charset), "text/plain", sent, secret)
    return Submission("POST", action, urlencoded(entries, form.charset), URLENCODED, sent, secret)
