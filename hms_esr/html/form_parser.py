"""Owns the reading of forms out of a parsed page: controls, their labels, which form they belong to.

Knows nothing of what is filled or sent.
"""

from __future__ import annotations

from typing import Any

from hms_esr.errors import StepFailed
from hms_esr.html.form import BUTTONS, URLENCODED, HtmlField, HtmlForm
from hms_esr.html.form_owners import form_around, nested, owners
from hms_esr.html.input_values import sanitized
from hms_esr.html.select_options import non_negative, read_options
from hms_esr.html.text_direction import direction
from hms_esr.html.tree import SPACE, accessible_text, foreign, words
from hms_esr.http.character_sets import charset_named, written_in
from hms_esr.http.url import in_charset, join

_CONTROLS = "form,input,select,textarea,button"
_TYPES = frozenset(
    [
        "button",
        "checkbox",
        "color",
        "date",
        "datetime-local",
        "email",
        "file",
        "hidden",
        "image",
        "month",
        "number",
        "password",
        "radio",
        "range",
        "reset",
        "search",
        "submit",
        "tel",
        "text",
        "time",
        "url",
        "week",
    ]
)
LINES = frozenset(("text", "search", "tel", "password"))
_UNCHANGED = frozenset(("hidden", "checkbox", "radio", "submit", "reset", "button", "image", "file"))
_ENCTYPES = frozenset((URLENCODED, "multipart/form-data", "text/plain"))
_ASIDE = frozenset(("nav", "header", "footer", "aside"))
_DIRECTED = frozenset(
    ["hidden", "text", "search", "tel", "url", "email", "password", "submit", "reset", "button", "textarea"]
)
_PLAIN = ("autocomplete", "pattern", "min", "max", "step", "minlength", "maxlength", "placeholder", "accept")
_DEFAULT_LABELS = {"submit": "Submit", "reset": "Reset", "image": "Submit"}


def read_forms(tree: Any, html: str, base: str, url: str, charset: str) -> tuple[HtmlForm, ...]:
    """Every form of the page, in page order, with all controls that belong to it (HTML standard, "form owner")."""
    return _Reading(tree, html, base, url, charset).forms()


