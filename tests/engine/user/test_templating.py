"""Tests of hms_esr.engine.user.templating."""

from __future__ import annotations

from time import process_time

from hms_esr.engine.user.templating import MISSING, extracted
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import parse
from hms_esr.steps.step import Extract

LONG = "a" * 40 + "!"
CATASTROPHES = ("^(a+)+$", "(a|aa)+$", "(.*a){20}")


def answer_of(text: str) -> HttpAnswer:
    """An answer with that body."""
    answer = HttpAnswer("GET", parse("http://127.0.0.1/"), 0.0, 0.0)
    answer.parts.append(text.encode())
    return answer


def test_no_expression_takes_longer_than_its_text() -> None:
    """What would backtrack for years is over at once: each within a second of processor time."""
    for pattern in CATASTROPHES:
        began_s = process_time()
        for _ in range(20):
            extracted(answer_of(LONG), Extract(regex=pattern))
        assert process_time() - began_s < 1, pattern


def test_the_first_group_is_saved_or_the_whole_match() -> None:
    """A group that took no part is nothing to save."""
    found = {
        "id=(\\d+)": "7",
        "id=\\d+": "id=7",
        "ü(.)": "ß",
        "(x)|id": MISSING,
        "y": MISSING,
    }
    for pattern, value in found.items():
        assert extracted(answer_of("id=7 üß"), Extract(regex=pattern)) == value, pattern
