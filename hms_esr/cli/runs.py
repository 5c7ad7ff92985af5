"""Owns ``hms-esr runs``: the list of runs on record.

Knows nothing of how a record is kept.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hms_esr.errors import BadInput, EnvironmentProblem, Problem

if TYPE_CHECKING:
    from hms_esr.store import ListedRun

EXAMPLES = """
\b
hms-esr runs
hms-esr runs --scenario schedule_f --verdict FAIL --limit 5
hms-esr runs --since 7d --format json | jq '.[0].verdict'
hms-esr runs --prune --keep 20              what would go: all but the last 20
hms-esr runs --prune --older-than 90d --yes  remove them
"""
VERDICTS = ("PASS", "FAIL", "INVALID", "INTERRUPTED")
HEADS = ("run", "scenario", "verdict", "started", "real time", "people")
_STATES = {
    "QUEUED": "(queued)",
    "RUNNING": "(running)",
    "BROKEN_OFF": "(broken off)",
    "UNREADABLE": "(unreadable)",
    "NO_RECORD": "(no record)",
}


@click.command(help=f"List the runs on record, the last first; remove old ones.\n{EXAMPLES}")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where.")
@click.option("--scenario", metavar="S", help="Only runs of the scenario of this name.")
@click.option("--verdict", type=click.Choice(VERDICTS, case_sensitive=False), help="Only runs that ended so.")
@click.option("--since", metavar="D|DATE", help="Only runs started in the last 7d, 12h …, or since 2026-11-01.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, metavar="N", help="0: all.")
@click.option("--prune", is_flag=True, help="Remove runs (of those filtered): with --keep or --older-than.")
@click.option("--keep", type=click.IntRange(0), metavar="N", help="With --prune: the last N stay.")
@click.option("--older-than", metavar="D", help="With --prune: only those started longer ago than 90d, 12h …")
@click.option("--yes", is_flag=True, help="With --prune: do it; without, only say what would go.")
def command(
    out: Path,
    scenario: str | None,
    verdict: str | None,
    since: str | None,
    form: str,
    limit: int,
    prune: bool,
    keep: int | None,
    older_than: str | None,
    yes: bool,
) -> None:
    """Read, filter, print or remove."""
    if out.exists() and not out.is_dir():
        raise BadInput([Problem(f"--out {out}", 0, 0, "is a file; a folder of runs is wanted, such as results")])
    after = _moment("--since", since)
    wanted = (
        line
        for line in _every_run(out)
        if (scenario is None or line.scenario == scenario)
        and (verdict is None or (line.verdict == verdict.upper() and line.state == "FINISHED"))
        and (after is None or _at(line) >= after)
    )
    if prune or keep is not None or older_than is not None or yes:
        _prune(out, list(wanted), prune, keep, _moment("--older-than", older_than), yes)
        return
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


def _every_run(out: Path) -> Iterator[ListedRun]:
    """All there are, the last first; those without a record too."""
    from hms_esr.store import list_runs
    from hms_esr.store.unrecorded import unrecorded

    return merge(list_runs(out), unrecorded(out), key=_at, reverse=True)


def _moment(option: str, text: str | None) -> datetime | None:
    """``7d`` ago, or a date."""
    from hms_esr.units import duration_s

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.astimezone()
    except ValueError:
        pass
    try:
        return datetime.now(UTC) - timedelta(seconds=duration_s(text))
    except (ValueError, OverflowError):
        wrong = f"{text!r} is neither a duration nor a date; allowed: 7d, 12h, 2026-11-01"
        raise BadInput([Problem(option, 0, 0, wrong)]) from None


def _at(line: ListedRun) -> datetime:
    try:
        at = datetime.fromisoformat(line.started_at)
        return at if at.tzinfo else at.astimezone()
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _prune(
    out: Path, lines: list[ListedRun], prune: bool, keep: int | None, before: datetime | None, yes: bool
) -> None:
    """Remove all but the last ``keep`` of ``lines``, only those from before ``before``; never one that is running.

    Those without a record are not among the last that stay: nothing of them is worth keeping.
    """
    if not prune or (keep is None and before is None):
        text = "say which runs go: --prune with --keep N or --older-than D (and --yes to do it)"
        raise BadInput([Problem("--prune", 0, 0, text)])
    recorded = [line.run_id for line in lines if (out / line.run_id / "manifest.json").exists()]
    staying = set(recorded[: keep or 0])
    going = [line for line in lines if line.run_id not in staying and (before is None or _at(line) < before)]
    kept = {line.run_id: why for line in going if (why := _why_kept(out / line.run_id, line))}
    going = [line for line in going if line.run_id not in kept]
    for line in going:
        if yes:
            remove_run(out / line.run_id)
        click.echo(f"{'removed' if yes else 'would remove'} {line.run_id}  {cells(line)[2]}")
    for run_id, why in kept.items():
        click.echo(f"kept {run_id}: it {why}")
    if not going:
        click.echo("Nothing to remove.")
    elif not yes:
        click.echo(f"{len(going)} run{'s' * (len(going) > 1)} would go; add --yes to do it.")


def _why_kept(folder: Path, line: ListedRun) -> str:
    """Why the run must stay; empty when it need not."""
    from hms_esr.store.unrecorded import may_begin

    if line.state in ("QUEUED", "RUNNING"):
        return "is running" if (folder / "manifest.json").exists() else "may be about to begin"
    return "may be about to begin" if line.state == "BROKEN_OFF" and may_begin(folder) else ""


def remove_run(folder: Path) -> None:
    """Remove a run's folder. EnvironmentProblem when it cannot be."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise EnvironmentProblem(f"{folder} cannot be removed: {error.strerror or error}") from None


def cells(line: ListedRun) -> tuple[str, ...]:
    """What is shown of a run."""
    from hms_esr import formatting

    real = formatting.MISSING if line.real_s is None else formatting.whole_s(line.real_s)
    people = formatting.MISSING if line.people is None else formatting.count(line.people)
    verdict = line.verdict if line.state == "FINISHED" and line.verdict else _STATES.get(line.state, "(no report)")
    return line.run_id, line.scenario or formatting.MISSING, verdict, started(line.started_at), real, people


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
