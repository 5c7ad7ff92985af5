"""Owns the reading of forms out of a parsed page: controls, their labels, which form they belong to.

Knows nothing of what is filled or sent.
"""

from __future__ import annotations

from typing import Any

from hms_esr.errors import StepFailed
from hms_esr.html.form import URLENCODED, HtmlField, HtmlForm
from hms_esr.html.honeypots import is_trap
from hms_esr.http.url import join

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
_ENCTYPES = frozenset((URLENCODED, "multipart/form-data", "text/plain"))
_ASIDE = frozenset(("nav", "header", "footer", "aside"))
_SPACED = frozenset(("br", "p", "div", "li", "td", "span"))


def words(node: Any, without: frozenset[str] = frozenset()) -> str:
    """The text of a node with spaces joined; ``without`` leaves out elements of those tags."""
    if not without or not any(inner.tag in without for inner in node.traverse()):
        return " ".join(node.text(deep=True, separator=" ").split())
    parts: list[str] = []

    def walk(at: Any) -> None:
        for child in at.iter(include_text=True):
            if child.is_text_node:
                parts.append(child.text(deep=False))
            elif child.tag not in without:
                walk(child)

    walk(node)
    return " ".join(" ".join(parts).split())


def read_forms(tree: Any, base: str, url: str, charset: str) -> tuple[HtmlForm, ...]:
    """Every form of the page, in page order, with all controls that belong to it (by nesting or ``form=``)."""
    return _Reading(tree, base, url, charset).forms()


class _Reading:
    """One pass over a page. Nodes are known by ``mem_id``."""

    def __init__(self, tree: Any, base: str, url: str, charset: str) -> None:
        self.base, self.url = base, url
        self.charset = charset
        self.nodes = tree.css(_CONTROLS)
        self.form_nodes = [node for node in self.nodes if node.tag == "form"]
        self.by_id = {node.attributes.get("id"): node for node in reversed(self.form_nodes)}
        self.labels = {}
        for node in reversed(tree.css("label[for]")):
            self.labels[node.attributes["for"]] = node
        self.tree = tree

    def forms(self) -> tuple[HtmlForm, ...]:
        owned: dict[int, list[HtmlField]] = {node.mem_id: [] for node in self.form_nodes}
        last_empty = None
        for node in self.nodes:
            if node.tag == "form":
                last_empty = (
                    node if node.child is None or node.css_first(_CONTROLS.removeprefix("form,")) is None else None
                )
                continue
            owner = self.owner(node) or (last_empty if _in_table(node) else None)
            if owner is not None:
                owned[owner.mem_id].append(self.field(node))
        return tuple(self.form(node, owned[node.mem_id]) for node in self.form_nodes)

    def owner(self, node: Any) -> Any:
        named = node.attributes.get("form")
        if named is not None:
            return self.by_id.get(named)
        at = node.parent
        while at is not None and at.tag != "form":
            at = at.parent
        return at

    def form(self, node: Any, fields: list[HtmlField]) -> HtmlForm:
        marks = node.attributes
        charset = (marks.get("accept-charset") or self.charset).split()[0].strip(",").lower()
        return HtmlForm(
            fields=_with_groups(fields),
            action=self.address(marks.get("action")),
            url=self.url,
            base=self.base,
            method="POST" if (marks.get("method") or "").strip().lower() == "post" else "GET",
            enctype=_enctype(marks.get("enctype")),
            id=marks.get("id") or "",
            charset=_known_charset(charset),
            aside=marks.get("role") == "search" or _is_aside(node),
        )

    def address(self, action: str | None) -> str:
        """The absolute address; what cannot be carried (``mailto:``) stays as written, and is refused when sent."""
        if not (action or "").strip():
            return self.url.partition("#")[0]
        try:
            return join(self.base, (action or "").strip()).url
        except StepFailed:
            return (action or "").strip()

    def field(self, node: Any) -> HtmlField:
        marks = node.attributes
        kind = _kind(node)
        options, shown, chosen = _options(node) if kind == "select" else ((), (), ())
        value = marks.get("value") or ""
        legend = self.legend(node)
        if kind == "select":
            value = chosen[0] if chosen else ""
        elif kind == "textarea":
            value = node.text(deep=True).removeprefix("\n")
        elif kind in ("checkbox", "radio") and marks.get("value") is None:
            value = "on"
        label = self.label(node, kind)
        return HtmlField(
            name=marks.get("name") or "",
            kind=kind,
            value=value,
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
            form_action=marks.get("formaction"),
            form_method=(marks.get("formmethod") or "").strip().lower(),
            form_enctype=_enctype(marks.get("formenctype")) if marks.get("formenctype") else "",
            trap=is_trap(node, kind, label),
            **{name: marks.get(name) or "" for name in _PLAIN},
        )

    def label(self, node: Any, kind: str) -> str:
        """The text a person reads: of a button its own, else the label's, ``aria-label``, or the placeholder."""
        marks = node.attributes
        if kind in ("submit", "reset", "button", "image"):
            own = words(node) if node.tag == "button" else marks.get("value") or marks.get("alt")
            return marks.get("aria-label") or own or kind.capitalize()
        label = self.labels.get(marks.get("id")) if marks.get("id") else None
        at = node.parent
        while label is None and at is not None and at.tag != "form":
            label = at if at.tag == "label" else None
            at = at.parent
        if label is not None:
            return words(label, without=frozenset(("select", "textarea", "button")))
        return (
            marks.get("aria-label")
            or self.labelled_by(marks.get("aria-labelledby") or "")
            or marks.get("placeholder")
            or ""
        )

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
        texts = []
        for one in ids.split():
            if one.replace("-", "").replace("_", "").isalnum():
                node = self.tree.css_first(f'[id="{one}"]')
                texts.append(words(node) if node is not None else "")
        return " ".join(texts).strip()


