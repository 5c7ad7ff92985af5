"""Owns which encoding a page is read in: byte order mark, header, its own meta, else what its bytes look like.

HTML standard, "determining the character encoding". Knows nothing of answers or of the encodings themselves.
"""

from __future__ import annotations

import re

from hms_esr.http.character_sets import DEFAULT, UTF_8, charset_named

_MARKS = ((b"\xef\xbb\xbf", UTF_8), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_ALWAYS_BYTES = 1024
"""How far a meta is looked for in any case; beyond it only while what is met may stand in a head."""
_HEAD_BYTES = 65536
_IN_HEAD = frozenset((b"script", b"noscript", b"style", b"link", b"meta", b"object", b"title", b"base"))
_HEAD_ENDS = _IN_HEAD | {b"html", b"head"}
_TAG = re.compile(
    rb"<!--(?:>|->|.*?(?:-->|--!>|\Z))|<[!?][^>]*>|</[^A-Za-z][^>]*>"
    rb"|<(/?)([A-Za-z][^\s/>]*+)((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+|(?=>)))*+)>",
    re.DOTALL,
)
_MARK = re.compile(
    rb"([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"'][^\s>]*+)))?",
)
_RAW = frozenset((b"script", b"style", b"title", b"noscript", b"textarea"))
_CONTENT = re.compile(r"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\s;][^\s;]*))", re.IGNORECASE)
_HEADER = re.compile(r";\s*charset\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|'([^';]*)'|([^\s;\"]+))", re.IGNORECASE)
_XML = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")


def header_charset(content_type: str) -> str:
    """The encoding a Content-Type names; empty when it names none."""
    found = _HEADER.search(content_type)
    return charset_named(found[1] or found[2] or found[3] or "") if found else ""


def mark_charset(body: bytes) -> str:
    """The encoding a byte order mark says; empty without one."""
    return next((name for mark, name in _MARKS if body.startswith(mark)), "")


def page_charset(body: bytes, content_type: str, *, xml: bool = False) -> str:
    """The encoding that a browser reads a page in."""
    found = mark_charset(body) or header_charset(content_type)
    if found:
        return found
    if xml:
        said = _XML.match(body[:_ALWAYS_BYTES])
        return (charset_named(said[1].decode("ascii")) if said else "") or UTF_8
    return prescanned(body) or guessed(body)


def guessed(body: bytes) -> str:
    """What bytes that say nothing are read in: UTF-8 when they are UTF-8 and more than ASCII."""
    if body.isascii():
        return DEFAULT
    try:
        body.decode(UTF_8)
    except UnicodeDecodeError as error:
        if error.end < len(body) or error.reason != "unexpected end of data":
            return DEFAULT
    return UTF_8


def prescanned(body: bytes) -> str:
    """The encoding of the page's own meta; empty without one. UTF-16 cannot be true there and is read as UTF-8."""
    if b"charset" not in body[:_HEAD_BYTES].lower():
        return ""
    at, in_head = 0, True
    head = body[:_HEAD_BYTES]
    while True:
        tag = _TAG.search(head, at)
        if tag is None:
            return ""
        at = tag.end()
        if tag[2] is None:
            continue
        name, is_end = tag[2].lower(), bool(tag[1])
        if name == b"meta" and not is_end:
            found = _of_meta(tag[3])
            if found:
                return found
        in_head = in_head and name in (_HEAD_ENDS if is_end or name in (b"html", b"head") else _IN_HEAD)
        if not in_head and at >= _ALWAYS_BYTES:
            return ""
        if name in _RAW and not is_end:
            end = re.compile(rb"</" + re.escape(name) + rb"[\s/>]", re.IGNORECASE).search(head, at)
            at = end.start() if end else len(head)


def _of_meta(written: bytes) -> str:
    """What the attributes of one meta say."""
    marks: dict[str, str] = {}
    for found in _MARK.finditer(written):
        value = found[2] if found[2] is not None else found[3] if found[3] is not None else found[4] or b""
        marks.setdefault(found[1].decode("latin-1").lower(), value.decode("latin-1"))
    name = ""
    if "charset" in marks:
        name = charset_named(marks["charset"])
    elif marks.get("http-equiv", "").lower() == "content-type":
        said = _CONTENT.search(marks.get("content", ""))
        name = charset_named(said[1] or said[2] or said[3] or "") if said else ""
    if name.startswith("utf-16"):
        return UTF_8
    return DEFAULT if name == "x-user-defined" else name
