"""Owns what a person types into an empty required field, told from its name, type and autocomplete.

Knows nothing of HTML or of a form's other fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from hms_esr.errors import StepFailed
from hms_esr.personas import safe
from hms_esr.personas.meanings import Control, Typed, a_date, fixed, meaning, own, password
from hms_esr.personas.patterns.parser import NotSupported
from hms_esr.personas.patterns.pattern import Pattern, pattern_of
from hms_esr.personas.random_values import random_value
from hms_esr.personas.ranges import SCALES, day_of
from hms_esr.personas.safe import Draw, below
from hms_esr.personas.states import BY_NAME

Option = str | tuple[str, str]
"""A choice of a select or a radio group: its value, or (value, shown text)."""

_NOT_TYPED = frozenset({"hidden", "submit", "button", "reset", "image", "file"})
_WITHOUT_PATTERN = frozenset({"textarea", "color"})
_LONGEST = 20_000
_MOST_DRAWN_EMAIL = 24
_URLS = ("https://www.example.org/", "http://a.test/", "http://a")


def value_for(
    person: Mapping[str, str],
    name: str,
    *,
    draw: Draw,
    kind: str = "text",
    autocomplete: str = "",
    label: str = "",
    placeholder: str = "",
    options: Sequence[Option] = (),
    minimum: str = "",
    maximum: str = "",
    step: str = "",
    pattern: str = "",
    min_length: int = 0,
    max_length: int = 0,
    least: str = "",
    most: str = "",
) -> str | None:
    """What ``person`` gives for the empty control called ``name``; None for what nobody types (hidden, buttons, files).

    Texts are the attributes of the page, empty when absent; ``max_length`` 0 is none. ``least`` and ``most`` are ends
    the person's own other answers set; they count where the control's own leave room. A function of its arguments.
    StepFailed("no_form") when nothing can satisfy the control, or we cannot tell what does.
    """
    pairs = [(one, one) if isinstance(one, str) else one for one in options]
    texts = autocomplete, label, placeholder
    ends = minimum.strip(), maximum.strip(), step, pattern
    lengths = max(min_length, 0), max(max_length, 0)
    control = Control(name, kind.lower(), *texts, pairs, *ends, *lengths, least, most)
    return _given(person, control, draw)


def _given(person: Mapping[str, str], control: Control, draw: Draw) -> str | None:
    kind = control.kind
    if kind in _NOT_TYPED:
        return None
    if kind == "checkbox":
        return control.options[0][0] if control.options else "on"
    if control.options:
        return _option(person, control, draw)
    meant = meaning(person, control, draw)
    if kind in SCALES:
        return meant if meant and control.limits(kind).allows(meant) else _in_range(control, draw)
    if kind == "email" and not (meant and "@" in meant):
        meant = person.get("email", "")
    elif kind in _BY_KIND and (meant is None or kind != "tel"):
        meant = _BY_KIND[kind](person, control, draw)
    return _fitted(meant, person, control, draw)


_BY_KIND: dict[str, Typed] = {
    "tel": lambda person, control, draw: person.get("phone", "515-555-0100"),
    "password": password,
    "url": fixed(_URLS[0]),
    "color": fixed("#336699"),
    "email": own("email"),
}


def _option(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """The person's own value if it is offered, else any that is not empty."""
    meant = meaning(person, control, draw) or ""
    for wanted in (meant, person.get("state_code", "") if meant in BY_NAME else ""):
        for value, shown in control.options:
            if wanted and wanted.lower() in (value.lower(), shown.strip().lower()):
                return value
    values = [value for value, _ in control.options if value] or [control.options[0][0]]
    return values[below(draw(0), len(values))]


def _in_range(control: Control, draw: Draw) -> str:
    value = control.limits(control.kind).value(draw)
    if value is None:
        ends = [f"{name} {text[:40]}" for name, text in (("min", control.minimum), ("max", control.maximum)) if text]
        raise _refused(
            control, f"{' and '.join(ends)} leave none" + (f" on step {control.step[:40]}" * bool(control.step))
        )
    return value


def _refused(control: Control, why: str) -> StepFailed:
    return StepFailed("no_form", f"cannot make a value for {control.name or control.label}: {why}")


