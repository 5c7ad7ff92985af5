"""Owns what an unquoted word of a file means: YAML 1.2's numbers, ``true``, ``false``, ``null``, ``~``.

Knows nothing of documents. ``no``, ``1:30``, ``Null`` and dates are text; ``014`` is a number that keeps its spelling.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

_INT = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LONGEST = 60


class IntText(int):
    """A whole number that remembers how it was spelled."""

    text: str

    def __new__(cls, text: str) -> IntText:
        """The number spelled ``text``; ValueError for anything else."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class FloatText(float):
    """A number that remembers how it was spelled."""

    text: str

    def __new__(cls, text: str) -> FloatText:
        """The number spelled ``text``; ValueError for anything else."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def scalar(text: str) -> Any:
    """The value of an unquoted word: None, bool, :class:`IntText`, :class:`FloatText`, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST or not (text[0].isdigit() or text[0] in "+-."):
        return text
    if _INT.fullmatch(text):
        return IntText(text)
    if _FLOAT.fullmatch(text) and isfinite(float(text)):
        return FloatText(text)
    return text
