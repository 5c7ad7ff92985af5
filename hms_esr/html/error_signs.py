"""Owns the signs by which a form says what is wrong with it: messages tied to it, controls marked as invalid.

Knows nothing of what was sent, nor whether a sign is new.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from hms_esr.html.readable import pieces

_SIGNS = (
    '[role="alert"],[class*="error" i],[id*="error" i],[class*="alert" i],[id="alert"],[class*="danger" i],'
    '[class*="invalid" i],[class*="fail" i],[class*="red-" i],[style*="red" i],[data-valmsg-for]'
)
_CONTROLS = "input,select,textarea"
_MILD_WORDS = (
    "success successful succeeded ok info information notice warning warn confirmation confirmed hint help helper note "
    "valid primary secondary light dark tip banner cookie cookies description"
)
_MILD = frozenset(_MILD_WORDS.split())
_WRONG = re.compile(r"\w*errors?|error\w*|danger|invalid\w*|fail|failed|failure|alerterror|validationerror")
_RED = re.compile(r"\bcolor\s*:\s*(?:red|darkred|crimson|firebrick|#f00|#ff0000)\b", re.I)
_RED_CLASS = re.compile(r"^(?:text|color|fg)-(?:red|rose)-\d+$", re.I)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_UNSEEN_CLASS = frozenset(("d-none", "hidden", "invisible", "sr-only", "visually-hidden", "usa-sr-only", "hide"))
_UNREAD = frozenset(("script", "style", "template", "noscript", "button", "select", "textarea", "svg"))
_ANCESTORS = 3
_MOST_SIGNS = 200


class Sign(NamedTuple):
    """One message. ``field``: name of the control it is about; empty when it is about none or several."""

    text: str
    field: str


class Signs(NamedTuple):
    """Everything a form says is wrong, in page order, and the names of the controls it marks as invalid."""

    messages: tuple[Sign, ...]
    marked: tuple[str, ...]


def error_signs(tree: Any, index: int) -> Signs:
    """The signs of the ``index`` th form of a parsed page."""
    return _Reading(tree, tree.css("form")[index]).signs()


def _tokens(node: Any) -> set[str]:
    marks = node.attributes
    named = f"{marks.get('class') or ''} {marks.get('id') or ''}"
    return {word.lower() for word in _WORDS.findall(named)}


def _polarity(node: Any) -> str:
    """``wrong``, ``mild`` or nothing, by the words of class and id; something wrong wins (``notice notice-error``)."""
    tokens = _tokens(node)
    if any(_WRONG.fullmatch(one) for one in tokens) and "no" not in tokens:
        return "wrong"
    return "mild" if tokens & _MILD else ""


def _is_red(node: Any) -> bool:
    marks = node.attributes
    return bool(_RED.search(marks.get("style") or "") or any(map(_RED_CLASS.match, (marks.get("class") or "").split())))


def _unseen(node: Any) -> bool:
    marks = node.attributes
    if "hidden" in marks or _UNSEEN_STYLE.search(marks.get("style") or ""):
        return True
    classes = (marks.get("class") or "").split()
    return any(one in _UNSEEN_CLASS or one.endswith("visually-hidden") for one in classes)


def _message(node: Any) -> str:
    if _unseen(node):
        return ""
    return " ".join(pieces(node, _unseen, _UNREAD)).strip(" ×[]*")


def _is_label(node: Any) -> bool:
    """Whether all it holds is a control's label (Rails wraps it like the control)."""
    label = node.css_first("label")
    return label is not None and label.mem_id != node.mem_id and _message(label) == _message(node)


