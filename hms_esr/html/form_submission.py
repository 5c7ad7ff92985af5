"""Owns what a browser sends when a form is submitted: entries, method, address, encoding.

Knows nothing of HTML parsing or sockets; completion of empty fields is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hms_esr.errors import StepFailed
from hms_esr.html.completion import Complete, Completion
from hms_esr.html.form import BUTTONS, SILENT, URLENCODED, HtmlField, HtmlForm, folded
from hms_esr.html.form_encoding import Entry, multipart, text_plain, urlencoded
from hms_esr.http.url import join
from hms_esr.steps.step import Upload

__all__ = ["BUTTONS", "SILENT", "URLENCODED", "Complete", "HtmlField", "HtmlForm", "Submission", "folded", "submission"]

_NO = frozenset(("", "no", "false", "off", "0"))
_YES = frozenset(("yes", "true", "on", "1", "x"))


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
    filled: Mapping[str, str],
    uploads: Mapping[str, Upload],
    *,
    button: str = "",
    complete: Complete | None = None,
    boundary: str = "esr-form-5e5e5e5e",
) -> Submission:
    """What a browser sends for ``form`` with ``filled`` values, files and the button with the text ``button`` pressed.

    Names are a field's name, id or label; the upload named ``""`` goes to the only file input. StepFailed("no_form")
    names an unknown field, choice or button and what there is.
    """
    complete = None if complete is None else Completion(form, filled, complete).answer
    key = (button, tuple(filled), tuple(uploads))
    plans = form.known.plans
    plan = plans.get(key, _UNKNOWN)
    if plan is _UNKNOWN:
        if len(plans) >= _MOST_PLANS:
            plans.clear()
        plan = plans[key] = _plan(form, filled, uploads, button)
    if plan is not None:
        pressed = None if plan.pressed < 0 else form.fields[plan.pressed]
        entries = plan.entries(form, filled, uploads, complete)
        return _encoded(form, pressed, entries, boundary, plan.secret)
    pressed = form.button(button)
    values, files = _by_name(form, filled), _files_by_name(form, uploads)
    entries = []
    for field in form.fields:
        if field.disabled or field.kind in SILENT:
            continue
        if field.kind in BUTTONS:
            entries += _button_entries(field) if field is pressed else []
        elif field.name:
            entries += _entries(form, field, values, files, complete)
    return _encoded(form, pressed, entries, boundary, _secret(form))


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
        self, form: HtmlForm, filled: Mapping[str, str], uploads: Mapping[str, Upload], complete: Complete | None
    ) -> list[Entry]:
        """Entries of ``form`` in page order."""
        entries: list[Entry] = []
        for name, stays, given, at in self.parts:
            if stays is not None:
                entries.append((name, stays))
                continue
            field = form.fields[at]
            if field.kind == "file":
                entries.append((name, _NO_FILE if given is None else uploads[given]))
                continue
            value = field.value if given is None else filled[given]
            if not value and given is None and field.required and complete is not None:
                value = complete(field) or ""
            if ("\n" in value or "\r" in value) and field.kind not in ("textarea", "hidden"):
                value = value.replace("\r", "").replace("\n", "")
            entries.append((name, value))
        return entries


_NO_FILE = Upload("", "application/octet-stream", b"")
_UNKNOWN = object()
_MOST_PLANS = 64


def _plan(form: HtmlForm, filled: Mapping[str, str], uploads: Mapping[str, Upload], button: str) -> _Plan | None:
    """None when what is sent depends on more than single values (choices that are given or completed)."""
    pressed = form.button(button)
    if button and pressed is None:
        _refuse(form, f"no button '{button}'", "buttons", [one.label or one.name for one in form.buttons])
    given = _by_name(form, {name: name for name in filled})
    files = {name: key for key in uploads for name in _files_by_name(form, {key: uploads[key]})}
    parts: list[tuple[str, str | None, str | None, int]] = []
    for at, field in enumerate(form.fields):
        if field.disabled or field.kind in SILENT or not (field.name or field.kind in BUTTONS):
            continue
        if field.kind in BUTTONS:
            entries = _button_entries(field) if field is pressed else []
            parts += [(name, str(value), None, at) for name, value in entries]
        elif field.kind in ("checkbox", "radio", "select"):
            if field.name in given or field.required or any(one.required for one in _group(form, field)):
                return None
            parts += [(name, str(value), None, at) for name, value in _entries(form, field, {}, {}, None)]
        elif field.kind == "hidden" and field.name == "_charset_":
            parts.append((field.name, form.charset, None, at))
        else:
            key = files.get(field.name) if field.kind == "file" else given.get(field.name)
            parts.append((field.name, None, key, at))
    at = -1 if pressed is None else form.fields.index(pressed)
    return _Plan(tuple(parts), at, _secret(form))


def _group(form: HtmlForm, field: HtmlField) -> list[HtmlField]:
    return [one for one in form.fields if one.kind == "radio" == field.kind and one.name == field.name]


def _refuse(form: HtmlForm, what: str, kind: str, there: Sequence[str]) -> None:
    path = join("", form.url).path
    listed = ", ".join(dict.fromkeys(one for one in there if one)) or "none"
    raise StepFailed("no_form", f"{what} in the form on {path}; {kind}: {listed[:300]}")


def _by_name(form: HtmlForm, filled: Mapping[str, str]) -> dict[str, str]:
    values = {}
    names = {field.name for field in form.fields if field.kind not in BUTTONS and field.kind not in SILENT}
    for given, value in filled.items():
        name = given if given in names else form.find(given)
        if name is None:
            _refuse(form, f"no field '{given}'", "fields", [field.name for field in form.inputs])
        else:
            values[name] = value
    return values


def _files_by_name(form: HtmlForm, uploads: Mapping[str, Upload]) -> dict[str, Upload]:
    inputs = [field for field in form.fields if field.kind == "file" and field.name and not field.disabled]
    files = {}
    for given, upload in uploads.items():
        if not given and len({field.name for field in inputs}) == 1:
            name: str | None = inputs[0].name
        else:
            name = next((one.name for one in inputs if one.name == given or (given and one.called(given))), None)
        if name is None:
            what = (
                f"no file field '{given}'" if given else ("no file field" if not inputs else "more than one file field")
            )
            _refuse(form, what, "file fields", [field.name for field in inputs])
        else:
            files[name] = upload
    return files


def _button_entries(field: HtmlField) -> list[Entry]:
    if field.kind == "image":
        prefix = f"{field.name}." if field.name else ""
        return [(f"{prefix}x", "1"), (f"{prefix}y", "1")]
    return [(field.name, field.value)] if field.name else []


def _entries(
    form: HtmlForm, field: HtmlField, values: Mapping[str, str], files: Mapping[str, Upload], complete: Complete | None
) -> list[Entry]:
    """What one control adds (HTML standard, "constructing the entry list")."""
    given = values.get(field.name)
    if field.kind == "file":
        return [(field.name, files.get(field.name) or _NO_FILE)]
    if field.kind == "checkbox":
        return [(field.name, field.value)] if _ticked(form, field, given) else []
    if field.kind == "radio":
        return [(field.name, field.value)] if _chosen_radio(form, field, given, complete) else []
    if field.kind == "select":
        return [(field.name, value) for value in _selected(form, field, given, complete)]
    if field.kind == "hidden" and field.name == "_charset_":
        return [(field.name, form.charset)]
    value = field.value if given is None else given
    if not value and given is None and field.required and complete is not None:
        value = complete(field) or ""
    if field.kind not in ("textarea", "hidden"):
        value = value.replace("\r", "").replace("\n", "")
    return [(field.name, value)]


def _ticked(form: HtmlForm, field: HtmlField, given: str | None) -> bool:
    if given is None:
        return field.checked or field.required
    wanted = {folded(part) for part in given.split(",")} | {folded(given)}
    if folded(field.value) in wanted or (field.label and folded(field.label) in wanted):
        return True
    alone = sum(one.name == field.name and one.kind == "checkbox" for one in form.fields) == 1
    if alone and folded(given) not in _YES | _NO:
        _refuse(form, f"'{given}' is no choice of '{field.name}'", "choices", ["yes", "no", field.value])
    return alone and folded(given) in _YES


def _chosen_radio(form: HtmlForm, field: HtmlField, given: str | None, complete: Complete | None) -> bool:
    group = [one for one in form.fields if one.name == field.name and one.kind == "radio" and not one.disabled]
    if given is not None:
        matching = [one for one in group if folded(given) in (folded(one.value), folded(one.label))]
        if not matching:
            _refuse(
                form, f"'{given}' is no choice of '{field.name}'", "choices", [one.label or one.value for one in group]
            )
        return matching[0] is field
    checked = [one for one in group if one.checked]
    if checked:
        return checked[-1] is field
    if not any(one.required for one in group):
        return False
    wanted = complete(group[0]) if complete is not None else None
    return next((one for one in group if one.value == wanted), group[0]) is field


def _selected(form: HtmlForm, field: HtmlField, given: str | None, complete: Complete | None) -> Sequence[str]:
    if given is not None:
        return _picked(form, field, given)
    if any(field.chosen) or not field.required:
        return field.chosen
    wanted = complete(field) if complete is not None else None
    if wanted and wanted in field.options:
        return (wanted,)
    return tuple(option for option in field.options if option)[:1] or field.chosen


def _picked(form: HtmlForm, field: HtmlField, given: str) -> list[str]:
    if given in field.options:
        return [given]
    if field.multiple and not given.strip():
        return []
    known = {folded(text): value for value, text in zip(field.options, field.shown, strict=True)}
    known |= {folded(value): value for value in field.options}
    wanted = [part.strip() for part in given.split(",")] if field.multiple and folded(given) not in known else [given]
    for one in wanted:
        if one not in field.options and folded(one) not in known:
            _refuse(form, f"'{one}' is no choice of '{field.name}'", "choices", field.shown or field.options)
    return [one if one in field.options else known.get(folded(one), one) for one in wanted]


def _encoded(
    form: HtmlForm, pressed: HtmlField | None, entries: list[Entry], boundary: str, secret: frozenset[str]
) -> Submission:
    method = ((pressed.form_method if pressed else "") or form.method).upper()
    enctype = (pressed.form_enctype if pressed else "") or form.enctype
    action = form.action
    if pressed is not None and pressed.form_action:
        action = join(form.base or form.url, pressed.form_action).url
    sent = tuple(entries)
    if method != "POST":
        query = urlencoded(entries, form.charset).decode("ascii")
        return Submission("GET", f"{action.partition('?')[0]}?{query}", b"", "", sent, secret)
    if enctype == "multipart/form-data":
        body, boundary = multipart(entries, boundary, form.charset)
        return Submission("POST", action, body, f"multipart/form-data; boundary={boundary}", sent, secret)
    if enctype == "text/plain":
        return Submission("POST", action, text_plain(entries, form.charset), "text/plain", sent, secret)
    return Submission("POST", action, urlencoded(entries, form.charset), URLENCODED, sent, secret)
