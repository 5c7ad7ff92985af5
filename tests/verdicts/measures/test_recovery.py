"""Tests of hms_esr.verdicts.measures.recovery."""

from __future__ import annotations

import pytest

from hms_esr.errors import NoData
from hms_esr.expressions.expression import parse
from hms_esr.record import Cell, FaultRecord, Record, Second
from hms_esr.verdicts.measures.recovery import Recovery, recovery
from hms_esr.verdicts.metrics import measure
from tests.records import made_up_record

FAULT = FaultRecord("1", "db_down", "grants-db", 60.0, 90.0, True)


def made(pattern: str, per_s: int = 20) -> Record:
    """A record whose seconds are ``.`` (100 ms), ``s`` (900 ms), ``e`` (2 of 20 failing) or a space (no requests)."""
    record = made_up_record(people=1, fault=None)
    record.seconds.clear()
    record.faults = [FAULT]
    for at, kind in enumerate(pattern):
        if kind == " ":
            continue
        cell = Cell(requests=per_s, errors=2 if kind == "e" else 0)
        cell.intended.add(900.0 if kind == "s" else 100.0, per_s)
        record.seconds[at] = Second(requests=per_s, errors=cell.errors, steps={("apply", "submit"): cell})
    return record


@pytest.mark.parametrize(
    ("after", "real_s"),
    [
        (".....", 0.0),
        ("sss.....", 3.0),
        ("eee.....", 3.0),
        ("....s.....", 5.0),
        ("ssss. . .", 4.0),
        ("   .....", 3.0),
    ],
)
def test_a_site_is_back_after_five_good_seconds(after: str, real_s: float) -> None:
    """Recovered is the first of 5 seconds in a row as fast as the minute before and with under 1 % failing."""
    found = recovery(made("." * 60 + "e" * 30 + after), FAULT)
    assert found == Recovery(real_s, True, pytest.approx(100.0, rel=0.005))


def test_a_fault_that_ends_within_a_second_counts_from_there() -> None:
    """The end of a fault is not rounded: recovery is counted from its very moment."""
    fault = FaultRecord("1", "db_down", "grants-db", 60.0, 90.4, True)
    assert recovery(made("." * 60 + "e" * 30 + "ss....."), fault).real_s == pytest.approx(1.6)


def test_a_site_that_stays_slow_has_not_recovered() -> None:
    """When load ends before the site is back, the time is only a lower bound."""
    record = made("." * 60 + "e" * 30 + "s" * 20)
    assert recovery(record, FAULT) == Recovery(20.0, False, pytest.approx(100.0, rel=0.005))
    ref = parse("recovery_s{fault='db_down'}").root.ref
    assert ref is not None
    assert measure(record, ref).at_least


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        (" " * 60 + "e" * 30 + "." * 20, "too few requests in the minute before"),
        ("." * 60 + "e" * 30 + "...", "under 5 s of requests after"),
        ("." * 60, "under 5 s of requests after"),
    ],
)
def test_recovery_can_be_unknown(pattern: str, says: str) -> None:
    """Without requests before or after the fault nothing is claimed."""
    with pytest.raises(NoData, match=says):
        recovery(made(pattern), FAULT)


def test_a_fault_without_an_end_has_no_recovery() -> None:
    """A fault still on has no recovery."""
    with pytest.raises(NoData, match="had no end"):
        recovery(made("." * 99), FaultRecord("1", "db_down", "grants-db", 60.0))


@pytest.mark.parametrize("name", ["db_down", "DB down", "grants-db", "1"])
def test_faults_are_selected_by_name_or_service(name: str) -> None:
    """A selector names a fault by its title, its service or its number; case, spaces and dashes do not matter."""
    ref = parse(f"recovery_s{{fault='{name}'}}").root.ref
    assert ref is not None
    assert measure(made("." * 60 + "e" * 30 + "s....."), ref).value == 1.0


def test_the_longest_recovery_counts() -> None:
    """Several faults of one name: the longest recovery is the metric; an unknown name has no data."""
    record = made("." * 60 + "e" * 30 + "sss" + "." * 27 + "e" * 30 + "s......")
    record.faults.append(FaultRecord("2", "db_down", "grants-db", 120.0, 150.0, True))
    ref = parse("recovery_s{fault='db_down'}").root.ref
    assert ref is not None
    assert measure(record, ref).value == 3.0
    wrong = parse("recovery_s{fault='fire'}").root.ref
    assert wrong is not None
    with pytest.raises(NoData, match="“fire” did not happen"):
        measure(record, wrong)
