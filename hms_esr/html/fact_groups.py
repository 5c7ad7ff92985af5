"""Owns which controls of a form say one fact: parts of a date or time, a value asked for twice, two ends in order.

Told by legend, the stem names share, autocomplete and ARIA. Knows nothing of values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hms_esr.html.form import HtmlField, HtmlForm, folded

_PART_WORDS = {
    "day": "day dd dia día tag jour",
    "month": "month mm mon mes mois monat",
    "year": "year yyyy yy año anio jahr",
    "hour": "hour hours hh hr hora",
    "minute": "minute minutes minuto minutos",
    "half": "ampm meridiem meridian",
}
_PART = {word: part for part, listed in _PART_WORDS.items() for word in listed.split()}
_SHORT = {"d": "day", "m": "month", "y": "year"}
_RAILS = re.compile(r"(.+)\(([1-5])i\)\]?")
_RAILS_PARTS = ("year", "month", "day", "hour", "minute")
_IN_PARTS = frozenset(("text", "number", "tel", "search", "select"))
_IN_ORDER = frozenset(("number", "range", "date", "month", "week", "time", "datetime-local"))
_TYPED = _IN_ORDER | {"text", "email", "password", "tel", "url", "search", "textarea"}
_CONFIRM = frozenset(
    ("confirm", "confirmation", "confirmed", "repeat", "repeated", "again", "verify", "retype", "reenter")
).union(("repassword", "confirmar", "repetir"))
_SAID = frozenset(
    ("your", "the", "a", "please", "enter", "type", "re", "new", "once", "more", "field", "to", "su", "el", "la")
)
_ADDRESS = frozenset(("address", "addr", "line", "street"))
_PAIRS = (
    ("start", "end"),
    ("begin", "end"),
    ("from", "to"),
    ("from", "until"),
    ("since", "until"),
    ("arrival", "departure"),
    ("arrive", "depart"),
    ("checkin", "checkout"),
    ("departure", "return"),
    ("depart", "return"),
    ("outbound", "inbound"),
    ("minimum", "maximum"),
    ("min", "max"),
    ("lowest", "highest"),
    ("lower", "upper"),
    ("low", "high"),
    ("earliest", "latest"),
    ("desde", "hasta"),
    ("inicio", "fin"),
)


@dataclass(frozen=True, slots=True)
class SplitMoment:
    """One date or time in several controls: which control (its index) holds which part. ``name``: what they share."""

    name: str
    label: str
    parts: dict[str, int]

    @property
    def kind(self) -> str:
        """The type a single control for it would have."""
        if "hour" not in self.parts:
            return "date"
        return "datetime-local" if "month" in self.parts else "time"


@dataclass(frozen=True, slots=True)
class FactGroups:
    """What belongs together in a form; controls by index. A split moment is known by its first control in ``after``.

    ``copies``: a control and the one whose value it repeats. ``after``: an end and its start.
    """

    moments: dict[int, SplitMoment]
    copies: dict[int, int]
    after: dict[int, int]
    grouped: frozenset[int]
    """Every control that is in one of these, or a radio button."""


def fact_groups(form: HtmlForm) -> FactGroups:
    """The groups of a form, found out once for all forms that differ in values alone."""
    found: FactGroups | None = form.known.groups
    if found is None:
        there = {
            at: one for at, one in enumerate(form.fields) if one.name and not one.disabled and one.kind != "hidden"
        }
        moments, copies = _moments(there), _copies(there)
        after = _ordered(there, moments)
        radios = (at for at, field in there.items() if field.kind == "radio")
        grouped = frozenset((*moments, *copies, *copies.values(), *after, *after.values(), *radios))
        found = form.known.groups = FactGroups(moments, copies, after, grouped)
    return found


def words_of(text: str) -> list[str]:
    """``applicant[startDate-2]`` → applicant, start, date, 2."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[^\W\d])(?=\d)", " ", text[:200])
    return re.sub(r"[\W_]+", " ", spaced.lower()).split()


def _moments(there: dict[int, HtmlField]) -> dict[int, SplitMoment]:
    groups: dict[tuple[str, str], list[dict[str, int]]] = {}
    for at, field in there.items():
        told = _part(field) if field.kind in _IN_PARTS else None
        if told is None:
            continue
        part, stem = told
        group = groups.setdefault((stem, field.legend if not stem else ""), [{}])
        if part == "month" and "hour" in group[-1] and field.name.lower().endswith("mm"):
            part = "minute"
        if part in group[-1]:
            group.append({})
        group[-1][part] = at
    found: dict[int, SplitMoment] = {}
    for (stem, _), parted in groups.items():
        for parts in parted:
            if {"hour", "minute"} <= set(parts) or ("month" in parts and {"day", "year"} & set(parts)):
                first = there[min(parts.values())]
                moment = SplitMoment(stem or first.legend or "date", first.legend, parts)
                found |= dict.fromkeys(parts.values(), moment)
    return found


