"""Owns regular expressions that somebody else wrote: run in time linear in the text, never by backtracking.

RE2's syntax is Python's and JavaScript's but for backreferences and lookaround.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import re2

__all__ = ["LinearMatch", "LinearRegex", "compile_linear"]

_MOST_MEMORY_BYTES = 8 << 20
_UNSUPPORTED = {
    "(?=": "lookahead",
    "(?!": "negative lookahead",
    "(?<=": "lookbehind",
    "(?<": "lookbehind",
    "(?<!": "negative lookbehind",
    "(?P": "a backreference",
    "(?>": "an atomic group",
    "(?(": "a conditional group",
}


class LinearMatch(Protocol):
    """A match, as ``re.Match`` has it."""

    def __getitem__(self, group: int | str, /) -> str | None:
        """The text of a group; None when the group took no part."""
        ...

    def group(self, *groups: int | str) -> str | None:
        """The text of a group, 0 is the whole match."""
        ...

    def start(self, group: int | str = 0) -> int:
        """Where a group begins, in characters; -1 when it took no part."""
        ...

    def end(self, group: int | str = 0) -> int:
        """Where a group ends, in characters; -1 when it took no part."""
        ...


class LinearRegex(Protocol):
    """A compiled expression, as ``re.Pattern`` has it."""

    groups: int

    def search(self, text: str) -> LinearMatch | None:
        """The first match anywhere in ``text``."""
        ...

    def fullmatch(self, text: str) -> LinearMatch | None:
        """The match that is all of ``text``."""
        ...


@lru_cache(maxsize=512)
def compile_linear(pattern: str) -> LinearRegex:
    """``pattern`` compiled for the linear engine; ValueError says what is wrong with it or not supported."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY_BYTES
    try:
        compiled: LinearRegex = re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(_reason(error)) from None
    except UnicodeEncodeError:
        raise ValueError("the expression holds half a surrogate pair, which is no character") from None
    return compiled


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    what, _, found = text.rpartition(": ")
    if what == "invalid perl operator" and found in _UNSUPPORTED:
        return f"{_UNSUPPORTED[found]} ({found}…) is not supported: it cannot run in linear time"
    if what == "invalid escape sequence" and found[1:].isdigit():
        return f"a backreference ({found}) is not supported: it cannot run in linear time"
    return text