class _Reading:
    """One pass over a page. Nodes are known by ``mem_id``."""

    def __init__(self, tree: Any, html: str, base: str, url: str, charset: str) -> None:
        self.base, self.url = base, url
        self.charset = charset
        nodes = tree.css(_CONTROLS)
        self.owned = nested(html, nodes)
        if self.owned is None:
            tree, self.owned = owners(html)
            nodes = tree.css(_CONTROLS)
        odd = "<svg" in html or "<math" in html or "<template" in html
        self.nodes = [node for node in nodes if not foreign(node)] if odd else nodes
        self.form_nodes = [node for node in self.nodes if node.tag == "form"]
        self.labels = {}
        for node in reversed(tree.css("label[for]")):
            self.labels[node.attributes["for"]] = node
        self.tree = tree

    def forms(self) -> tuple[HtmlForm, ...]:
        fields: dict[int, list[HtmlField]] = {node.mem_id: [] for node in self.form_nodes}
        for node in self.nodes:
            if node.tag != "form":
                owner = self.owner(node)
                if owner is not None and owner.mem_id in fields:
                    fields[owner.mem_id].append(self.field(node))
        return tuple(self.form(node, fields[node.mem_id]) for node in self.form_nodes)

    def owner(self, node: Any) -> Any:
        named = node.attributes.get("form")
        if named is not None or "form" in node.attributes:
            first = self.by_id(named or "")
            return first if first is not None and first.tag == "form" else None
        owned = self.owned or {}
        return owned[node.mem_id] if node.mem_id in owned else form_around(node)

    def by_id(self, name: str) -> Any:
        """The first element with that id; None without one."""
        if not name:
            return None
        written = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\a ")
        return self.tree.css_first(f'[id="{written}"]')

    def form(self, node: Any, fields: list[HtmlField]) -> HtmlForm:
        marks = node.attributes
        return HtmlForm(
            fields=_with_groups(fields),
            action=self.address(marks.get("action")),
            url=self.url,
            base=self.base,
            method=_method(marks.get("method")).upper(),
            enctype=_enctype(marks.get("enctype")),
            id=marks.get("id") or "",
            charset=_form_charset(marks.get("accept-charset"), self.charset),
            aside=marks.get("role") == "search" or _is_aside(node),
        )

    def address(self, action: str | None) -> str:
        """The absolute address; what cannot be carried (``mailto:``) stays as written, and is refused when sent."""
        written = (action or "").strip(SPACE)
        if not written:
            return self.url.partition("#")[0]
        try:
            return join(self.base, in_charset(written, self.charset)).url
        except StepFailed:
            return written

    def field(self, node: Any) -> HtmlField:
        marks = node.attributes
        kind = _kind(node)
        options, shown, chosen = read_options(node) if kind == "select" else ((), (), ())
        action = marks.get("formaction") if kind in BUTTONS else None
        if action is None and kind in BUTTONS and "formaction" in marks:
            action = ""
        dirname = (marks.get("dirname") or "") if kind in _DIRECTED and node.tag != "button" else ""
        label, others = self.label(node, kind)
        legend = self.legend(node)
        return HtmlField(
            name=marks.get("name") or "",
            kind=kind,
            value=chosen[0] if chosen else _value(node, kind) if kind != "select" else "",
            required="required" in marks or marks.get("aria-required") == "true",
            label=label,
            group=legend if kind in ("radio", "checkbox") else "",
            legend=legend,
            id=marks.get("id") or "",
            options=options,
            shown=shown,
            chosen=chosen,
            checked="checked" in marks,
            disabled=_disabled(node),
            multiple="multiple" in marks,
            form_action=None if action is None else self.address(action),
            form_method=_method(marks["formmethod"]) if "formmethod" in marks else "",
            form_enctype=_enctype(marks["formenctype"]) if "formenctype" in marks else "",
            readonly="readonly" in marks,
            others=others,
            dirname=dirname,
            direction=direction(node, kind) if dirname else "",
            columns=_columns(marks) if kind == "textarea" and "wrap" in marks else 0,
            **{name: marks.get(name) or "" for name in _PLAIN},
        )

    def label(self, node: Any, kind: str) -> tuple[str, tuple[str, ...]]:
        """The text a person knows a control by, and what else a button is known by."""
        marks = node.attributes
        named = marks.get("aria-label") or self.labelled_by(marks.get("aria-labelledby") or "")
        if kind in ("submit", "reset", "button", "image"):
            own = accessible_text(node) if node.tag == "button" else _written_label(marks, kind)
            title = marks.get("title") or ""
            names = [name for name in (named, own, title) if name]
            label = names[0] if names else kind.capitalize()
            return label, tuple(names[1:])
        label_node = self.labels.get(marks.get("id")) if marks.get("id") else None
        at = node.parent
        while label_node is None and at is not None and at.tag != "form":
            label_node = at if at.tag == "label" else None
            at = at.parent
        if label_node is not None:
            return words(label_node, without=frozenset(("select", "textarea", "button"))), ()
        return named or marks.get("placeholder") or "", ()

    def legend(self, node: Any) -> str:
        """The legend of the fieldset around a control, or the name of the ARIA group."""
        at = node.parent
        while at is not None and at.tag != "form":
            if at.tag == "fieldset":
                legend = next((child for child in at.iter() if child.tag == "legend"), None)
                return words(legend) if legend is not None else ""
            marks = at.attributes or {}
            if marks.get("role") in ("group", "radiogroup"):
                return marks.get("aria-label") or self.labelled_by(marks.get("aria-labelledby") or "")
            at = at.parent
        return ""

    def labelled_by(self, ids: str) -> str:
        texts = [accessible_text(node) for one in ids.split() if (node := self.by_id(one)) is not None]
        return " ".join(texts).strip()


