"""Owns forms learned from pages seen before: only hidden values are read again, by pattern, instead of the whole page.

Knows nothing of how a page is parsed; that is handed in. (A full parse costs some hundred microseconds, this ten.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import unescape

from hms_esr.engine.form_model import HtmlForm

Forms = tuple[HtmlForm, ...]
Read = Callable[[str], Forms]
"""The full parse: the forms of a page's HTML."""

CHECK_EVERY = 100
_MOST = 512
_HIDDEN = re.compile(
    r"""(<input\s(?![^<>]{0,400}?\btype\s?=\s?["']?(?:radio|checkbox|submit|button|image|reset|file)\b)"""
    r"""[^<>]{0,400}?\svalue=)(?:"([^"<>]*)"|'([^'<>]*)')""",
    re.IGNORECASE,
)
_SLOT = "esr-slot-{}-5e5e5e5e"
Key = tuple[str, str, str]


class _Skeleton:
    """Forms with their hidden values left open: ``slots`` says which field of which form holds which value."""

    def __init__(self, forms: Forms, slots: Sequence[tuple[int, int, int]]) -> None:
        self.forms = forms
        self.slots = slots
        self.uses = 0

    def filled(self, values: Sequence[str]) -> Forms:
        """The forms with these hidden values."""
        forms = list(self.forms)
        fields = {form: list(forms[form].fields) for form, _, _ in self.slots}
        for form, field, slot in self.slots:
            fields[form][field] = fields[form][field].with_value(values[slot])
        for form, made in fields.items():
            forms[form] = replace(forms[form], fields=tuple(made))
        return tuple(forms)


class FormMemory:
    """What one worker has learned. A page whose forms differ from what was learned is parsed, always.

    A form region is remembered when seen (address, charset and text but for hidden values), learned when seen again,
    and from then on each :data:`CHECK_EVERY` th page is parsed to compare; a difference forgets the address for good.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._skeletons: dict[Key, _Skeleton] = {}
        self._doubtful: set[str] = set()

    def forms(self, html: str, url: str, charset: str, read: Read) -> Forms:
        """The forms of a page, learned or read."""
        start, end = html.find("<form"), html.rfind("</form>")
        if start < 0 or end < start or url in self._doubtful or " form=" in html or "<base" in html:
            return read(html)
        region = html[start:end]
        parts = _HIDDEN.split(region)
        key = (url, charset, "\0".join(parts[at] for at in range(len(parts)) if at % 4 < 2))
        skeleton = self._skeletons.get(key)
        if skeleton is None:
            return self._meet(key, html, start, end, read)
        values = _values(parts)
        forms = skeleton.filled(values)
        skeleton.uses += 1
        if skeleton.uses % CHECK_EVERY == 0:
            return self._check(key, html, forms, read)
        return forms

    def _meet(self, key: Key, html: str, start: int, end: int, read: Read) -> Forms:
        """A region not yet learned: read it, and learn it when it was seen before."""
        forms = read(html)
        mark = hash(key)
        if mark not in self._seen:
            if len(self._seen) >= 16 * _MOST:
                self._seen.clear()
            self._seen.add(mark)
            return forms
        skeleton = _learned(html, start, end, read)
        if skeleton is None or skeleton.filled(_values(_HIDDEN.split(html[start:end]))) != forms:
            self._doubt(key[0])
        else:
            if len(self._skeletons) >= _MOST:
                self._skeletons.clear()
            self._skeletons[key] = skeleton
        return forms

    def _check(self, key: Key, html: str, forms: Forms, read: Read) -> Forms:
        true = read(html)
        if true != forms:
            del self._skeletons[key]
            self._doubt(key[0])
        return true

    def _doubt(self, url: str) -> None:
        if len(self._doubtful) >= _MOST:
            self._doubtful.clear()
        self._doubtful.add(url)


def _values(parts: Sequence[str | None]) -> list[str]:
    """Hidden values in page order, as the page means them."""
    raw = [parts[at] if parts[at] is not None else parts[at + 1] or "" for at in range(2, len(parts), 4)]
    return [unescape(value) if value and "&" in value else value or "" for value in raw]


def _learned(html: str, start: int, end: int, read: Read) -> _Skeleton | None:
    """The skeleton of a page: read with a mark in each hidden value's place; None when a mark is not found again."""
    marks: list[str] = []

    def mark(match: re.Match[str]) -> str:
        marks.append(_SLOT.format(len(marks)))
        return f'{match[1]}"{marks[-1]}"'

    forms = read(html[:start] + _HIDDEN.sub(mark, html[start:end]) + html[end:])
    where = {
        field.value: (at, number)
        for at, form in enumerate(forms)
        for number, field in enumerate(form.fields)
        if field.value in marks
    }
    if set(where) != set(marks):
        return None
    return _Skeleton(forms, [(*where[one], slot) for slot, one in enumerate(marks)])
