"""The table of workers in docs/kubernetes.md is computed from what was measured."""

from __future__ import annotations

import pytest

from benchmarks._results import Figure, Found, Goal, Kept, read
from benchmarks._sizing import PAGE, filled, table


def _kept(form_us: float = 100.0) -> dict[str, Kept]:
    figures = {
        "form_journey": ("CPU per request, ours from a file, µs", [form_us]),
        "get": ("CPU per request, ours, a GET step of a journey, µs", [30.0, 40.0]),
        "master": ("growth: 20 workers, 20 steps, 2,000 requests per second, ms", [12.0]),
    }
    kept = {
        name: Kept(Found(name, "", [Figure(what, values)]), {"day": "2026-11-20"})
        for name, (what, values) in figures.items()
    }
    goals = [Goal(f"thinking people in a GiB, {way}", [n], "≥", 1) for way, n in (("plain", 99_000), ("TLS", 20_000))]
    return kept | {"thinking": Kept(Found("thinking", "", [], goals), {"day": "2026-11-20"})}


def test_a_worker_carries_what_its_core_does_at_70_percent() -> None:
    """0.7 s of a core by 6 × 100 µs is 1,166 journeys, by 35 µs 20,000 requests; memory at 70 %, 50,000 at most."""
    rows = table(_kept()).splitlines()
    assert rows[2] == "| 1 | 2.1 | 2.1 GiB | 1,100 | 20,000 | 50,000 | 14,000 | 0.1 % |"
    assert rows[-1] == "| 100 | 101.1 | 101.1 GiB | 110,000 | 2,000,000 | 5,000,000 | 1,400,000 | 6.0 % |"


def test_the_page_has_the_table_of_today() -> None:
    """docs/kubernetes.md was written from the results that are kept now."""
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page, table(read())) == page, "run make docs"


def test_a_page_without_a_place_for_it_is_refused() -> None:
    """The table never lands nowhere."""
    with pytest.raises(ValueError, match="0 places"):
        filled("no marks", "rows")