def _part(field: HtmlField) -> tuple[str, str] | None:
    """Part of a date or time, and the stem of its name; None for another control."""
    *section, token = field.autocomplete.lower().split() or [""]
    kind, _, last = token.rpartition("-")
    if kind in ("bday", "cc-exp") and last in ("day", "month", "year"):
        return last, " ".join((*section, kind))
    rails = _RAILS.fullmatch(field.name)
    if rails:
        return _RAILS_PARTS[int(rails[2]) - 1], rails[1]
    for name in (field.name, field.id):
        tokens = words_of(name)
        if tokens[-2:] == ["am", "pm"]:
            return "half", " ".join(tokens[:-2])
        part = _PART.get(tokens[-1]) or (_SHORT.get(tokens[-1]) if len(tokens) > 1 else None) if tokens else None
        if part:
            return part, " ".join(tokens[:-1])
        if len(tokens) > 1 and tokens[0] in _PART:
            return _PART[tokens[0]], " ".join(tokens[1:])
    told = next((part for text in (field.label, field.placeholder) if (part := _PART.get(folded(text)))), None)
    return (told, "") if told and field.legend else None


def _copies(there: dict[int, HtmlField]) -> dict[int, int]:
    typed = {at: field for at, field in there.items() if field.kind in _TYPED}
    named = {at: words_of(field.name) for at, field in typed.items()}
    labelled = {at: words_of(field.label) for at, field in typed.items()}
    asking = {at for at in typed if _CONFIRM & {*named[at], *labelled[at]}}
    found = {}
    for at, field in typed.items():
        first = [one for one in typed if one != at and one not in asking]
        alike = [one for one in first if typed[one].kind == field.kind]
        meant: int | None = None
        if at in asking:
            rest = _without(named[at])
            meant = next((one for one in first if rest and _without(named[one]) == rest), None)
            said = _without(labelled[at])
            if meant is None and _CONFIRM & set(labelled[at]):
                meant = next((one for one in alike if said and _without(labelled[one]) == said), None)
            if meant is None and field.kind in ("password", "email"):
                old = {one for one in alike if typed[one].autocomplete.endswith("current-password")}
                meant = max((one for one in alike if one < at and one not in old), default=None)
        elif named[at][-1:] == ["2"] and not _ADDRESS & {*named[at], *field.autocomplete.split("-")}:
            meant = _numbered(at, alike, named, field.kind)
        if meant is not None:
            found[at] = meant
    return found


def _numbered(at: int, alike: list[int], named: dict[int, list[str]], kind: str) -> int | None:
    """``password2`` repeats ``password`` or ``password1``; ``child2`` beside ``child1`` is another child."""
    stem = named[at][:-1]
    plain = next((one for one in alike if named[one] == stem), None)
    if plain is not None or kind not in ("password", "email"):
        return None if [*stem, "3"] in named.values() else plain
    return next((one for one in alike if named[one] == [*stem, "1"]), None)


def _without(words: list[str]) -> list[str]:
    return [word for word in words if word not in _CONFIRM and word not in _SAID and word not in ("1", "2")]


def _ordered(there: dict[int, HtmlField], moments: dict[int, SplitMoment]) -> dict[int, int]:
    """Ends and their starts, by name, else by label; a split moment counts as its first control."""
    ones: dict[int, tuple[str, str, str]] = {}
    for at, field in there.items():
        moment = moments.get(at)
        if moment is not None:
            if at == min(moment.parts.values()):
                ones[at] = f"split {moment.kind}", _squashed(moment.name), _squashed(moment.label)
        elif field.kind in _IN_ORDER or field.kind in ("text", "select"):
            label = _squashed(field.label) if field.kind in _IN_ORDER else ""
            ones[at] = field.kind, _squashed(field.name), label
    found: dict[int, int] = {}
    for at, (kind, *texts) in ones.items():
        for other, (its_kind, *its_texts) in ones.items():
            if other not in found and other != at and kind == its_kind and any(map(_in_order, texts, its_texts)):
                found[other] = at
                break
    return found


def _squashed(text: str) -> str:
    return "".join(words_of(text))


def _in_order(start: str, end: str) -> bool:
    return any(first in start and start.replace(first, second, 1) == end for first, second in _PAIRS)
