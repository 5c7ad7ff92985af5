"""What hms-esr run says when it is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.cli.closing import following_command


@pytest.mark.parametrize(
    ("out", "name", "stem", "warned", "expected"),
    [
        ("results", "look.yml", "look", False, "report look --format html"),
        ("there", "look.yml", "look", False, "report look --format html --out there"),
        ("my runs", "a b.yml", "look", True, "run 'a b.yml' --strict --out 'my runs'   (warnings fail)"),
        ("there", "f", "schedule_f", True, "run scenarios/schedule_f_strict.yml --out there   (fails on purpose)"),
    ],
)
def test_the_next_command_finds_the_results_where_they_are(
    out: str, name: str, stem: str, warned: bool, expected: str
) -> None:
    """Results elsewhere are named in it, quoted for a shell."""
    assert following_command(name, "look", stem, Path(out), warned=warned) == expected
