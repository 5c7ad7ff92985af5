"""Owns reading JSON that somebody else wrote: any encoding it may come in, numbers of any length, no half characters.

Knows nothing of answers or of what is looked for.
"""

from __future__ import annotations

import json
import re
from typing import Any

_LONGEST_INT = 4000
"""Digits of the longest whole number that stays one; Python reads at most 4300 (CVE-2020-10735)."""
_HALVES = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(body: bytes) -> Any:
    """What ``body`` says; ValueError or RecursionError when it is no JSON (RFC 8259).

    A whole number too long for one is a float, half a surrogate pair is U+FFFD, as a browser would send it on.
    """
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        found = json.loads(text)
    except ValueError:
        if len(text) <= _LONGEST_INT:
            raise
        found = json.loads(text, parse_int=_number)
    return _mended(found) if _HALVES.search(text) else found


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INT else float(digits)


def _mended(found: Any) -> Any:
    if isinstance(found, str):
        return whole_characters(found)
    if isinstance(found, list):
        return [_mended(one) for one in found]
    if isinstance(found, dict):
        return {_mended(key): _mended(value) for key, value in found.items()}
    return found


def whole_characters(text: str) -> str:
    """``text`` with U+FFFD for each half of a surrogate pair, which no encoding could carry."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