def _written_label(marks: dict[str, str | None], kind: str) -> str:
    alt = marks.get("alt") if kind == "image" else ""
    return alt or marks.get("value") or ("" if "value" in marks else _DEFAULT_LABELS.get(kind, ""))


def _value(node: Any, kind: str) -> str:
    """What a control sends untouched, of a checkbox or radio button when it is checked."""
    marks = node.attributes
    written: str = marks.get("value") or ""
    if kind == "textarea":
        written = node.text(deep=True)
        return sanitized(kind, written) if "\r" in written else written
    if kind in ("checkbox", "radio") and "value" not in marks:
        return "on"
    if node.tag == "input" and kind in ("submit", "reset") and "value" not in marks:
        return _DEFAULT_LABELS[kind]
    if node.tag == "button" or kind in _UNCHANGED or (kind in LINES and "\n" not in written and "\r" not in written):
        return written
    if kind == "email" and "multiple" in marks:
        kind = "emails"
    low, high, step = (marks.get(name) or "" for name in ("min", "max", "step"))
    return sanitized(kind, written, minimum=low, maximum=high, step=step, first=written)


def _columns(marks: dict[str, str | None]) -> int:
    if (marks.get("wrap") or "").lower() != "hard":
        return 0
    return non_negative(marks.get("cols")) or 20


def _method(written: str | None) -> str:
    kind = (written or "").lower()
    return kind if kind in ("post", "dialog") else "get"


def _form_charset(accepted: str | None, charset: str) -> str:
    """The first known encoding of ``accept-charset``, else the page's; never UTF-16."""
    labels = (accepted or "").replace(",", " ").split()
    return written_in(next((name for label in labels if (name := charset_named(label))), charset))


def _kind(node: Any) -> str:
    if node.tag in ("select", "textarea"):
        return str(node.tag)
    marks = node.attributes
    written = (marks.get("type") or "").lower()
    if node.tag == "button":
        if written in ("reset", "button", "submit"):
            return written
        return "button" if "command" in marks or "commandfor" in marks else "submit"
    return written if written in _TYPES else "text"


def _enctype(written: str | None) -> str:
    kind = (written or "").lower()
    return kind if kind in _ENCTYPES else URLENCODED


def _disabled(node: Any) -> bool:
    """By itself or by a fieldset around it; controls in that fieldset's first legend stay enabled."""
    if "disabled" in node.attributes:
        return True
    below, at = node, node.parent
    while at is not None:
        if at.tag == "fieldset" and "disabled" in at.attributes:
            first = next((child for child in at.iter() if child.tag == "legend"), None)
            if first is None or first.mem_id != below.mem_id:
                return True
        below, at = at, at.parent
    return False


def _is_aside(node: Any) -> bool:
    at = node.parent
    while at is not None:
        if at.tag in _ASIDE or (at.attributes or {}).get("role") in ("navigation", "search", "banner", "contentinfo"):
            return True
        at = at.parent
    return False


def _with_groups(fields: list[HtmlField]) -> tuple[HtmlField, ...]:
    """Radio buttons with the values of all of their name in ``options``; of each name the last checked one stays so."""
    groups: dict[str, list[HtmlField]] = {}
    last: dict[str, int] = {}
    for at, field in enumerate(fields):
        if field.kind == "radio":
            if field.checked and field.name:
                last[field.name] = at
            if not field.disabled:
                groups.setdefault(field.name, []).append(field)
    if not groups:
        return tuple(fields)
    made = []
    for at, field in enumerate(fields):
        if field.kind == "radio":
            group = groups.get(field.name, [])
            values, texts = tuple(one.value for one in group), tuple(one.label for one in group)
            checked = field.checked and last.get(field.name, at) == at
            required = any(one.required for one in group)
            field = field._replace(options=values, shown=texts, required=required, checked=checked)
        made.append(field)
    return tuple(made)