class _Reading:
    """One pass over one form's page."""

    def __init__(self, tree: Any, form: Any) -> None:
        self.tree, self.form = tree, form
        self.controls: list[tuple[Any, str]] = [
            (node, node.attributes["name"])
            for node in form.css(_CONTROLS)
            if node.attributes.get("name") and (node.attributes.get("type") or "").lower() not in ("hidden", "submit")
        ]
        self.by_id: dict[str, str] = {
            node.attributes["id"]: name for node, name in self.controls if node.attributes.get("id")
        }
        self.described: dict[str, str] = {}
        for node, name in self.controls:
            for ref in ("aria-errormessage", "aria-describedby"):
                for one in (node.attributes.get(ref) or "").split():
                    self.described.setdefault(one, name)

    def signs(self) -> Signs:
        marked = dict.fromkeys(name for node, name in self.controls if self.is_marked(node))
        found: list[Sign] = []
        used: set[int] = set()
        for node, place in self.nodes():
            if node.mem_id in used:
                continue
            names = {name for control, name in self.controls if _is_below(control, node)} if place == "in" else set()
            if names or node.css_first(_CONTROLS) is not None:
                if len(names) == 1 and _polarity(node) == "wrong":
                    marked.setdefault(names.pop())
                continue
            if _is_label(node) or not self.counts(node, place):
                continue
            used.update(inner.mem_id for inner in node.css("*"))
            found += self.read(node, place)
        found += self.described_ones({sign.text for sign in found})
        return Signs(tuple(found), tuple(marked))

    def nodes(self) -> list[tuple[Any, str]]:
        """What may be a message, in page order, with where it stands: before the form, in it, or after it."""
        seen: set[int] = set()
        found: list[tuple[Any, str]] = []
        place = "before"
        for node in self.tree.css(f"{_SIGNS},form"):
            if node.mem_id in seen or len(found) >= _MOST_SIGNS:
                continue
            seen.add(node.mem_id)
            inside = _is_below(node, self.form)
            if node.mem_id == self.form.mem_id:
                place = "after"
            elif inside:
                found.append((node, "in"))
            elif node.tag != "form" and not _in_a_form(node):
                found.append((node, place))
        return found

    def is_marked(self, node: Any) -> bool:
        marks = node.attributes
        return (marks.get("aria-invalid") or "").lower() == "true" or any(
            _WRONG.fullmatch(one) for one in map(str.lower, _WORDS.findall(marks.get("class") or ""))
        )

    def counts(self, node: Any, place: str) -> bool:
        """Whether what is written there tells of something wrong."""
        own = _polarity(node)
        is_alert = node.attributes.get("role") == "alert" or "alert" in _tokens(node)
        if own == "wrong":
            return place != "after" or is_alert
        if own == "mild" or place == "after":
            return False
        if place == "in" and _is_red(node):
            return True
        if not is_alert or any(_polarity(inner) for inner in node.css(_SIGNS)[1:] if inner.mem_id != node.mem_id):
            return False
        if any(_polarity(inner) == "mild" for inner in node.css("[class]")):
            return False
        at = node.parent
        for _ in range(_ANCESTORS):
            if at is None or at.tag in ("form", "main", "body") or at.mem_id == self.form.mem_id:
                break
            if _polarity(at) == "mild":
                return False
            at = at.parent
        return True

    def read(self, node: Any, place: str) -> list[Sign]:
        """The messages of one element: of a summary each one that leads to a control, else all of it as one."""
        links = [
            (link, self.by_id.get((link.attributes.get("href") or "").partition("#")[2])) for link in node.css("a")
        ]
        led = [Sign(_message(link), name) for link, name in links if name and _message(link)]
        if led:
            return led
        field = self.field_of(node, place)
        items = [text for item in node.css("li") if (text := _message(item))]
        return [Sign(text, field) for text in items or [_message(node)] if text]

    def described_ones(self, known: set[str]) -> list[Sign]:
        """What controls are described by, unless it is a hint or was found before."""
        found = []
        for one, name in self.described.items():
            node = self.tree.css_first(f'[id="{one}"]') if '"' not in one and "\\" not in one else None
            if node is None or _polarity(node) == "mild" or node.css_first(_CONTROLS) is not None:
                continue
            text = _message(node)
            if text and text not in known:
                found.append(Sign(text, name))
        return found

    def field_of(self, node: Any, place: str) -> str:
        """Name of the control a message is about: by reference, by its own id, or by where it stands."""
        for inner in (node, *node.css("[id],[for],[data-valmsg-for]")):
            marks = inner.attributes
            named = marks.get("data-valmsg-for") or self.described.get(marks.get("id") or "")
            named = named or self.by_id.get(marks.get("for") or "")
            if named:
                return str(named)
        ident = node.attributes.get("id") or ""
        for control_id, name in sorted(self.by_id.items(), key=lambda one: -len(one[0])):
            if ident and control_id in ident:
                return name
        return self.beside(node) if place == "in" and "nonfield" not in _tokens(node) else ""

    def beside(self, node: Any) -> str:
        """The only control of the smallest part of the form that holds both; among several the one before.

        After ``ul.errorlist`` (Django's paragraphs) it is the one that follows.
        """
        at = node.parent
        while at is not None:
            inside = [name for control, name in self.controls if _is_below(control, at)]
            if len(set(inside)) == 1:
                return inside[0]
            if inside or at.mem_id == self.form.mem_id:
                break
            at = at.parent
        if at is None:
            return ""
        before = after = ""
        passed = False
        names = {control.mem_id: name for control, name in self.controls}
        for one in at.traverse():
            if one.mem_id == node.mem_id:
                passed = True
            elif one.mem_id in names:
                if passed:
                    after = names[one.mem_id]
                    break
                before = names[one.mem_id]
        return after if "errorlist" in _tokens(node) else before


def _is_below(node: Any, above: Any) -> bool:
    at = node.parent
    while at is not None:
        if at.mem_id == above.mem_id:
            return True
        at = at.parent
    return False


def _in_a_form(node: Any) -> bool:
    at = node.parent
    while at is not None:
        if at.tag == "form":
            return True
        at = at.parent
    return False
