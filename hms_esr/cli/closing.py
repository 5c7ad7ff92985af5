"""Owns how a run ends on the console: its last lines, and the command a person may type next.

Knows nothing of how a run went on.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hms_esr.execution.execute import RunOutcome


def _program() -> str:
    """What a person types to call this program: its name, or the way to it when the shell would not find it."""
    called = Path(sys.argv[0])
    return "hms-esr" if which("hms-esr") or called.name != "hms-esr" else str(called)


def closing(outcome: RunOutcome, name: str, out: Path) -> None:
    """The lines that end a run on the console."""
    from hms_esr.sinks.console import closing_lines

    record = outcome.record
    following = following_command(
        name, record.scenario.name, record.manifest.stem, out, warned=bool(outcome.judgement.warnings)
    )
    for line in closing_lines(record, outcome.judgement, outcome.report, f"{_program()} {following}"):
        click.echo(line)


def following_command(name: str, scenario: str, stem: str, out: Path, *, warned: bool) -> str:
    """What a person may type next; ``name`` is what was typed for this run, ``out`` where its results are."""
    text, why = f"report {scenario} --format html", ""
    if warned:
        text, why = f"run {shlex.quote(name)} --strict", "   (warnings fail)"
    if stem == "schedule_f":
        text, why = "run scenarios/schedule_f_strict.yml", "   (fails on purpose)"
    elsewhere = "" if out == Path("results") else f" --out {shlex.quote(str(out))}"
    return f"{text}{elsewhere}{why}"
