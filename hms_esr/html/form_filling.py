"""Owns which controls of a form a person's values and files go to, and what controls make of them.

Knows nothing of encodings or of what untouched controls send.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from hms_esr.errors import StepFailed
from hms_esr.html.form import BUTTONS, SILENT, HtmlField, HtmlForm, folded
from hms_esr.html.input_values import QUICK, STRICT, TYPED, limited, sanitized
from hms_esr.http.url import join
from hms_esr.steps.step import Upload

Value = str | tuple[str, ...]
"""One value, or several: for fields of one name in page order, or for a control that takes several."""
Files = Upload | tuple[Upload, ...]
CHECKED = frozenset(STRICT) | {"email", "url"}
"""Kinds whose values are looked at when filled in."""
_CHOICES = frozenset(("checkbox", "radio", "select"))
_NO = frozenset(("", "no", "false", "off", "0"))
_YES = frozenset(("yes", "true", "on", "1", "x"))


def refuse(form: HtmlForm, what: str, kind: str = "", there: Iterable[str] = ()) -> NoReturn:
    """StepFailed("no_form") that says what is wrong, where, and what there is."""
    listed = ", ".join(dict.fromkeys(one for one in there if one)) or "none"
    have = f"; {kind}: {listed[:300]}" if kind else ""
    raise StepFailed("no_form", f"{what} in the form on {join('', form.url).path}{have}")


def targets(form: HtmlForm, key: str) -> list[int]:
    """Indexes of the controls that a person means by ``key`` and can fill: visible ones, if any has the name."""
    known = form.known.targets.get(key)
    if known is None:
        known = form.known.targets[key] = _targets(form, key)
    return known


def _targets(form: HtmlForm, key: str) -> list[int]:
    fields = form.fields
    meant = [at for at, field in enumerate(fields) if field.name == key and _fillable(field)]
    if not meant:
        first = _called(fields, key)
        if first is None:
            refuse(form, f"no field '{key}'", "fields", [field.name for field in form.inputs])
        start = 0 if fields[first].kind in _CHOICES else first
        meant = [
            at
            for at in range(start, len(fields))
            if fields[at].name == fields[first].name and _fillable(fields[at]) and fields[at].kind != "hidden"
        ]
    meant = [at for at in meant if fields[at].kind != "hidden"] or meant
    free = [at for at in meant if not fields[at].locked]
    if not free:
        refuse(form, f"field '{key}' is {fields[meant[0]].locked} and cannot be filled")
    return free


def _fillable(field: HtmlField) -> bool:
    return field.kind not in BUTTONS and field.kind not in SILENT and field.kind != "file"


def _called(fields: Sequence[HtmlField], key: str) -> int | None:
    """The first visible control with a name that a person could mean, those that can be filled before others."""
    seen = [
        at
        for at, field in enumerate(fields)
        if field.name and _fillable(field) and field.kind != "hidden" and field.called(key)
    ]
    return next((at for at in seen if not fields[at].locked), seen[0] if seen else None)


def assigned(form: HtmlForm, filled: Mapping[str, Value]) -> dict[int, Value]:
    """What each control is given, by its index; StepFailed names what does not fit."""
    given: dict[int, Value] = {}
    for key, value in filled.items():
        at = targets(form, key)
        if isinstance(value, str):
            given |= _one(form, key, at, value)
        else:
            given |= _several(form, key, at, value)
    return given


def _one(form: HtmlForm, key: str, at: list[int], value: str) -> dict[int, Value]:
    fields = form.fields
    choices = [one for one in at if fields[one].kind in _CHOICES]
    texts = [one for one in at if fields[one].kind not in _CHOICES]
    if texts and not any(_offers(fields[one], value) for one in choices):
        return {texts[0]: value}
    selects = [one for one in choices if fields[one].kind == "select"]
    boxes = [one for one in choices if fields[one].kind != "select"]
    fitting = selects
    if len(selects) > 1:
        fitting = [one for one in selects if _offers(fields[one], value)] or selects
    return dict.fromkeys(boxes or fitting[:1], value)


def _several(form: HtmlForm, key: str, at: list[int], values: tuple[str, ...]) -> dict[int, Value]:
    fields = form.fields
    boxes = [one for one in at if fields[one].kind in ("checkbox", "radio")]
    if len(boxes) == len(at):
        if len(values) > 1 and fields[at[0]].kind == "radio":
            refuse(form, f"{len(values)} values for '{key}', which takes one choice")
        return dict.fromkeys(at, values)
    given: dict[int, Value] = {}
    left = list(values)
    for one in at:
        if one in boxes:
            continue
        if fields[one].kind == "select" and fields[one].multiple:
            given[one], left = tuple(left), []
        elif left:
            given[one] = left.pop(0)
    if left:
        refuse(form, f"{len(values)} values for '{key}', which has {len(values) - len(left)} fields")
    return given


def _offers(field: HtmlField, value: str) -> bool:
    if value in field.options:
        return True
    wanted = folded(value)
    if field.kind == "checkbox":
        return wanted in (folded(field.value), folded(field.label)) or wanted in _YES | _NO
    return wanted in map(folded, (*field.options, *field.shown))


def entered(form: HtmlForm, field: HtmlField, value: str) -> str:
    """What a control has for a value after a person entered ``value``; StepFailed when it takes none such.

    A line end entered into a line of text becomes a space, as browsers have it.
    """
    quick = QUICK.get(field.kind)
    if quick is not None and quick(value) and not field.maxlength:
        return value
    if field.kind in TYPED and field.kind != "textarea":
        value = value.replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
    kind = "emails" if field.kind == "email" and field.multiple else field.kind
    made = sanitized(kind, value, minimum=field.min, maximum=field.max, step=field.step, first=field.value)
    if kind in STRICT and value:
        taken = made
        if kind in ("range", "color"):
            taken = sanitized("number", value) if kind == "range" else value if value[:1] == "#" else ""
        if not taken:
            refuse(form, f"'{value}' cannot be entered into {kind} field '{field.name}'; expected {STRICT[kind]},")
    return limited(made, field.maxlength) if field.maxlength and field.kind in TYPED else made


def attached(form: HtmlForm, uploads: Mapping[str, Files]) -> dict[int, tuple[Upload, ...]]:
    """Files of each file input, by its index. The key ``""`` means the only name a file input has."""
    if not uploads:
        return {}
    fields = form.fields
    inputs = [at for at, field in enumerate(fields) if field.kind == "file" and field.name]
    files: dict[int, tuple[Upload, ...]] = {}
    for key, given in uploads.items():
        meant = _file_inputs(form, inputs, key)
        left = list(given) if isinstance(given, tuple) else [given]
        count = len(left)
        for at in meant:
            if left:
                files[at] = tuple(left) if fields[at].multiple else (left[0],)
                left = [] if fields[at].multiple else left[1:]
        if left:
            refuse(form, f"{count} files for '{fields[meant[0]].name}', which takes {count - len(left)}")
    return files


def _file_inputs(form: HtmlForm, inputs: list[int], key: str) -> list[int]:
    fields = form.fields
    names = list(dict.fromkeys(fields[at].name for at in inputs if not fields[at].disabled))
    if not key:
        if len(names) != 1:
            refuse(form, "more than one file field" if names else "no file field", "file fields", names)
        meant = [at for at in inputs if fields[at].name == names[0]]
    else:
        meant = [at for at in inputs if fields[at].name == key]
        if not meant:
            first = next((at for at in inputs if fields[at].called(key)), None)
            if first is None:
                refuse(form, f"no file field '{key}'", "file fields", names)
            meant = [at for at in inputs if at >= first and fields[at].name == fields[first].name]
    free = [at for at in meant if not fields[at].disabled]
    if not free:
        refuse(form, f"file field '{key}' is disabled and takes no file")
    return free


def is_ticked(form: HtmlForm, field: HtmlField, given: Value | None) -> bool:
    """Whether a checkbox is sent."""
    if given is None:
        return field.checked or field.required
    parts = given if isinstance(given, tuple) else (*given.split(","), given)
    wanted = {folded(part) for part in parts}
    if folded(field.value) in wanted or (field.label and folded(field.label) in wanted):
        return True
    alone = sum(one.name == field.name and one.kind == "checkbox" for one in form.fields) == 1
    if not alone:
        return False
    if not isinstance(given, str):
        given = given[0] if len(given) == 1 else ""
    if folded(given) not in _YES | _NO:
        refuse(form, f"'{given}' is no choice of '{field.name}'", "choices", ["yes", "no", field.value])
    return folded(given) in _YES


def chosen_button(form: HtmlForm, field: HtmlField, given: Value) -> HtmlField:
    """The radio button of ``field``'s group that ``given`` means."""
    group = [one for one in form.fields if one.name == field.name and one.kind == "radio" and not one.disabled]
    wanted = given if isinstance(given, str) else "".join(given[:1])
    exact = [one for one in group if one.value == wanted]
    matching = exact or [one for one in group if folded(wanted) in (folded(one.value), folded(one.label))]
    if not matching:
        refuse(form, f"'{wanted}' is no choice of '{field.name}'", "choices", [one.label or one.value for one in group])
    return matching[0]


def picked(form: HtmlForm, field: HtmlField, given: Value) -> list[str]:
    """Values of the options of a select that ``given`` means."""
    if isinstance(given, str) and given in field.options:
        return [given]
    if field.multiple and not isinstance(given, tuple) and not given.strip():
        return []
    known = {folded(text): value for value, text in reversed(list(zip(field.options, field.shown, strict=True)))}
    known |= {folded(value): value for value in reversed(field.options)}
    if isinstance(given, tuple):
        wanted = list(given)
    else:
        many = field.multiple and folded(given) not in known
        wanted = [part.strip() for part in given.split(",")] if many else [given]
    for one in wanted:
        if one not in field.options and folded(one) not in known:
            refuse(form, f"'{one}' is no choice of '{field.name}'", "choices", field.shown or field.options)
    values = [one if one in field.options else known[folded(one)] for one in wanted]
    return sorted(values, key=field.options.index) if field.multiple else values
