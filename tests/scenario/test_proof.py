"""The owner's proof: what is written is read, and what is missing, wrong or over is said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.scenario.proof import Proof, read_proof, write_proof
from hms_esr.scenario.target_caps import TargetCaps
from tests.each import each

TODAY = date(2026, 11, 20)
GOOD = "hms-esr: proof 1\nhost: a.gov\nuntil: 2026-11-20\ncontact: ops@a.gov\n"


@given(
    st.integers(1, 10_000),
    st.integers(1, 86_400),
    st.integers(1, 10**6),
    st.dates(min_value=TODAY, max_value=date(2100, 1, 1)),
)
def test_a_proof_reads_back_to_itself(rate: int, length_s: int, people: int, until: date) -> None:
    """Every cap, the day and the contact."""
    proof = Proof("a.gov", until, "ops@a.gov", TargetCaps(rate / 10, float(length_s), people))
    assert read_proof(write_proof(proof), "A.gov.", TODAY) == proof


def test_a_proof_without_caps_has_the_usual_ones() -> None:
    """Comments, blank lines and a byte order mark do no harm."""
    assert read_proof("\ufeff# ours\n\n" + GOOD, "a.gov", TODAY).caps == TargetCaps(50.0, 1800.0, 1000)


@each(
    ("text", "words"),
    [
        ("", "first line is not"),
        ("<html>not found</html>", "first line is not"),
        ("hms-esr: proof 1\n", "does not say host, until, contact"),
        (GOOD.replace("a.gov\nu", "b.gov\nu"), "for b.gov, not for a.gov"),
        (GOOD.replace("2026-11-20", "2026-11-19"), "was good until 2026-11-19"),
        (GOOD.replace("2026-11-20", "soon"), "not a day"),
        (GOOD.replace("ops@a.gov", "call me (maybe)"), "not a contact"),
        (GOOD + "max-rate: lots\n", "not a rate"),
        (GOOD + "max-length: 5\n", "not a duration"),
        (GOOD + "max-people: -1\n", "a whole number"),
        (GOOD + "host: a.gov\n", "not one 'key: value'"),
        (GOOD + "what\n", "not one 'key: value'"),
    ],
)
def test_a_proof_that_does_not_hold_says_why(text: str, words: str) -> None:
    """ValueError, for a person to read."""
    with pytest.raises(ValueError, match=words):
        read_proof(text, "a.gov", TODAY)
