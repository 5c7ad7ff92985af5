"""Owns the line ends that ``<textarea wrap=hard>`` adds when it is sent. Knows nothing of pages."""

from __future__ import annotations

SCROLL_BAR = 1
"""Letters that fit beside ``cols`` where no scroll bar is shown: a text area is made wider by its room."""


def wrapped(text: str, columns: int) -> str:
    """``text`` with a line end where a line of ``cols`` letters is full: after a space, ``-`` or ``?``, else in a word.

    Spaces at the end of a line hang over it, as browsers lay out text.
    """
    return "\n".join("\n".join(_lines(line, columns + SCROLL_BAR)) for line in text.split("\n"))


def _lines(line: str, columns: int) -> list[str]:
    lines: list[str] = []
    while len(line) > columns:
        cut = columns
        if line[cut] == " ":
            while cut < len(line) and line[cut] == " ":
                cut += 1
        else:
            space = max(line.rfind(mark, 0, cut) for mark in " -?")
            if space >= 0:
                cut = space + 1
        if cut >= len(line):
            break
        lines.append(line[:cut])
        line = line[cut:]
    return [*lines, line]
