"""Owns what Chromium would send for forms of a page: entry lists by ``FormData``, and what we would send for them.

Knows nothing of where pages come from.
"""

from __future__ import annotations

from typing import Any

from hms_esr.errors import StepFailed
from hms_esr.html.form_owners import owners
from hms_esr.html.form_submission import submission
from hms_esr.html.page import Page

URL = "http://127.0.0.1:9/dir/page?q=1"
_READ = """
async (pages) => {
  const frame = document.body.appendChild(document.createElement('iframe'));
  const all = [];
  for (const html of pages) {
    const doc = frame.contentDocument;
    doc.open(); doc.write(html); doc.close();
    const view = frame.contentWindow;
    const depth = one => { let d = 0; while ((one = one.parentElement)) d += 1; return d; };
    const tree = [...doc.querySelectorAll('body *')].map(one => depth(one) + one.localName.toLowerCase());
    all.push({tree, forms: [...doc.forms].map(form => {
      const buttons = [...doc.querySelectorAll('button,input')].filter(one => one.form === form
        && !one.matches(':disabled')
        && (one.type === 'submit' || one.type === 'image') && one.namespaceURI.endsWith('xhtml')
        && !(one.hasAttribute('formmethod') && one.getAttribute('formmethod').toLowerCase() === 'dialog'));
      const pressed = buttons[0] || null;
      const data = pressed ? new view.FormData(form, pressed) : new view.FormData(form);
      const entries = [...data].map(([name, value]) => [name, typeof value === 'string' ? value : value.name]);
      const own = (mark, name, plain) => pressed && pressed.hasAttribute(mark) ? pressed[name] : plain;
      const method = form.getAttribute('method') === null ? 'get' : form.method;
      return {entries, method: own('formmethod', 'formMethod', method),
              enctype: own('formenctype', 'formEnctype', form.enctype)};
    })});
  }
  frame.remove();
  return all;
}
"""


Forms = list[dict[str, Any]]


def theirs(browser_page: Any, pages: list[str]) -> list[tuple[Forms, list[str]]]:
    """For each page, of each form: ``entries`` when its first button is pressed, ``method``, ``enctype``; and its tree.

    The tree is each element's depth and name, in page order.
    """
    found = browser_page.evaluate(_READ, pages)
    for page in found:
        for form in page["forms"]:
            form["entries"] = [_entry(name, value) for name, value in form["entries"]]
            form["method"] = form["method"] or "get"
            form["enctype"] = form["enctype"] or "application/x-www-form-urlencoded"
    return [(page["forms"], page["tree"]) for page in found]


def tree(html: str) -> list[str]:
    """The tree as our parser has it, ``noscript`` empty."""
    found, _ = owners(html)
    return [f"{_depth(node)}{node.tag.lower()}" for node in found.css("body *")]


def _depth(node: Any) -> int:
    depth, at = 0, node.parent
    while at is not None and at.tag not in ("-document", "-undef"):
        depth, at = depth + 1, at.parent
    return depth


def ours(html: str) -> Forms:
    """The same of what we would send."""
    made = []
    for form in Page(html, URL).forms:
        try:
            sent = submission(form, {}, {}, button="")
        except StepFailed as failure:
            made.append({"entries": failure.message})
            continue
        pressed = form.button("")
        method = (pressed.form_method if pressed else "") or form.method.lower()
        enctype = (pressed.form_enctype if pressed else "") or form.enctype
        entries = [_entry(name, value) for name, value in sent.sent]
        made.append({"entries": entries, "method": method, "enctype": enctype})
    return made


def _entry(name: str, value: str) -> list[str]:
    """With line ends as the tree has them, and coordinates of a pressed image left out."""
    name, value = (text.replace("\r\n", "\n").replace("\r", "\n") for text in (name, value))
    return [name, "N" if name in ("x", "y") or name.endswith((".x", ".y")) else value]
