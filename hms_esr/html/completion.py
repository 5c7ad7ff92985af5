"""Owns what one person enters into the empty required controls of one form: each fact is asked for once.

A group of controls gets its value in parts, copied, or in order. Knows nothing of what people are like.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol

from hms_esr.html.fact_groups import FactGroups, SplitMoment, fact_groups
from hms_esr.html.form import HtmlField, HtmlForm, folded
from hms_esr.personas.form_values import value_for
from hms_esr.personas.patterns.parser import NotSupported
from hms_esr.personas.patterns.pattern import pattern_of
from hms_esr.personas.ranges import following
from hms_esr.personas.safe import Draw

_SPANISH = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
_MONTHS = [
    (calendar.month_name[number], calendar.month_abbr[number], _SPANISH[number - 1], _SPANISH[number - 1][:3])
    for number in range(1, 13)
]
_MOST_DIGITS = 9
_CARD_EXPIRES, _OTHERS_EXPIRE = "2034-12-01", ("2030-01-01", "2034-12-31")


class Complete(Protocol):
    """Who is asked."""

    def __call__(self, field: HtmlField, least: str = "", most: str = "", /) -> str | None:
        """What a person enters into an empty control, not below ``least`` or above ``most``; None leaves it empty."""
        ...


def typed_into(field: HtmlField, person: Mapping[str, str], draw: Draw, least: str = "", most: str = "") -> str | None:
    """What ``person`` enters into an empty control (see :func:`value_for`)."""
    return value_for(
        person,
        field.name,
        draw=draw,
        kind=field.kind,
        autocomplete=field.autocomplete,
        label=field.label,
        placeholder=field.placeholder,
        options=tuple(zip(field.options, field.shown or field.options, strict=False)),
        minimum=field.min,
        maximum=field.max,
        step=field.step,
        pattern=field.pattern,
        min_length=_count(field.minlength),
        max_length=_count(field.maxlength),
        least=least,
        most=most,
    )


class Completion:
    """One person's answers to one form. ``filled``: what was filled, by name or label; it stands, and is kept to.

    ``everything``: as if every control were empty and required (a first look at a form, before anybody fills it).
    """

    def __init__(
        self, form: HtmlForm, filled: Mapping[str, Any], complete: Complete, *, everything: bool = False
    ) -> None:
        self._form = form
        self._filled = filled
        self._complete = complete
        self._everything = everything
        self._values: dict[int, str] = {}
        self._moments: dict[int, str] = {}

    @cached_property
    def _groups(self) -> FactGroups:
        return fact_groups(self._form)

    @cached_property
    def _given(self) -> Mapping[str, str]:
        """Single texts that were filled, by the control's own name."""
        texts = ((name, text) for name, text in self._filled.items() if isinstance(text, str))
        return {self._form.find(name) or name: text for name, text in texts}

    @cached_property
    def _at(self) -> Mapping[int, int]:
        return {id(field): at for at, field in enumerate(self._form.fields)}

    def answer(self, field: HtmlField, least: str = "", most: str = "", /) -> str | None:
        """What goes into ``field``, which is one of the form's."""
        return self.value(self._at[id(field)])

    def value(self, at: int) -> str:
        """What goes into the control with index ``at``; empty when nothing does. Asked for when first wanted."""
        if at not in self._values:
            self._enter(at)
        return self._values.get(at, "")

    def repeats(self, field: HtmlField) -> bool:
        """Whether a control repeats another, or another repeats it."""
        at = self._at[id(field)]
        return at in self._groups.copies or at in self._groups.copies.values()

    def part_of(self, field: HtmlField) -> SplitMoment | None:
        """The date or time a control holds a part of."""
        return self._groups.moments.get(self._at[id(field)])

    def wants(self, at: int) -> bool:
        """Whether the control is to be completed: empty, not given, required."""
        field = self._form.fields[at]
        return self._everything or (field.required and not field.value and field.name not in self._given)

    def _enter(self, at: int) -> None:
        field = self._form.fields[at]
        moment = self._groups.moments.get(at)
        if at not in self._groups.grouped:
            self._values[at] = self._complete(field) or ""
        elif moment is not None:
            self._enter_moment(moment)
        elif field.kind == "radio":
            group = [
                one for one, other in enumerate(self._form.fields) if (other.kind, other.name) == ("radio", field.name)
            ]
            self._values |= dict.fromkeys(group, self._complete(field) or "")
        else:
            same = self._same_as(at)
            self._values[at] = self._asked(at) if same is None else same

    def _same_as(self, at: int) -> str | None:
        """The value this control repeats, or that of one that repeats it and was given."""
        source = self._groups.copies.get(at)
        if source is not None:
            return self._known(source) or self.value(source)
        repeats = (one for one, first in self._groups.copies.items() if first == at)
        return next((text for one in repeats if (text := self._known(one))), None)

    def _known(self, at: int) -> str:
        """What stands in a control without us: given, or on the page."""
        field = self._form.fields[at]
        return "" if self._everything else self._given.get(field.name, field.value)

    def _asked(self, at: int) -> str:
        field = self._form.fields[at]
        start, end = self._groups.after.get(at), self._end_of(at)
        least = most = ""
        if start is not None:
            least = self._known(start) or (self.value(start) if self.wants(start) else "")
            other = self._form.fields[start]
            if field.options and field.options == other.options:
                field = _from(field, least)
            least = following(field.kind, least)
        if end is not None:
            most = self._known(end) or self._form.fields[end].max
        return (self._complete(field, least, most) if least or most else self._complete(field)) or ""

    def _end_of(self, at: int) -> int | None:
        return next((end for end, start in self._groups.after.items() if start == at), None)

    def _enter_moment(self, moment: SplitMoment) -> None:
        first = min(moment.parts.values())
        known = {part: number for part, at in moment.parts.items() if (number := self._number(part, at)) is not None}
        text = self._moment(moment, first)
        self._moments[first] = text
        numbers = _numbers(text) | known
        if {"month", "day"} <= set(numbers):
            last = calendar.monthrange(numbers.get("year", 2025), numbers["month"])[1]
            if numbers["day"] > last and "day" in known and "month" not in known:
                numbers["month"] = 1
            numbers["day"] = min(numbers["day"], 31 if "day" in known else last)
        for part, at in moment.parts.items():
            self._values[at] = _written(self._form.fields[at], part, numbers, half="half" in moment.parts)

    def _moment(self, moment: SplitMoment, first: int) -> str:
        """The whole date or time as one text, asked for as one control would."""
        parts = [self._form.fields[at] for at in moment.parts.values()]
        low, high = _years(self._form.fields[moment.parts["year"]]) if "year" in moment.parts else ("", "")
        expires = "exp" in " ".join((moment.name, moment.label)).lower()
        if expires and moment.kind == "date" and not low:
            if "day" not in moment.parts:
                return _CARD_EXPIRES
            low, high = _OTHERS_EXPIRE
        born = any("bday" in field.autocomplete for field in parts)
        field = HtmlField(
            moment.name, moment.kind, label=moment.label, autocomplete="bday" if born else "", required=True
        )
        if moment.kind == "date":
            field = field._replace(min=low, max=high)
        start, end = self._groups.after.get(first), self._end_of(first)
        least = following(moment.kind, self._whole(start)) if start is not None else ""
        most = self._known_whole(end) if end is not None else ""
        return (self._complete(field, least, most) if least or most else self._complete(field)) or ""

    def _whole(self, at: int) -> str:
        """The split date or time that begins with a control, as known or as entered."""
        known = self._known_whole(at)
        if known or not self.wants(at):
            return known
        self.value(at)
        return self._moments.get(at, "")

    def _known_whole(self, at: int) -> str:
        numbers = {part: self._number(part, one) for part, one in self._groups.moments[at].parts.items()}
        if any(number is None for number in numbers.values()) or "hour" in numbers or "year" not in numbers:
            return ""
        return f"{numbers['year']:04d}-{numbers['month']:02d}-{numbers.get('day') or 1:02d}"

    def _number(self, part: str, at: int) -> int | None:
        """The number of a part that is known; a month may be a name."""
        field, text = self._form.fields[at], self._known(at)
        if field.kind == "select" and text in field.options and field.shown:
            text = field.shown[field.options.index(text)] if part == "month" else text
        if part == "month" and (named := _month_named(text)):
            return named
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None
        if number is None or (part == "month" and not 1 <= number <= 12) or (part == "year" and number < 1):
            return None
        return number


