"""Owns forms learned from pages seen before: only hidden values are read again, by pattern, instead of the whole page.

Knows nothing of how a page is parsed; that is handed in. (A full parse costs some hundred microseconds, this ten.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape

from hms_esr.html.form import HtmlField, HtmlForm

Forms = tuple[HtmlForm, ...]
Read = Callable[[str], Forms]
"""The full parse: the forms of a page's HTML."""

CHECK_EVERY = 100
_MOST = 512
_LONGEST = 256 * 1024
"""Characters of the largest region that is learned."""
_MOST_OF_ONE = 4
_HIDDEN = re.compile(
    r"""(<input\s(?![^<>]{0,400}?\btype\s?=\s?["']?(?:radio|checkbox|submit|button|image|reset|file|email"""
    r"""|url|number|range|color|date|datetime-local|month|week|time)\b)"""
    r"""[^<>]{0,400}?\svalue=)(?:"([^"<>]*)"|'([^'<>]*)')""",
    re.IGNORECASE,
)
_DOUBTFUL = re.compile(r"&(?!(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z][A-Za-z0-9]*);)")
"""A reference without its semicolon, which is read in an attribute otherwise than in a text."""
_ELSEWHERE = ("\nform=", "\tform=", "<noscript", "dirname", "<fieldset disabled")
"""What makes a form depend on more than its own region of the page."""
_SLOT = "esr-slot-{}-5e5e5e5e"
Shape = list[list[str]]
Place = tuple[str, str]
"""Address and charset of a page."""


class _Skeleton:
    """A region of forms with its hidden values left open.

    ``pieces`` stand around the values, each ending or beginning with the quote of its values; ``slots`` says which
    field of which form holds which value.
    """

    def __init__(self, forms: Forms, pieces: Sequence[str], slots: Sequence[tuple[int, int, int]]) -> None:
        self.forms = forms
        self.slots = slots
        self.uses = 0
        self._first = pieces[0]
        self._others = [(piece[0], piece) for piece in pieces[1:]]

    def values(self, html: str, start: int, end: int) -> list[str] | None:
        """Hidden values of this region of a page; None when anything else differs from what was learned."""
        if not html.startswith(self._first, start):
            return None
        at = start + len(self._first)
        values = []
        for quote, piece in self._others:
            stop = html.find(quote, at, end)
            if stop < 0 or not html.startswith(piece, stop):
                return None
            value = html[at:stop]
            if "<" in value or ">" in value or "\n" in value or "\r" in value:
                return None
            if "&" in value:
                if _DOUBTFUL.search(value):
                    return None
                value = unescape(value)
                if "\n" in value or "\r" in value:
                    return None
            values.append(value)
            at = stop + len(piece)
        return values if at == end else None

    def filled(self, values: Sequence[str]) -> Forms:
        """The forms with these hidden values."""
        fields: dict[int, list[HtmlField]] = {}
        for form, field, slot in self.slots:
            own = fields.get(form)
            if own is None:
                own = fields[form] = list(self.forms[form].fields)
            if own[field].value != values[slot]:
                own[field] = own[field].with_value(values[slot])
        return tuple(
            [form if at not in fields else form.with_fields(tuple(fields[at])) for at, form in enumerate(self.forms)]
        )


class FormMemory:
    """What one run has learned in this process. A page whose forms differ from what was learned is parsed, always.

    A form region is remembered when seen (address, charset and text but for hidden values), learned when seen again,
    and from then on each :data:`CHECK_EVERY` th page is parsed to compare; a difference forgets the address for good.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._skeletons: dict[Place, list[_Skeleton]] = {}
        self._doubtful: set[str] = set()

    def forms(self, html: str, url: str, charset: str, read: Read) -> Forms:
        """The forms of a page, learned or read."""
        start, end = html.find("<form"), html.rfind("</form>")
        if (
            start < 0
            or end < start
            or end - start > _LONGEST
            or url in self._doubtful
            or " form=" in html
            or "<base" in html
        ):
            return read(html)
        if html.find("<form", end) >= 0:
            return read(html)
        place = (url, charset)
        for skeleton in self._skeletons.get(place, ()):
            values = skeleton.values(html, start, end)
            if values is not None:
                forms = skeleton.filled(values)
                skeleton.uses += 1
                return forms if skeleton.uses % CHECK_EVERY else self._check(place, html, forms, read)
        return self._meet(place, html, start, end, read)

    def _meet(self, place: Place, html: str, start: int, end: int, read: Read) -> Forms:
        """A region not yet learned: read it, and learn it when it was seen before."""
        forms = read(html)
        if any(mark in html for mark in _ELSEWHERE):
            return forms
        parts = _HIDDEN.split(html[start:end])
        mark = hash((place, "\0".join(part or "" for at, part in enumerate(parts) if at % 4 < 2)))
        if mark not in self._seen:
            if len(self._seen) >= 16 * _MOST:
                self._seen.clear()
            self._seen.add(mark)
            return forms
        skeleton = _learned(html, start, end, parts, read, _shape(forms))
        values = None if skeleton is None else skeleton.values(html, start, end)
        if skeleton is None or values is None or skeleton.filled(values) != forms:
            self._doubt(place[0])
            return forms
        if len(self._skeletons) >= _MOST:
            self._skeletons.clear()
        known = self._skeletons.setdefault(place, [])
        if len(known) >= _MOST_OF_ONE:
            known.clear()
        skeleton.forms = forms
        known.append(skeleton)
        return forms

    def _check(self, place: Place, html: str, forms: Forms, read: Read) -> Forms:
        true = read(html)
        if true != forms:
            self._skeletons.pop(place, None)
            self._doubt(place[0])
        return true

    def _doubt(self, url: str) -> None:
        if len(self._doubtful) >= _MOST:
            self._doubtful.clear()
        self._doubtful.add(url)


def _pieces(parts: Sequence[str | None]) -> list[str]:
    """What stands around hidden values, from a region split by :data:`_HIDDEN`."""
    pieces, before = [], parts[0] or ""
    for at in range(1, len(parts), 4):
        quote = "'" if parts[at + 1] is None else '"'
        pieces.append(f"{before}{parts[at]}{quote}")
        before = f"{quote}{parts[at + 3]}"
    return [*pieces, before]


def _shape(forms: Forms) -> Shape:
    """Names of the controls of each form."""
    return [[field.name for field in form.fields] for form in forms]


def _learned(
    html: str, start: int, end: int, parts: Sequence[str | None], read: Read, shape: Shape
) -> _Skeleton | None:
    """The skeleton of a page: read with a mark in each hidden value's place; None when a mark is not found again."""
    marks: list[str] = []

    def mark(match: re.Match[str]) -> str:
        marks.append(_SLOT.format(len(marks)))
        return f'{match[1]}"{marks[-1]}"'

    if _shape(read(html[start : end + len("</form>")])) != shape:
        return None
    forms = read(html[:start] + _HIDDEN.sub(mark, html[start:end]) + html[end:])
    where = {
        field.value: (at, number)
        for at, form in enumerate(forms)
        for number, field in enumerate(form.fields)
        if field.value in marks
    }
    if set(where) != set(marks):
        return None
    return _Skeleton(forms, _pieces(parts), [(*where[one], slot) for slot, one in enumerate(marks)])
