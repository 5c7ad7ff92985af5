"""``hms-esr prove`` writes what the guard reads."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner

from hms_esr.cli.prove import command
from hms_esr.errors import BadInput
from hms_esr.scenario.proof import Proof, read_proof
from hms_esr.scenario.target_caps import TargetCaps


def test_the_printed_text_is_a_proof() -> None:
    """Caps, day and contact as asked; what to do with it goes to the error stream."""
    options = ["--max-rate", "200/s", "--max-length", "2h", "--max-people", "5000", "--until", "2099-01-01"]
    result = CliRunner().invoke(command, ["Example.GOV", *options, "--contact", "ops@example.gov"])
    assert result.exit_code == 0
    expected = Proof("example.gov", date(2099, 1, 1), "ops@example.gov", TargetCaps(200.0, 7200.0, 5000))
    assert read_proof(result.stdout, "example.gov", date(2098, 1, 1)) == expected
    assert "/.well-known/hms-esr.txt" in result.stderr


def test_every_mistake_is_said_at_once() -> None:
    """Host, rate, length, people and day, each with its option's name."""
    options = [
        "--max-rate",
        "lots",
        "--max-length",
        "5",
        "--max-people",
        "0",
        "--until",
        "2001-01-01",
        "--contact",
        "a b",
    ]
    result = CliRunner().invoke(command, ["exa mple", *options])
    assert isinstance(result.exception, BadInput)
    sources = [problem.source for problem in result.exception.problems]
    assert sources == ["HOST", "--max-rate", "--max-length", "--contact", "--max-people", "--until"]


@pytest.mark.parametrize(("host", "needed"), [("example.gov", True), ("192.168.1.5", False)])
def test_who_needs_no_proof_is_told(host: str, needed: bool) -> None:
    """A private address needs a person's word alone."""
    result = CliRunner().invoke(command, [host])
    assert ("needs no proof" not in result.stderr) == needed
