"""Whatever a target sends is read, or is that person's failure; `make soak` does the same with a million answers."""

from __future__ import annotations

from random import Random

from tests.engine.fuzz.answers import odd_answer
from tests.engine.fuzz.rehearse import fuzz


def test_no_exception_leaves_a_person() -> None:
    """10,000 seeded answers through client, pages, forms, waits, JSON, cookies and redirects: only steps fail."""
    found = fuzz(10_000, seed=1)
    assert found.escaped == {}
    assert found.answers >= 10_000
    for kind in ("done", "waits", "status", "expectation", "connection", "no_form", "no_button", "refused"):
        assert found.outcomes[kind] > 20, kind


def test_answers_are_seeded() -> None:
    """What was met once can be met again."""
    assert [odd_answer(Random(seed)) for seed in range(200)] == [odd_answer(Random(seed)) for seed in range(200)]
