"""Owns which characters a terminal gets: symbols it cannot show become plain ones, control characters never pass.

Knows nothing of what is said.
"""

from __future__ import annotations

_INSTEAD = {
    "▶": ">",
    "⏱": "-",
    "✔": "[ok]",
    "✖": "[no]",
    "⚠": "[!]",
    "🏁": "=",
    "👥": "*",
    "·": "-",
    "→": "->",
    "–": "-",
    "…": "...",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "−": "-",
    "≥": ">=",
    "≤": "<=",
    "█": "#",
    "░": ".",
    "‹": "<",
    "›": ">",
    "\u00a0": " ",
}


def shown(text: str, encoding: str | None) -> str:
    """``text`` as a stream of that encoding can show it, on one line and without anything a terminal would obey."""
    clean = "".join(letter if letter.isprintable() or letter == "\u00a0" else "?" for letter in " ".join(_lines(text)))
    codec = encoding or "ascii"
    if _fits(clean, codec):
        return clean
    return "".join(letter if _fits(letter, codec) else _INSTEAD.get(letter, "?") for letter in clean)


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\t", " ").splitlines() if line]


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
