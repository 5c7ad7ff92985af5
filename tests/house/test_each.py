"""A fact of many cases fails for each of them that breaks it, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.each import each


@each(("number", "square"), [(2, 4), (3, 8), (4, 15)])
def squares(number: int, square: int) -> None:
    assert number**2 == square


@each("text", ["7", "seven"])
def refused(text: str) -> None:
    with pytest.raises(ValueError):
        int(text)


@each("tens", [10, 20])
@each("ones", range(50))
def small(tens: int, ones: int) -> None:
    assert tens + ones < 30


@each("name", [])
def of_nothing(name: str) -> None:
    """No case."""


def test_every_offender_is_named_with_its_reason() -> None:
    """The failure lists them all, an error that was wanted and did not come among them."""
    with pytest.raises(AssertionError) as caught:
        squares()
    first, *offenders = str(caught.value).splitlines()
    assert first == "cases that do not hold: 2"
    assert [line[:6] for line in offenders if line.startswith("(")] == ["(3, 8)", "(4, 15"]
    with pytest.raises(AssertionError, match="hold: 1\n'7': Failed: DID NOT RAISE"):
        refused()


def test_no_offender_of_many_combinations_is_left_out() -> None:
    """Decorators above one another name every combination that breaks the fact."""
    with pytest.raises(AssertionError) as caught:
        small()
    offenders = [line.split(": ")[:2] for line in str(caught.value).splitlines() if "AssertionError" in line]
    wanted = [(tens, ones) for tens in (10, 20) for ones in range(50) if tens + ones >= 30]
    assert offenders == [[str(tens), str(ones)] for tens, ones in wanted]


def test_no_case_is_no_fact() -> None:
    """A list that has become empty fails."""
    with pytest.raises(AssertionError, match="no case"):
        of_nothing()


@each("name", ["a", "b"])
@each("ending", ["txt", "csv"])
def test_other_arguments_are_fixtures(tmp_path: Path, name: str, ending: str) -> None:
    """Two decorators make every combination; fixtures are made once for all."""
    (tmp_path / f"{name}.{ending}").touch(exist_ok=False)
    assert (tmp_path / "a.txt").exists()
