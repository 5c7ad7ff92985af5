"""Owns pages of HTML such as nobody should write: odd forms, labels, attributes and nesting, seeded.

Knows nothing of HTTP.
"""

from __future__ import annotations

from random import Random

ODD = (
    "",
    " ",
    "\t\n",
    "0",
    "-1",
    "1",
    "²",
    "٣",
    "½",
    "1e999",
    "NaN",
    "inf",
    "-Infinity",
    "9" * 30,
    "9" * 5000,
    "0x10",
    "1_000",
    "１２",
    "+5",
    "1.5",
    "on",
    "true",
    "undefined",
    "null",
    "\x00",
    "\ufeff",
    "\u202e",
    "İ",
    "ß",
    "😀",
    "\ud800",
    "a\r\nb",
    "<b>",
    "&#xD800;",
    "&#0;",
    "&#99999999999;",
    "&amp",
    "'\"`",
    "]]>",
    "--",
    "2026-03-02",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "2026-02-30",
    "2026-W99",
    "25:61",
    "[A-Z",
    "(a+)+$",
    "\\p{L}",
    "[z-a]{9,1}",
    "a{99999999}",
    "(?<=x)y",
    "\\",
    "{{ persona.email }}",
    "{{",
    "email",
    "cc-number",
    "section-x shipping street-address",
    "decided",
    "x" * 3000,
)
_NAMES = ("name", "email", "date", "day", "month", "card_number", "cvc", "password", "file", "amount", "_charset_", "q")
_TYPES = [
    "text",
    "hidden",
    "email",
    "tel",
    "url",
    "number",
    "range",
    "date",
    "time",
    "datetime-local",
    "month",
    "week",
    "color",
    "checkbox",
    "radio",
    "file",
    "password",
    "submit",
    "image",
    "reset",
    "button",
    "search",
    "undefined",
]
_ATTRIBUTES = [
    "maxlength",
    "minlength",
    "min",
    "max",
    "step",
    "pattern",
    "size",
    "value",
    "placeholder",
    "autocomplete",
    "required",
    "checked",
    "selected",
    "disabled",
    "multiple",
    "readonly",
    "name",
    "id",
    "for",
    "form",
    "action",
    "method",
    "enctype",
    "accept-charset",
    "formaction",
    "formmethod",
    "formenctype",
    "type",
    "title",
    "alt",
    "href",
    "rel",
    "role",
    "class",
    "style",
    "hidden",
    "tabindex",
    "list",
    "aria-label",
    "aria-labelledby",
    "aria-describedby",
    "aria-errormessage",
    "aria-invalid",
    "aria-hidden",
    "aria-required",
    "content",
    "http-equiv",
    "charset",
    "accept",
    "label",
    "lang",
    "dir",
]


def odd_text(chance: Random) -> str:
    """One of the odd texts, or several characters of anywhere in Unicode."""
    if chance.random() < 0.8:
        return chance.choice(ODD)
    return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(1, 6)))


def attribute(chance: Random) -> str:
    """An attribute with an odd value, quoted in one of the ways there are, or without one."""
    name = chance.choice(_ATTRIBUTES)
    value = (
        chance.choice(_NAMES) if name in ("name", "id", "for", "form") and chance.random() < 0.7 else odd_text(chance)
    )
    quoted = chance.choice((f'="{value}"', f'="{value}"', f"='{value}'", f"={value}", "", f' = "{value}'))
    return f" {name}{quoted}"


def _attributes(chance: Random, most: int = 4) -> str:
    return "".join(attribute(chance) for _ in range(chance.randrange(most)))


def _control(chance: Random) -> str:
    name = f' name="{chance.choice(_NAMES)}"' if chance.random() < 0.9 else ""
    need = " required" if chance.random() < 0.5 else ""
    marks = name + need + _attributes(chance)
    roll = chance.random()
    if roll < 0.6:
        made = f'<input type="{chance.choice(_TYPES)}"{marks}>'
    elif roll < 0.75:
        options = "".join(f"<option{_attributes(chance, 3)}>{odd_text(chance)}" for _ in range(chance.randrange(4)))
        made = f"<select{marks}>{options}</select>"
    elif roll < 0.85:
        made = f"<textarea{marks}>{odd_text(chance)}</textarea>"
    else:
        made = f"<button{marks}>{odd_text(chance)}</button>"
    return _around(chance, made)


def _around(chance: Random, made: str) -> str:
    roll = chance.random()
    if roll < 0.15:
        return f"<label{_attributes(chance, 2)}>{odd_text(chance)}<label>{made}</label></label>"
    if roll < 0.25:
        return f"<fieldset{_attributes(chance, 2)}><legend>{odd_text(chance)}</legend>{made}</fieldset>"
    if roll < 0.3:
        return f"<table><tr><td>{made}"
    if roll < 0.35:
        return f"<label for={chance.choice(_NAMES)}>{odd_text(chance)}</label>{made}"
    return made


def _form(chance: Random) -> str:
    controls = "".join(_control(chance) for _ in range(chance.randrange(7)))
    method = chance.choice((' method="post"', " method=post", "", ' method="dialog"'))
    sent = chance.choice(("", "", "", ' enctype="multipart/form-data"', ' enctype="text/plain"'))
    return f"<form{method}{sent}{_attributes(chance, 3)}>{controls}<button>Send</button></form>"


def odd_page(chance: Random, charsets: list[str]) -> bytes:
    """A page; what it is written in need not be what it says."""
    roll = chance.random()
    parts = []
    if roll < 0.3:
        parts.append(f'<meta charset="{chance.choice(charsets)}">')
    if chance.random() < 0.15:
        parts.append(f"<base{_attributes(chance, 2)} href='{odd_text(chance)}'>")
    if chance.random() < 0.1:
        parts.append(f'<meta http-equiv="refresh" content="{odd_text(chance)}; url={odd_text(chance)}">')
    for _ in range(chance.randrange(3)):
        parts.append(_form(chance))
    if chance.random() < 0.4:
        parts.append(f'<div role="alert"{_attributes(chance, 3)}>{odd_text(chance)}</div>')
    if chance.random() < 0.4:
        parts.append(f'<a href="{odd_text(chance)}" rel="status"{_attributes(chance, 3)}>more</a>')
    if chance.random() < 0.01:
        parts.append("<div><label><span>" * chance.randrange(1, 1500))
    if chance.random() < 0.3:
        parts.append(f"<h1>{odd_text(chance)}</h1><p class=error>{odd_text(chance)}decided")
    chance.shuffle(parts)
    charset = chance.choice(("utf-8", "utf-8", "utf-8", "utf-8", "utf-16", "latin-1", "cp037"))
    return "".join(parts).encode(charset, "surrogatepass" if charset.startswith("utf") else "replace")
