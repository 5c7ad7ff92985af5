"""Owns ``hms-esr runs``: the list of runs on record.

Knows nothing of how a record is kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hms_esr.errors import BadInput, Problem

if TYPE_CHECKING:
    from hms_esr.store import RunLine

EXAMPLES = """
\b
hms-esr runs
hms-esr runs --scenario schedule_f --limit 5
hms-esr runs --format json | jq '.[0].verdict'
"""
HEADS = ("run", "scenario", "verdict", "started", "real time", "people")
_STATES = {"QUEUED": "(queued)", "RUNNING": "(running)", "BROKEN_OFF": "(broken off)", "UNREADABLE": "(unreadable)"}


@click.command(help=f"List the runs on record, the last first.\n{EXAMPLES}")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where.")
@click.option("--scenario", metavar="S", help="Only runs of the scenario of this name.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, metavar="N", help="0: all.")
def command(out: Path, scenario: str | None, form: str, limit: int) -> None:
    """Read, filter, print."""
    from hms_esr.store import list_runs

    if out.exists() and not out.is_dir():
        raise BadInput([Problem(f"--out {out}", 0, 0, "is a file; a folder of runs is wanted, such as results")])
    wanted = (line for line in list_runs(out) if scenario is None or line.scenario == scenario)
    lines = list(islice(wanted, limit or None))
    if form == "json":
        click.echo(json.dumps([asdict(line) for line in lines], indent=2, ensure_ascii=False))
    elif lines:
        for row in table([HEADS, *map(cells, lines)]):
            click.echo(row)
        more = sum(1 for _ in wanted)
        if more:
            click.echo(f"… and {more} earlier; --limit 0 lists them all")
    else:
        of = f" of a scenario '{scenario}'" if scenario is not None else ""
        click.echo(f"No runs{of} in {out}. Start one: hms-esr run FILE")


def cells(line: RunLine) -> tuple[str, ...]:
    """What is shown of a run."""
    from hms_esr import wording

    real = wording.MISSING if line.real_s is None else wording.whole_s(line.real_s)
    people = wording.MISSING if line.people is None else wording.count(line.people)
    verdict = line.verdict if line.state == "FINISHED" and line.verdict else _STATES.get(line.state, "(no report)")
    return line.run_id, line.scenario or wording.MISSING, verdict, started(line.started_at), real, people


def started(text: str) -> str:
    """``2026-11-20 14:05:33`` in the reader's own time zone."""
    try:
        return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return text or "–"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with columns of one width; the last two, figures, to the right."""
    import sys

    from hms_esr.sinks.letters import shown

    clean = [[shown(cell, sys.stdout.encoding) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*clean, strict=True)]
    figures = len(widths) - 2
    return [
        "  ".join(
            cell.rjust(width) if number >= figures else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in clean
    ]
