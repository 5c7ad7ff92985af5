"""``hms-esr plan`` tells who comes as it goes along, however many there are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hms_esr.cli import group
from hms_esr.cli.plan import MOST_WAITING, stream_out
from hms_esr.errors import BadInput
from tests.house.sources import ROOT

MILLION = """
name: million
load: {people: 1000000, over: 90d}
journeys:
  - {name: apply, persona: farmer, weight: 3, steps: [visit: /]}
  - {name: ask, steps: [visit: /ask]}
"""
FLAT = 1.05
"""Memory may differ so much between a short and a long reading."""


def read(folder: Path, people: int, *options: str) -> tuple[list[str], int, int]:
    """(last line and how many were read, exit code, most resident memory in kB) after reading so many lines."""
    (folder / "million.yml").write_text(MILLION)
    process = subprocess.Popen(
        [sys.executable, "-m", "hms_esr", "plan", "million.yml", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert process.stdout is not None
    last, count = "", 0
    for line in process.stdout:
        last, count = line, count + 1
        if count == people:
            break
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return [last, str(count)], process.returncode, usage.ru_maxrss


def test_a_reader_who_has_seen_enough_ends_it(tmp_path: Path) -> None:
    """Of a million people the first is told at once; when the pipe is closed the command ends, and that is no error."""
    (line, _), code, _ = read(tmp_path, 1, "--format", "jsonl")
    assert json.loads(line)["k"] == 0
    assert code == 0


def test_memory_does_not_grow_with_people(tmp_path: Path) -> None:
    """60,000 of a million people over 90 days need what 2,000 need."""
    _, _, few_kb = read(tmp_path, 2_000)
    (_, count), _, many_kb = read(tmp_path, 60_000)
    assert count == "60000"
    assert many_kb <= few_kb * FLAT


@pytest.mark.soak
@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_whole_million_needs_no_more_memory(form: str, tmp_path: Path) -> None:
    """All of the million, to the last, in the memory of the first ten thousand."""
    _, _, few_kb = read(tmp_path, 10_000, "--format", form)
    (_, count), code, all_kb = read(tmp_path, 2_000_000, "--format", form)
    assert (count, code) == ("1000000", 0)
    assert all_kb <= few_kb * FLAT


def test_lines_go_out_as_they_are_made() -> None:
    """The first line is written before the second is made; never more wait than are allowed to."""
    made, seen_at, waiting = 0, [], []

    class Stream:
        """Notes how many lines were made when it is written to."""

        def write(self, text: str) -> None:
            seen_at.append(made)
            waiting.append(text.count("\n"))

        def flush(self) -> None:
            pass

    def lines() -> object:
        nonlocal made
        for number in range(3 * MOST_WAITING):
            made += 1
            yield str(number)

    stream_out(lines(), Stream())  # type: ignore[arg-type]
    assert seen_at[0] == 1
    assert sum(waiting) == 3 * MOST_WAITING
    assert max(waiting) <= MOST_WAITING


def test_the_command_line_of_a_run_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes nobody who comes is taken in silence, but checked as a run checks it; --only is one person."""
    monkeypatch.chdir(tmp_path)
    rest = ["--target", "http://127.0.0.1:1", "--time-limit", "5m", "--strict", "--max-late", "5%", "--no-dashboard"]
    same = ["plan", "schedule_f", "--seed", "2"]
    whole = CliRunner().invoke(group, [*same, *rest]).stdout
    assert whole == CliRunner().invoke(group, same).stdout and whole.count("\n") == 500
    assert CliRunner().invoke(group, [*same, *rest, "--only", "17"]).stdout == whole.splitlines(keepends=True)[17]
    with pytest.raises(BadInput, match="--time-limit"):
        CliRunner().invoke(group, [*same, "--time-limit", "x"], catch_exceptions=False)
    with pytest.raises(BadInput, match="there are 500 people"):
        CliRunner().invoke(group, [*same, "--only", "500"], catch_exceptions=False)