_PLAIN = ("autocomplete", "pattern", "min", "max", "step", "minlength", "maxlength", "placeholder", "accept")


def _kind(node: Any) -> str:
    if node.tag in ("select", "textarea"):
        return str(node.tag)
    written = (node.attributes.get("type") or "").strip().lower()
    if node.tag == "button":
        return written if written in ("reset", "button") else "submit"
    return written if written in _TYPES else "text"


def _enctype(written: str | None) -> str:
    kind = (written or "").strip().lower()
    return kind if kind in _ENCTYPES else URLENCODED


def _known_charset(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return "utf-8" if name.startswith(("utf", "unknown")) else name


def _options(node: Any) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Values, texts, and chosen values of a select, without disabled options."""
    values, texts, chosen = [], [], []
    for option in node.css("option"):
        text = words(option)
        value = option.attributes.get("value")
        value = text if value is None else value
        off = "disabled" in option.attributes or (
            option.parent.tag == "optgroup" and "disabled" in option.parent.attributes
        )
        if off:
            continue
        values.append(value)
        texts.append(option.attributes.get("label") or text)
        if "selected" in option.attributes:
            chosen.append(value)
    if "multiple" not in node.attributes:
        size = node.attributes.get("size") or "1"
        chosen = chosen[-1:] or (values[:1] if size == "1" else [])
    return tuple(values), tuple(texts), tuple(chosen)


def _disabled(node: Any) -> bool:
    """By itself or by a fieldset around it; controls in that fieldset's first legend stay enabled."""
    if "disabled" in node.attributes:
        return True
    below, at = node, node.parent
    while at is not None and at.tag != "form":
        if at.tag == "fieldset" and "disabled" in at.attributes:
            first = next((child for child in at.iter() if child.tag == "legend"), None)
            if first is None or first.mem_id != below.mem_id:
                return True
        below, at = at, at.parent
    return False


def _in_table(node: Any) -> bool:
    """Whether a control without a form around it stands in a table (``<table><form><tr>`` loses its nesting)."""
    at = node.parent
    while at is not None and at.tag != "table":
        at = at.parent
    return at is not None


def _is_aside(node: Any) -> bool:
    at = node.parent
    while at is not None:
        if at.tag in _ASIDE or (at.attributes or {}).get("role") in ("navigation", "search", "banner", "contentinfo"):
            return True
        at = at.parent
    return False


def _with_groups(fields: list[HtmlField]) -> tuple[HtmlField, ...]:
    """Radio buttons with the values of all of their name in ``options``."""
    groups: dict[str, list[HtmlField]] = {}
    for field in fields:
        if field.kind == "radio" and not field.disabled:
            groups.setdefault(field.name, []).append(field)
    made = []
    for field in fields:
        group = groups.get(field.name) if field.kind == "radio" else None
        if group:
            values, texts = tuple(one.value for one in group), tuple(one.label for one in group)
            field = field._replace(options=values, shown=texts, required=any(one.required for one in group))
        made.append(field)
    return tuple(made)