def _from(field: HtmlField, start: str) -> HtmlField:
    """A select without what comes before ``start``, and without it too if anything comes after."""
    at = field.options.index(start) if start in field.options else -1
    at = min(at + 1, len(field.options) - 1)
    return field._replace(options=field.options[at:], shown=field.shown[at:])


def _month_named(text: str) -> int | None:
    wanted = folded(text)
    return next((at for at, names in enumerate(_MONTHS, 1) if wanted in map(str.casefold, names)), None)


def _numbers(text: str) -> dict[str, int]:
    """Parts of an ISO date, time, or both."""
    day, time = (text[:10], text[11:]) if "-" in text else ("", text)
    found = dict(zip(("year", "month", "day"), map(int, day.split("-")), strict=False)) if day else {}
    return found | dict(zip(("hour", "minute"), map(int, time.split(":")[:2]), strict=False)) if time else found


def _years(field: HtmlField) -> tuple[str, str]:
    """First and last day of the years a control takes, as far as it says."""
    offered = [int(one) for one in _numbers_offered(field) if len(one) == 4]
    if offered:
        return f"{min(offered):04d}-01-01", f"{max(offered):04d}-12-31"
    low, high = (one if len(one) == 4 and one.isascii() and one.isdigit() else "" for one in (field.min, field.max))
    return low and f"{low}-01-01", high and f"{high}-12-31"


