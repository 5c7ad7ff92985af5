"""Owns a page as a person sees it: title, forms, links and buttons by their text, messages, the way to a status.

Knows nothing of how it was fetched; it is parsed when first asked for, and only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from hms_esr.errors import StepFailed
from hms_esr.html.form import HtmlForm, folded
from hms_esr.html.form_cache import FormMemory
from hms_esr.html.form_parser import read_forms
from hms_esr.html.tree import SPACE, accessible_text, hidden, words
from hms_esr.html.xhtml import as_html
from hms_esr.http.response import XHTML, HttpAnswer
from hms_esr.http.url import in_charset, join

_ALERTS = (
    '[role="alert"],.error,.errors,.errorlist,.error-message,.usa-alert--error,.govuk-error-summary,.alert-danger,'
    ".alert-error,.invalid-feedback,.field-error,.has-error .help-block"
)


class Page:
    """One page of HTML (or nothing). ``url`` is where it came from, ``memory`` what the run has learned of pages."""

    __slots__ = ("_forms", "_html", "_memory", "_read", "charset", "url")

    def __init__(self, html: str, url: str, charset: str = "utf-8", memory: FormMemory | None = None) -> None:
        self._html = html
        self._memory = memory
        self._read: Any = None
        self._forms: tuple[HtmlForm, ...] | None = None
        self.url = url
        self.charset = charset

    @property
    def tree(self) -> Any:
        """The parsed page (selectolax); the one place where parsing happens."""
        if self._read is None:
            self._read = LexborHTMLParser(self._html or " ")
        return self._read

    @property
    def title(self) -> str:
        """Text of the title; empty without one."""
        node = self.tree.css_first("title")
        return words(node) if node is not None else ""

    @property
    def base(self) -> str:
        """What relative addresses on the page are relative to: ``<base href>`` or the page's own address."""
        node = self.tree.css_first("base[href]")
        if node is None:
            return self.url
        try:
            return join(self.url, node.attributes["href"] or "").url
        except StepFailed:
            return self.url

    @property
    def forms(self) -> tuple[HtmlForm, ...]:
        """Every form, in page order."""
        if self._forms is None:
            memory = self._memory
            if memory is None:
                self._forms = self._read_forms(self._html)
            else:
                self._forms = memory.forms(self._html, self.url, self.charset, self._read_forms)
        return self._forms

    def _read_forms(self, html: str) -> tuple[HtmlForm, ...]:
        """The full parse, of this page or of the same page with other hidden values."""
        if "<form" not in html and "<form" not in html.lower():
            return ()
        page = self if html is self._html else Page(html, self.url, self.charset)
        return read_forms(page.tree, html, page.base, self.url, self.charset)

    def form(self, with_kind: str = "", names: Iterable[str] = ()) -> HtmlForm | None:
        """The form a person is looking at.

        ``with_kind``: it has a control of that kind (``file``, ``password``, …) or a field for a card's number
        (``card``). ``names``: among several, one that has all these fields. Otherwise the first with something to
        fill that is not a search or part of the navigation.
        """
        fit: Sequence[HtmlForm] = self.forms
        if with_kind:
            fit = [form for form in fit if with_kind in form.kinds]
        if names and len(fit) > 1:
            named = list(names)
            fit = [form for form in fit if form.has(named)] or fit
        if len(fit) > 1:
            return min(fit, key=lambda form: (form.aside, not form.kinds))
        return fit[0] if fit else None

    def find(self, text: str) -> tuple[Literal["link"], str] | tuple[Literal["button"], HtmlForm] | None:
        """The link (its absolute address) or submit button (its form) a person would know by ``text``."""
        wanted = folded(text)
        for form in self.forms:
            if any(button.known_as(text) for button in form.buttons if button.sends):
                return "button", form
        unseen_link = ""
        for node in self.tree.css("a[href],area[href]"):
            if wanted in map(folded, _names(node)):
                if not hidden(node):
                    return "link", self.absolute(node.attributes["href"] or "")
                unseen_link = unseen_link or node.attributes["href"] or ""
        return ("link", self.absolute(unseen_link)) if unseen_link else None

    def clickable(self) -> tuple[str, ...]:
        """What :meth:`find` would find, as a person reads it: buttons, then links, each once."""
        buttons = [button.label for form in self.forms for button in form.buttons if button.sends]
        links = [next(iter(_names(node)), "") for node in self.tree.css("a[href],area[href]")]
        return tuple(dict.fromkeys(text for text in (*buttons, *links) if text))

    def absolute(self, reference: str) -> str:
        """The absolute address of a reference on this page; StepFailed("refused") when it is not http(s)."""
        written = reference.strip(SPACE)
        return join(self.base, in_charset(written, self.charset)).url if written else self.url

    def css(self, selector: str) -> str | None:
        """What the first match of a selector says: the value of a control, ``content`` of a meta, else its text."""
        try:
            node = self.tree.css_first(selector)
        except SelectolaxError:
            raise StepFailed("scenario", f"'{selector}' is not a CSS selector") from None
        if node is None:
            return None
        if node.tag in ("input", "button", "option", "data", "meta"):
            value = node.attributes.get("content" if node.tag == "meta" else "value")
            if value is not None or node.tag in ("input", "meta"):
                return value or ""
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            return None if chosen is None else chosen.attributes.get("value") or words(chosen)
        return words(node)

    def link(self, rel: str) -> str | None:
        """Absolute address of the first ``<a>`` or ``<link>`` with that relation."""
        node = self.tree.css_first(f'a[rel~="{rel}"][href],link[rel~="{rel}"][href]')
        return None if node is None else self.absolute(node.attributes["href"] or "")

    def alert(self) -> str:
        """What the page says went wrong, such as a form shown again; empty when it says nothing."""
        return next((text for node in self.tree.css(_ALERTS) if (text := words(node))), "")

    def message(self) -> str:
        """What a person reads first on a page that says no: an alert, else the first heading, else the title."""
        alert = self.alert()
        if alert:
            return alert
        for node in self.tree.css("h1,h2,h3"):
            text = words(node)
            if text:
                return text
        return self.title


def _names(node: Any) -> list[str]:
    """What a link is known by: ``aria-label``, its text as it is read, its whole text, ``alt``, ``title``."""
    marks = node.attributes
    texts = (marks.get("aria-label"), accessible_text(node), words(node), marks.get("alt"), marks.get("title"))
    return [text for text in texts if text]


def page_of(answer: HttpAnswer) -> Page:
    """The answer as a page of HTML: made when first asked for, and kept with the answer."""
    page: Page | None = answer.page_read
    if page is None:
        kind = answer.media_type
        html = answer.text if kind in ("text/html", "") else as_html(answer.text) if kind == XHTML else ""
        page = answer.page_read = Page(html, answer.url, answer.charset, answer.page_memory)
    return page
