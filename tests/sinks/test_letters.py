"""Facts about what a terminal gets to see."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.sinks.letters import shown
from tests.each import each


@each(
    ("text", "encoding", "seen"),
    [
        ("✔ done → 3\u00a0s", "utf-8", "✔ done → 3\u00a0s"),
        ("✔ done → 3\u00a0s …", "ascii", "[ok] done -> 3 s ..."),
        ("✔ Größe", "latin-1", "[ok] Größe"),
        ("漢", "ascii", "?"),
        ("a\x1b[31mb\x07", "utf-8", "a?[31mb?"),
        ("two\nlines\there", "utf-8", "two lines here"),
        ("plain", None, "plain"),
        ("✔", "no such codec", "[ok]"),
    ],
)
def test_symbols_degrade_and_control_characters_do_not_pass(text: str, encoding: str | None, seen: str) -> None:
    """What the encoding has is shown; else a plain stand-in; escapes of a hostile page are harmless."""
    assert shown(text, encoding) == seen


@given(st.text(), st.sampled_from(["ascii", "utf-8", "cp437", "latin-1"]))
def test_a_line_can_always_be_written(text: str, encoding: str) -> None:
    """Whatever the text, the line fits the encoding, is one line and holds no control character."""
    line = shown(text, encoding)

    line.encode(encoding)
    assert all(letter.isprintable() or letter == "\u00a0" for letter in line)
