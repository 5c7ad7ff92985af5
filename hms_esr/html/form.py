"""Owns forms as data: controls and what a person can call them by, buttons, the form around them.

Knows nothing of HTML parsing, nor of what is sent.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

BUTTONS = frozenset(("submit", "image"))
SILENT = frozenset(("button", "reset"))
"""Buttons that send nothing without JavaScript."""
_UNSEEN = BUTTONS | SILENT | {"hidden"}
_CARD = re.compile(r"(^|[_\s.-])(cc|card)[_\s.-]?(no|num|number)?($|[_\s.-])|cardnumber|card_?number|creditcard", re.I)
WRITTEN = frozenset(
    [
        "text",
        "search",
        "tel",
        "url",
        "email",
        "password",
        "textarea",
        "number",
        "date",
        "month",
        "week",
        "time",
        "datetime-local",
    ]
)
"""Kinds that ``readonly`` locks."""
URLENCODED = "application/x-www-form-urlencoded"


class HtmlField(NamedTuple):
    """One control. ``options``: values of a select, or of all radio buttons of its name; ``shown``: their texts.

    ``value`` is what it would send untouched (of a checkbox or radio button: when checked; of a select: its first
    chosen option, ``chosen`` has all). ``label`` is the text a person reads beside it, ``legend`` the legend of the
    fieldset or the name of the ARIA group around it, and ``group`` the same of a choice alone; ``others``: what else a
    button is known by. ``form_action`` is None, ``form_method`` and ``form_enctype`` are empty where the button leaves
    it to the form. ``columns``: where lines of a ``wrap=hard`` text end; 0 for others.
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
    legend: str = ""
    readonly: bool = False
    others: tuple[str, ...] = ()
    dirname: str = ""
    direction: str = ""
    columns: int = 0

    def with_value(self, value: str) -> HtmlField:
        """The same control with another value (``_replace`` takes twice as long)."""
        return _made(HtmlField, (*self[:_VALUE], value, *self[_VALUE + 1 :]))

    def called(self, name: str) -> bool:
        """Whether a person could mean this control by ``name``: its id, label, legend or placeholder, case folded."""
        wanted = folded(name)
        return bool(wanted) and wanted in {
            folded(text) for text in (self.name, self.id, self.label, self.group, self.placeholder) if text
        }

    @property
    def sends(self) -> bool:
        """Whether a button sends the form; one with ``formmethod=dialog`` closes a dialog."""
        return self.form_method != "dialog"

    @property
    def locked(self) -> str:
        """``disabled`` or ``read-only`` for a control that nobody can fill; else empty."""
        if self.disabled:
            return "disabled"
        return "read-only" if self.readonly and self.kind in WRITTEN else ""

    def known_as(self, text: str) -> bool:
        """Whether a button is meant by ``text``: its label, what else it is known by, its name or id."""
        wanted = folded(text)
        return wanted in (folded(self.label), folded(self.name), folded(self.id)) or wanted in map(folded, self.others)


_made = tuple.__new__
_VALUE = HtmlField._fields.index("value")


class FormFacts:
    """What was found out about a form and stays true whatever its values are; ``plans`` is the forms module's.

    ``groups``: which controls say one fact.
    """

    __slots__ = ("groups", "kinds", "names", "plans", "targets")

    def __init__(self) -> None:
        self.kinds: frozenset[str] | None = None
        self.names: dict[str, str | None] = {}
        self.plans: dict[Any, Any] = {}
        self.groups: Any = None
        self.targets: dict[str, list[int]] = {}


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
    known: FormFacts = dataclasses.field(default_factory=lambda: FormFacts(), compare=False, repr=False)
    """What was found out about it; shared by all forms that differ in values alone."""

    def with_fields(self, fields: tuple[HtmlField, ...]) -> HtmlForm:
        """The same form, its fields having other values."""
        return HtmlForm(
            fields,
            self.action,
            self.url,
            self.base,
            self.method,
            self.enctype,
            self.id,
            self.charset,
            self.aside,
            self.known,
        )

    @property
    def buttons(self) -> tuple[HtmlField, ...]:
        """Buttons that submit it, in page order."""
        return tuple(field for field in self.fields if field.kind in BUTTONS and not field.disabled)

    @property
    def inputs(self) -> tuple[HtmlField, ...]:
        """Controls a person can see and fill."""
        return tuple(field for field in self.fields if field.kind not in _UNSEEN and not field.disabled)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of what a person can see and fill; ``card`` when one takes a card's number."""
        kinds = self.known.kinds
        if kinds is None:
            seen = {field.kind for field in self.inputs}
            if any(_takes_card(field) for field in self.inputs):
                seen.add("card")
            kinds = self.known.kinds = frozenset(seen)
        return kinds

    def button(self, text: str) -> HtmlField | None:
        """The button with that text, name or id; the first that sends for no text; None when there is none."""
        buttons = self.buttons
        if not text:
            return next((one for one in buttons if one.sends), None)
        return next((one for one in buttons if one.known_as(text)), None)

    def has(self, names: Iterable[str]) -> bool:
        """Whether every one of ``names`` means a control."""
        return all(self.find(name) for name in names)

    def find(self, name: str) -> str | None:
        """Name of the control meant by ``name``: the name itself, else id, label, legend or placeholder."""
        found = self.known.names
        if name not in found:
            found[name] = self._find(name)
        return found[name]

    def _find(self, name: str) -> str | None:
        for field in self.fields:
            if field.name == name and field.kind not in BUTTONS | SILENT:
                return name
        return next((field.name for field in self.inputs if field.name and field.called(name)), None)


def _takes_card(field: HtmlField) -> bool:
    if field.autocomplete.lower().endswith("cc-number"):
        return True
    return field.kind in ("text", "tel", "number") and bool(_CARD.search(field.name) or _CARD.search(field.id))


def folded(text: str) -> str:
    """``text`` as it is compared: spaces joined, case folded, without a final colon or asterisk."""
    return " ".join(text.split()).rstrip(" :*").casefold()
