"""Owns ``hms-esr report``: a run's reports made again from its record.

Knows nothing of what is in a report. Never loads the load engine.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hms_esr.errors import BadInput, Problem

if TYPE_CHECKING:
    from hms_esr.record import Record
    from hms_esr.verdicts.judgement import Judgement

HELP = """Make a run's reports again from its record.

RUN is a run's id, 'latest', or a scenario's name (its last run). Without --format all kinds are made, without --to
they go to the run's folder. The verdict is that of the run: same limits, same strictness.

\b
hms-esr report latest
hms-esr report schedule_f --format html --to debrief.html
hms-esr report 20261120-140533-claims-48h-7c1f --format json --format junit
hms-esr report latest --format json --to -          to standard output
"""
FORMATS = ("html", "json", "junit")


@click.command(help=HELP)
@click.argument("run")
@click.option("--format", "formats", multiple=True, metavar="html|json|junit", help="Which kinds; may be repeated.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where runs are."
)
@click.option("--to", metavar="PATH", help="File (for one kind) or folder to write to; - is standard output.")
def command(run: str, formats: tuple[str, ...], out: Path, to: str | None) -> None:
    """Read the record, judge it, write."""
    from hms_esr.reports import REPORTS
    from hms_esr.store import find_run, is_running, open_record, write_whole

    names = list(dict.fromkeys(formats)) or list(REPORTS.names())
    kinds = [(name, _kind(REPORTS, name)) for name in names]
    _look_at(out, to, names)
    folder = find_run(out, run)
    if to is None and is_running(folder):
        text = "the run is still going on; its reports come at its end. To see it as it is now, say where: --to PATH"
        raise BadInput([Problem(f"run '{run}'", 0, 0, text)])
    before = _verdict_said(folder)
    record = open_record(folder, partial(click.echo, err=True))
    judgement = judged(record)
    for name, kind in kinds:
        report = kind()
        text = report.write(record, judgement)
        if to == "-":
            click.echo(text, nl=False)
            continue
        path = _place(folder, to, report.filename, len(kinds))
        write_whole(path, text)
        click.echo(f"{name}: {path}")
    if to != "-":
        click.echo(f"{judgement.shown}  {judgement.sentence}")
        if before not in ("", judgement.verdict):
            text = f"the run itself said {before}: its metric functions are not here, or the program changed since"
            click.echo(text, err=True)


def _kind(reports: Any, name: str) -> Any:
    try:
        return reports.get(name)
    except KeyError as error:
        raise BadInput([Problem("--format", 0, 0, str(error.args[0]))]) from None


def _look_at(out: Path, to: str | None, names: list[str]) -> None:
    """Refuse what cannot be meant."""
    if not out.is_dir() and out.suffix in (".html", ".json", ".xml", ".pdf"):
        cure = "write report.html and print it from a browser" if out.suffix == ".pdf" else f"--to {out}"
        text = f"{out} is not a folder of runs; to say where a report goes: {cure}"
        raise BadInput([Problem("--out", 0, 0, text)])
    if to is not None and Path(to).suffix == ".pdf":
        raise BadInput([Problem("--to", 0, 0, "there is no PDF yet; write report.html and print it from a browser")])
    if to is not None and len(names) > 1 and (to == "-" or Path(to).is_file()):
        raise BadInput(
            [Problem("--to", 0, 0, f"{len(names)} kinds of reports need a folder; choose one with --format")]
        )


def _place(folder: Path, to: str | None, filename: str, kinds: int) -> Path:
    if to is None:
        return folder / filename
    place = Path(to)
    if kinds > 1 or to.endswith("/") or place.is_dir():
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput([Problem("--to", 0, 0, f"{place} cannot be made: {error.strerror}")]) from None
        return place / filename
    return place


def judged(record: Record) -> Judgement:
    """The run's judgement: limits and strictness from its manifest, metric functions from beside its scenario."""
    from hms_esr.library.functions import metric_functions
    from hms_esr.verdicts.judge_again import judge_again

    return judge_again(record, metric_functions(Path(record.manifest.source).parent))


def _verdict_said(folder: Path) -> str:
    """The verdict in the summary that is there; empty without one."""
    try:
        return str(json.loads((folder / "summary.json").read_text(encoding="utf-8"))["verdict"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
