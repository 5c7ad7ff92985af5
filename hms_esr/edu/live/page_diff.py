"""Owns the parts of a page that change: each has a key, so that only what changed travels.

Knows nothing of runs. What is drawn first and what is sent later are made by the same calls, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hms_esr.charts.markup import Markup, join, tag

Change = dict[str, Any]
"""``h``: inside by key, ``c``: class by key, ``a``: [list, outside of a row to add at its end]."""


@dataclass(slots=True)
class PageState:
    """What a page says at one moment: the inside and the class of every live element, and the rows of its lists."""

    inside: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    """List → row's key → the row whole."""

    def live(self, name: str, key: str, *content: object, class_: str | None = None, **attributes: object) -> Markup:
        """An element whose inside and class may change."""
        inside = join(content)
        self.inside[key] = inside
        self.classes[key] = class_ or ""
        return tag(name, inside, class_=class_, data_k=key, **attributes)

    def shell(self, name: str, key: str, *content: object, class_: str | None = None, **attributes: object) -> Markup:
        """An element of which only the class may change; live elements may be inside."""
        self.classes[key] = class_ or ""
        return tag(name, *content, class_=class_, data_k=key, **attributes)

    def listing(self, name: str, key: str, rows: Sequence[tuple[str, Markup]], **attributes: object) -> Markup:
        """An element whose rows, each live under its key, keep their place; new ones come at the end."""
        self.rows[key] = dict(rows)
        return tag(name, *(row for _, row in rows), data_k=key, **attributes)

    def render(self, key: str, text: str) -> None:
        """A text without an element of its own: ``@title``, ``@say``."""
        self.inside[key] = text


class PageDiff:
    """The newest slots, numbered, and since which number each is as it is."""

    def __init__(self, first: PageState) -> None:
        self.number = 0
        self.slots = first
        self._since: dict[str, int] = {}

    def turn(self, slots: PageState) -> Change:
        """Take the next moment; what changed since the one before."""
        before, self.slots = self.slots, slots
        self.number += 1
        added = [
            (key, row) for key, rows in slots.rows.items() for row in rows if row not in before.rows.get(key, rows)
        ]
        moved = {key for key, rows in slots.rows.items() if not _grown(before.rows.get(key, {}), rows)}
        new = {row for _, row in added}
        for what, now, was in (("in", slots.inside, before.inside), ("class", slots.classes, before.classes)):
            for key, text in now.items():
                if was.get(key) != text and key not in new:
                    self._since[f"{what} {key}"] = self.number
        for key in {key for key, _ in added} | moved:
            self._since[f"rows {key}"] = self.number
        change = self._changed(self.number - 1, whole=moved)
        change["a"] = [[key, slots.rows[key][row]] for key, row in added if key not in moved]
        return change

    def since(self, number: int) -> Change:
        """All that changed after ``number``, for who was away; lists that grew come whole."""
        lists = {key for key in self.slots.rows if self._since.get(f"rows {key}", 0) > number}
        return self._changed(number, whole=lists)

    def everything(self) -> Change:
        """Every slot, for who saw another page."""
        return self._changed(-1, whole=set(self.slots.rows))

    def _changed(self, number: int, whole: set[str]) -> Change:
        slots = self.slots
        inside = {key: text for key, text in slots.inside.items() if self._since.get(f"in {key}", 0) > number}
        classes = {key: text for key, text in slots.classes.items() if self._since.get(f"class {key}", 0) > number}
        within = {row for key in whole for row in slots.rows[key]}
        kept = {key: text for key, text in inside.items() if key not in within}
        lists = {key: join(Markup(row) for row in slots.rows[key].values()) for key in whole}
        return {"h": kept | lists, "c": {key: text for key, text in classes.items() if key not in within}, "a": []}


def _grown(before: dict[str, str], now: dict[str, str]) -> bool:
    """Whether all rows of before are there still, in their place."""
    return list(now)[: len(before)] == list(before)
