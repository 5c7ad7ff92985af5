"""What hms-esr try prints."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hms_esr.cli.try_ import Printer, what_it_did
from hms_esr.steps.parse import parse_step

SCENARIO = """
name: apply
seed: 3
load: {people: 5, over: 1s}
journeys:
  - name: apply
    persona: slow_reader
    steps:
      - visit: /apply-subsidy
      - fill: {farm_name: "{{ secret.FARM }}"}
      - upload: schedule_f.pdf
      - think: 5s
      - submit
      - expect: {status: 200, text: WANTED}
"""


def tried(folder: Path, wanted: str) -> tuple[int, list[str]]:
    """Exit code and lines of ``try`` against the embedded city."""
    (folder / "apply.yml").write_text(SCENARIO.replace("WANTED", wanted))
    (folder / "secrets").write_text("FARM=Sunny & Acres\n")
    command = [sys.executable, "-m", "hms_esr", "try", "apply.yml", "--secret-file", "secrets"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_every_step_leaves_a_trace(tmp_path: Path) -> None:
    """Also those that send nothing, in the order of the journey; secrets are masked."""
    code, lines = tried(tmp_path, "received")
    assert code == 0, lines
    heads = [line for before, line in pairwise(lines) if not before and not line.startswith(" ")]
    assert heads == ["visit", "fill", "upload", "think", "submit", "expect", "completed"]
    for told in (
        "  filled in farm_name",
        "  attached schedule_f.pdf",
        "  the pause is left out",
        "    farm_name = ***",
        "  as expected: status 200, the text “received”",
    ):
        assert told in lines
    assert "Sunny" not in "".join(lines)
    assert lines[0].endswith(" (the embedded city: no target was named)")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("usable_password", "true", "true"),
        ("card_type", "visa", "visa"),
        ("pw", "s3cret-of-hers", "***"),
        ("again", "of the person", "***"),
        ("csrfmiddlewaretoken", "a8Kd01k2", "***"),
        ("card_number", "4242424242424242", "***"),
    ],
)
def test_only_secrets_are_masked(name: str, value: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is typed into a password's input, the person's own password, cards and tokens; a choice stays readable."""
    person: Any = SimpleNamespace(fields={"password": "of the person"}, steps=(), at=0, where="submit")
    sent: Any = SimpleNamespace(sent=((name, value),), secret={"pw"})
    Printer(()).submitted(person, sent)
    assert f"    {name} = {shown}\n" in capsys.readouterr().out


def test_a_step_that_fails_is_told_once(tmp_path: Path) -> None:
    """An expectation that does not hold is not said to hold, and a secret in it is masked."""
    code, lines = tried(tmp_path, '"{{ secret.FARM }} got it"')
    assert code == 1
    assert [line.partition(":")[0] for line in lines if "FAILED" in line] == ["  FAILED at expect"]
    assert not [line for line in lines if "as expected" in line or "Sunny" in line]
    assert lines[-1].startswith("failed: the text '*** got it' is not on ")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"fill": {"a": "1", "b": "2"}}, "filled in a, b"),
        ({"upload": {"file": "x.pdf", "field": "f"}}, "attached x.pdf"),
        ({"expect": {"status": [200, 303], "page": "/done"}}, "as expected: status 200 or 303, page /done"),
        ({"expect": {"json": {"state": "ok"}}}, "as expected: state is ok"),
        ({"await": {"within": "1h"}}, "looks for the decision"),
    ],
)
def test_steps_that_send_nothing_say_what_they_did(written: Any, said: str) -> None:
    """In a few words, without values that the form's sending shows anyway."""
    assert what_it_did(parse_step(written)) == said