def _written(field: HtmlField, part: str, numbers: Mapping[str, int], *, half: bool) -> str:
    """A part as its control takes it: ``3``, ``03``, ``March``, the offered minute below it."""
    if part == "half":
        return _offered(field, ["pm" if numbers.get("hour", 0) >= 12 else "am"])
    number = numbers.get(part)
    if number is None:
        return ""
    largest = max((int(one) for one in _numbers_offered(field)), default=24)
    if part == "hour" and (half or largest <= 12):
        number = (number - 1) % 12 + 1
    texts = [str(number), f"{number:02d}"]
    if part == "year":
        texts = [str(number), f"{number % 100:02d}"]
    elif len(field.placeholder.strip()) == 2 or part == "minute":
        texts.reverse()
    names = list(_MONTHS[number - 1]) if part == "month" else []
    if field.options:
        return _offered(field, [*names, *texts]) or _nearest(field, number)
    return next((text for text in (*texts, *names) if _takes(field, text)), texts[0])


def _offered(field: HtmlField, texts: Iterable[str]) -> str:
    """The value offered for one of ``texts``: by what is shown, then by value."""
    shown = {folded(text): value for value, text in reversed(list(zip(field.options, field.shown, strict=False)))}
    values = {folded(value): value for value in field.options}
    for text in texts:
        if folded(text) in shown or folded(text) in values:
            return shown.get(folded(text)) or values.get(folded(text), "")
    return "" if field.options else next(iter(texts), "")


def _nearest(field: HtmlField, number: int) -> str:
    return min(
        _numbers_offered(field), key=lambda one: abs(int(one) - number), default=next(filter(None, field.options), "")
    )


def _numbers_offered(field: HtmlField) -> list[str]:
    return [one for one in field.options if one.isascii() and one.isdigit() and len(one) <= 4]


def _takes(field: HtmlField, text: str) -> bool:
    try:
        pattern = pattern_of(field.pattern)
    except NotSupported:
        pattern = None
    long_enough = _count(field.minlength) <= len(text) <= (_count(field.maxlength) or len(text))
    return long_enough and (pattern is None or pattern.fits(text))


def _count(text: str) -> int:
    """A number of characters as an attribute says it; 0 when it says nothing that can be meant."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0
