"""Tests of hms_esr.probes and its kinds."""

from __future__ import annotations

import pytest

from hms_esr.probes import PROBES
from hms_esr.probes.figure import figure

SEEN = {"finance": {"overdue": 7.0, "load": 1.0}, "permits": {"permits.processed": 40.0, "load": 2.0}}


@pytest.mark.parametrize(
    ("name", "value"),
    [("finance.overdue", 7.0), ("permits.processed", 40.0), ("permits.load", 2.0), ("load", None), ("gone", None)],
)
def test_gauges_are_found_by_name(name: str, value: float | None) -> None:
    """A gauge is found by sensor and name, or by its name alone when only one sensor has it."""
    assert figure(name, SEEN) == value


def test_every_probe_can_be_made() -> None:
    """Each entry of the table can be made and finds nothing among nothing."""
    assert [PROBES.get(kind)().find("x", {}) for kind in PROBES.names()] == [None] * len(PROBES.names())
