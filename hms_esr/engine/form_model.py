"""Owns forms as data: controls and what a person can call them by, buttons, the form around them.

Knows nothing of HTML parsing, nor of what is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

BUTTONS = frozenset(("submit", "image"))
SILENT = frozenset(("button", "reset"))
"""Buttons that send nothing without JavaScript."""
URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class HtmlField:
    """One control. ``options``: values of a select, or of all radio buttons of its name; ``shown``: their texts.

    ``value`` is what it would send untouched (of a checkbox or radio button: when checked; of a select: its first
    chosen option, ``chosen`` has all). ``label`` is the text a person reads beside it, ``group`` the legend above it.
    """

    name: str
    kind: str = "text"
    value: str = ""
    required: bool = False
    label: str = ""
    group: str = ""
    id: str = ""
    autocomplete: str = ""
    options: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    checked: bool = False
    disabled: bool = False
    multiple: bool = False
    pattern: str = ""
    min: str = ""
    max: str = ""
    step: str = ""
    minlength: str = ""
    maxlength: str = ""
    placeholder: str = ""
    accept: str = ""
    form_action: str | None = None
    form_method: str = ""
    form_enctype: str = ""

    def with_value(self, value: str) -> HtmlField:
        """The same control with another value (``dataclasses.replace`` takes four times as long)."""
        made = _blank(HtmlField)
        for move, take in _MOVES:
            move(made, take(self))
        _SET_VALUE(made, value)
        return made

    def called(self, name: str) -> bool:
        """Whether a person could mean this control by ``name``: its id, label, legend or placeholder, case folded."""
        wanted = folded(name)
        return wanted in {
            folded(text) for text in (self.name, self.id, self.label, self.group, self.placeholder) if text
        }


_blank = object.__new__
_SLOTS: dict[str, Any] = {name: getattr(HtmlField, name) for name in HtmlField.__slots__}
_MOVES = [(slot.__set__, slot.__get__) for name, slot in _SLOTS.items() if name != "value"]
"""Writing and reading of each slot; a frozen dataclass cannot be written otherwise."""
_SET_VALUE = _SLOTS["value"].__set__


@dataclass(frozen=True, slots=True)
class HtmlForm:
    """A form of a page. ``action`` and ``url`` (the page's) are absolute; ``charset`` is what values are sent in."""

    fields: tuple[HtmlField, ...]
    action: str
    url: str
    base: str = ""
    method: str = "GET"
    enctype: str = URLENCODED
    id: str = ""
    charset: str = "utf-8"
    aside: bool = False
    """In a navigation, header or footer, or a search: rarely what a person came for."""

    @property
    def buttons(self) -> tuple[HtmlField, ...]:
        """Buttons that submit it, in page order."""
        return tuple(field for field in self.fields if field.kind in BUTTONS and not field.disabled)

    @property
    def inputs(self) -> tuple[HtmlField, ...]:
        """Controls a person can see and fill."""
        hidden = BUTTONS | SILENT | {"hidden"}
        return tuple(field for field in self.fields if field.kind not in hidden and not field.disabled)

    def button(self, text: str) -> HtmlField | None:
        """The button with that text, name or id; the first one for no text; None when there is none."""
        if not text:
            return self.buttons[0] if self.buttons else None
        wanted = folded(text)
        return next(
            (one for one in self.buttons if wanted in (folded(one.label), folded(one.name), folded(one.id))), None
        )

    def has(self, names: Iterable[str]) -> bool:
        """Whether every one of ``names`` means a control."""
        return all(self.find(name) for name in names)

    def find(self, name: str) -> str | None:
        """Name of the control meant by ``name``: the name itself, else id, label, legend or placeholder."""
        for field in self.fields:
            if field.name == name and field.kind not in BUTTONS | SILENT:
                return name
        return next((field.name for field in self.inputs if field.name and field.called(name)), None)


def folded(text: str) -> str:
    """``text`` as it is compared: spaces joined, case folded, without a final colon or asterisk."""
    return " ".join(text.split()).rstrip(" :*").casefold()
