"""Owns character sets as browsers read and write them (WHATWG Encoding): labels, text from bytes, bytes from text.

Knows nothing of pages or answers. Names are the standard's, in lower case (``windows-1252``, ``shift_jis``).
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import lru_cache

import webencodings

from hms_esr.http.asian_indexes import encoder, extra_characters, substitutes

UTF_8 = "utf-8"
DEFAULT = "windows-1252"
"""What browsers of western languages read a page in that does not say what it is written in."""
_UNWRITTEN = frozenset(("utf-16le", "utf-16be", "replacement"))
_SHOWN = {
    "big5": "Big5",
    "gbk": "GBK",
    "shift_jis": "Shift_JIS",
}
_LOWER = ("gb18030", "macintosh")
_ONLY_1255 = 0xCA
"""A vowel point that Python's windows-1255 lacks; all other Windows code pages have a letter there."""


def charset_named(label: str) -> str:
    """The encoding that ``label`` means; empty when it means none."""
    found = webencodings.lookup(label)
    return "" if found is None else str(found.name)


def written_in(name: str) -> str:
    """The encoding that forms and addresses of a page in ``name`` are sent in: UTF-8 instead of UTF-16."""
    return UTF_8 if name in _UNWRITTEN or not name else name


@lru_cache(maxsize=64)
def shown_name(name: str) -> str:
    """The name as ``_charset_`` fields carry it."""
    if name.startswith(("windows", "x-")) or name in _LOWER:
        return name
    return _SHOWN.get(name, name.upper())


def decoded_text(raw: bytes, name: str) -> str:
    """``raw`` as text; wrong bytes are U+FFFD. A byte order mark stays."""
    if name == UTF_8:
        return raw.decode("utf-8", "replace")
    if name == "replacement":
        return "\ufffd" if raw else ""
    if name == "x-user-defined":
        return "".join([chr(byte) if byte < 0x80 else chr(0xF700 + byte) for byte in raw])
    codec, rule, changed = _reading(name)
    text = raw.decode(codec, rule)
    return text.translate(changed) if changed else text


def encoded_text(text: str, name: str) -> bytes:
    """``text`` as a form in that encoding sends it: what the encoding lacks is a decimal character reference."""
    if name == UTF_8 or text.isascii():
        try:
            return text.encode(UTF_8)
        except UnicodeEncodeError:
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode(UTF_8)
    return _writer(name)(text)


def reference(letter: str) -> bytes:
    """``&#8364;`` for a letter."""
    return b"&#%d;" % ord(letter)


@lru_cache(maxsize=64)
def _reading(name: str) -> tuple[str, str, dict[int, str]]:
    """Python's codec for an encoding, the name of our rule for bytes it cannot read, and what it reads differently."""
    found = webencodings.lookup(name)
    codec = "iso8859-8" if name == "iso-8859-8-i" else webencodings.PYTHON_NAMES.get(name, name)
    if found is None or name in _UNWRITTEN:
        return (codec if name in _UNWRITTEN else UTF_8), "replace", {}
    if name in ("gbk", "gb18030"):
        codec = "gb18030"
    extra = extra_characters(name)
    if extra is None and not name.startswith("windows-"):
        return codec, "replace", substitutes(name)
    rule = f"esr-{name}"
    codecs.register_error(rule, _controls if extra is None else _found_in(extra))
    return codec, rule, substitutes(name)


def _controls(error: UnicodeError) -> tuple[str, int]:
    """Bytes that a Windows code page leaves open are control characters."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start]
    open_one = "\u05ba" if byte == _ONLY_1255 else "\ufffd"
    return (chr(byte) if byte < 0xA0 else open_one), error.start + 1


def _found_in(extra: dict[bytes, str]) -> Callable[[UnicodeError], tuple[str, int]]:
    """Pairs of bytes that Python's codec lacks; after a wrong lead byte an ASCII byte is read again."""

    def read(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        pair = error.object[error.start : error.start + 2]
        single = extra.get(pair[:1])
        if single is not None:
            return single, error.start + 1
        letter = extra.get(pair)
        if letter is not None:
            return letter, error.start + 2
        return "\ufffd", error.start + (2 if len(pair) == 2 and pair[0] != 0x80 and pair[1] >= 0x80 else 1)

    return read


@lru_cache(maxsize=64)
def _writer(name: str) -> Callable[[str], bytes]:
    """How text is written in an encoding other than UTF-8."""
    asian = encoder(name)
    if asian is not None:
        return asian
    known: dict[str, bytes] = {}
    for byte in range(0x80, 0x100):
        letter = decoded_text(bytes((byte,)), name)
        if letter != "\ufffd":
            known.setdefault(letter, bytes((byte,)))

    def write(text: str) -> bytes:
        return b"".join(
            [letter.encode() if letter < "\x80" else known.get(letter) or reference(letter) for letter in text]
        )

    return write