def _fitted(meant: str | None, person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """``meant`` or another spelling of it, or a text made for the pattern; as long as allowed, nobody's identifier."""
    least, most = control.min_length, control.max_length
    if most and least > most:
        raise _refused(control, f"minlength {least} is more than maxlength {most}")
    if least > _LONGEST:
        raise _refused(control, f"minlength {least} is more than {_LONGEST}")
    pattern = _pattern(control)
    if pattern is None:
        if meant is None:
            meant = random_value("sentence" if control.kind == "textarea" else "words", draw)
        return _long_enough(_short_enough(meant, control, draw), control, draw)
    wishes = _wishes(meant, person, control, pattern, draw)
    value = pattern.value(wishes, draw, least, most)
    if value is None:
        value = _of_its_own_domain(control, pattern, draw)
    if value is None or (control.kind == "email" and "@" not in value):
        raise StepFailed("no_form", _NO_VALUE.format(control.name or control.label))
    return value


def _of_its_own_domain(control: Control, pattern: Pattern, draw: Draw) -> str | None:
    """A long address drawn, where a page demands e-mail of a domain; None when nothing fits.

    StepFailed when all that fits, but e-mail, could be a real person's.
    """
    most = control.max_length
    least = max(control.min_length, min(most or _MOST_DRAWN_EMAIL, _MOST_DRAWN_EMAIL))
    value = pattern.value((), draw, least if "@" in control.pattern else control.min_length, most, as_drawn=True)
    if value is not None and "@" not in value:
        why = "what it asks for could be a real person's number"
        raise StepFailed("no_form", f"{_NO_VALUE.format(control.name or control.label)}: {why}")
    return value


_NO_VALUE = "cannot make a value for {}'s pattern"


def _pattern(control: Control) -> Pattern | None:
    if not control.pattern or control.kind in _WITHOUT_PATTERN:
        return None
    try:
        return pattern_of(control.pattern)
    except NotSupported as error:
        raise StepFailed("no_form", f"{_NO_VALUE.format(control.name or control.label)}: {error}") from None


def _wishes(
    meant: str | None, person: Mapping[str, str], control: Control, pattern: Pattern, draw: Draw
) -> Iterator[str]:
    """What the person would like to type, best first."""
    if meant:
        yield from _spellings(meant)
        domain = pattern.ending()
        if "@" in meant and "@" in domain:
            yield meant.partition("@")[0] + domain[domain.index("@") :]
        if control.min_length > len(meant):
            yield _long_enough(meant, control, draw)
    else:
        yield random_value("words", draw)
    if "//" in control.pattern or r"\/\/" in control.pattern:
        yield from _URLS
    if "@" in control.pattern:
        yield person.get("email", "")
    yield from _spellings(a_date(person, control, draw))
    yield "09:30"


def _spellings(text: str) -> Iterator[str]:
    """A text, its digits, its cases; a day as it is written here and there; a telephone number likewise."""
    digits = re.sub(r"\D", "", text)
    day = day_of(text) if len(text) == 10 else None
    yield text
    if day is not None:
        yield from (day.strftime(form) for form in ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y", "%m/%d/%y"))
    if digits:
        yield digits
    if len(digits) == 10:
        yield from (f"({digits[:3]}) {digits[3:6]}-{digits[6:]}", f"+1{digits}", f"1{digits}")
    yield from (text.upper(), text.lower(), text.title(), text.replace(" ", ""), text.partition(" ")[0])


def _short_enough(text: str, control: Control, draw: Draw) -> str:
    """``text``, or what can be said in as many characters as allowed."""
    most = control.max_length
    if control.placeholder and (day := day_of(text)) is not None:
        text = _as_shown(text, control.placeholder) if len(text) == 10 and day else text
    if not most or len(text) <= most:
        return safe.made_safe(text, draw)
    if control.kind == "email":
        if most < 3:
            raise _refused(control, f"no e-mail address has {most} characters")
        domain = next((one for one in ("people.test", "a.test", "a") if len(one) + 8 <= most), "a")
        return f"{_letters(min(most - len(domain) - 1, 12), draw)}@{domain}"
    if control.kind == "url":
        fit = next((one for one in (*_URLS, "a:b") if len(one) <= most), None)
        if fit is None:
            raise _refused(control, f"no address has {most} characters")
        return fit
    if text in BY_NAME:
        return BY_NAME[text].code[:most]
    digits = re.sub(r"\D", "", text)
    return safe.made_safe(digits if digits and len(digits) <= most else text[:most].rstrip(), draw)


def _as_shown(text: str, placeholder: str) -> str:
    """An ISO day as a placeholder shows it: ``MM/DD/YYYY``."""
    found = re.fullmatch(r"(?i)\s*(dd|mm|yyyy)([/.-])(dd|mm|yyyy)\2(dd|mm|yyyy)\s*", placeholder)
    parts = dict(zip(("yyyy", "mm", "dd"), text.split("-"), strict=False))
    if found is None or {found[at].lower() for at in (1, 3, 4)} != set(parts):
        return text
    return found[2].join(parts[found[at].lower()] for at in (1, 3, 4))


def _long_enough(text: str, control: Control, draw: Draw) -> str:
    """``text`` with something after it that keeps it what it is: an e-mail address, an address, digits, words."""
    missing = control.min_length - len(text)
    if missing <= 0:
        return text
    if control.kind == "email" and "@" in text:
        name, _, domain = text.rpartition("@")
        return f"{name}{_letters(missing, draw)}@{domain}"
    if control.kind == "url":
        return text + _letters(missing, draw)
    if control.kind == "password":
        return text + _letters(missing, draw)
    number = 0
    while len(text) < control.min_length:
        number += 1
        text += f" {random_value('word', _nth(draw, number))}"
    return text[: control.max_length or None].ljust(control.min_length, "a")


def _nth(draw: Draw, number: int) -> Draw:
    """Draws for the n-th of several values."""
    return lambda at: draw(2000 + 10 * number + at)


def _letters(count: int, draw: Draw) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz"[below(draw(3000 + at), 26)] for at in range(count))
