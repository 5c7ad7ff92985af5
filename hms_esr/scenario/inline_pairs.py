"""Owns list lines with several ``key: value`` pairs: strict YAML refuses them, people write them.

Knows nothing of what the keys mean. ``- fill: "id"  value: "X1"`` is read as if each pair stood on a line of its own,
and every place still points into the text as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ITEM = re.compile(r"(?P<indent> *(?:- +)+)(?=[A-Za-z_\"'])")
_KEY = re.compile(r"(?:[A-Za-z_][\w-]*|\"[^\"\\]*\"|'[^']*')[ ]*:(?= )[ ]*")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_COMMENT = re.compile(r"\s*(?:#.*)?$")
_CLOSING = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class _Row:
    """One line handed to the parser, and where its columns come from: ``shift`` is added from column ``since`` on."""

    text: str
    line: int
    shift: int = 0
    since: int = 0


class PairLines:
    """A text in lines, some of them split into several; knows where each came from (lines and columns from 0)."""

    def __init__(self, text: str, rows: tuple[_Row, ...] | None = None) -> None:
        self.rows = rows if rows is not None else tuple(_Row(row, n) for n, row in enumerate(text.split("\n")))
        self.text = text
        self._split = rows is not None

    def original(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the text as it was written."""
        if not self._split or line >= len(self.rows):
            return (line, column) if not self._split else (self.rows[-1].line + 1, column)
        row = self.rows[line]
        return row.line, column + row.shift if column >= row.since else column


def split_pairs(lines: PairLines, line: int) -> PairLines | None:
    """The same text with the pairs of ``line`` and of its sister items on lines of their own; None if it has none."""
    if line >= len(lines.rows) or "- " not in lines.rows[line].text:
        return None
    pieces = _pairs(lines.rows[line].text)
    if pieces is None:
        return None
    depth = _dash(lines.rows[line].text)
    rows = list(lines.rows[:line])
    sisters = True
    for row in lines.rows[line:]:
        found = None
        if sisters and row.text.strip() and not row.text.lstrip().startswith("#"):
            sisters = _indent(row.text) >= _indent(lines.rows[line].text)
            found = _pairs(row.text) if sisters and _dash(row.text) == depth and row.shift == 0 else None
        rows += [row] if found is None else _rows(row, found)
    return PairLines("\n".join(row.text for row in rows), tuple(rows))


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _dash(text: str) -> int:
    """Column of the first key of a list item; -1 when the line is none."""
    found = _ITEM.match(text)
    return found.end() if found else -1


def _rows(row: _Row, pieces: list[tuple[int, str]]) -> list[_Row]:
    start = pieces[0][0]
    first = _Row(row.text[:start] + pieces[0][1], row.line)
    return [first, *(_Row(" " * start + text, row.line, at - start, start) for at, text in pieces[1:])]


def _pairs(text: str) -> list[tuple[int, str]] | None:
    """Column and text of each pair of a list line; None unless there are at least two, each with a value."""
    item = _ITEM.match(text)
    if item is None:
        return None
    pieces: list[tuple[int, str]] = []
    at = item.end()
    while not _COMMENT.match(text, at):
        key = _KEY.match(text, at)
        end = _value_end(text, key.end()) if key else None
        if end is None:
            return None
        pieces.append((at, text[at:end].rstrip()))
        at = end
        while at < len(text) and text[at] == " ":
            at += 1
    return pieces if len(pieces) > 1 else None


def _value_end(text: str, at: int) -> int | None:
    """Where the value that starts at ``at`` ends; None when there is none or it does not end on this line."""
    if at >= len(text):
        return None
    quoted = _QUOTED.match(text, at)
    if quoted:
        return quoted.end() if quoted.end() == len(text) or text[quoted.end()] == " " else None
    if text[at] in _CLOSING:
        return _flow_end(text, at)
    if text[at] in "\"'|>&*!%@`#":
        return None
    return _plain_end(text, at)


def _flow_end(text: str, at: int) -> int | None:
    expected: list[str] = []
    while at < len(text):
        quoted = _QUOTED.match(text, at) if text[at] in "\"'" else None
        if quoted:
            at = quoted.end()
            continue
        if text[at] in _CLOSING:
            expected.append(_CLOSING[text[at]])
        elif expected and text[at] == expected[-1]:
            expected.pop()
            if not expected:
                return at + 1
        at += 1
    return None


def _plain_end(text: str, at: int) -> int | None:
    """A plain value ends before a comment, before a key after two spaces, or before a key after its first word."""
    word = True
    for space in re.finditer(r" +", text[at:]):
        begin, end = at + space.start(), at + space.end()
        if text[end : end + 1] == "#" or end == len(text):
            return begin
        if (word or end - begin > 1) and _KEY.match(text, end):
            return begin
        word = False
    return len(text)
