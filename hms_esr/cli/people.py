"""Owns ``hms-esr people``: made-up people of one persona, one line each, as JSON or CSV.

Knows nothing of how people are made or where templates lie.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from hms_esr.personas.person import PeopleMaker

LARGEST_SEED = 2**63 - 1


@click.command()
@click.argument("template")
@click.option("-n", "number", type=click.IntRange(min=0), default=10, show_default=True, help="How many people.")
@click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), default=1, show_default=True, help="Same seed, same people."
)
@click.option(
    "--start", type=click.IntRange(0, 2**48), default=0, show_default=True, help="Number of the first person."
)
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option(
    "--identity",
    type=click.Choice(["fixed", "per_run"]),
    default="fixed",
    show_default=True,
    help="per_run: ids, e-mails and user names are new each time.",
)
def command(template: str, number: int, seed: int, start: int, form: str, identity: str) -> None:
    """Print made-up people of TEMPLATE, a persona's name or file.

    No identifier is a real person's: ids begin with 5e5e5e5e, Social Security numbers are of areas never issued,
    telephone numbers are 555-0100 to 555-0199, e-mails end in .test.

    \b
    hms-esr people farmer                                ten farmers, a JSON object per line
    hms-esr people farmer -n 1000 --seed 7 --format csv  a table
    hms-esr people claimant -n 1 --start 4711            person 4711 alone
    hms-esr people mine/nurse.yaml -n 3                  a template of one's own
    """
    from hms_esr.library import persona_template
    from hms_esr.personas.person import PeopleMaker

    run_id = secrets.token_hex(8) if identity == "per_run" else ""
    maker = PeopleMaker(persona_template(template), seed, "per_run" if run_id else "fixed", run_id)
    write = _write_csv if form == "csv" else _write_jsonl
    try:
        write(sys.stdout, columns(maker), islice(rows(maker, start), number))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def columns(maker: PeopleMaker) -> list[str]:
    """What is printed of a person, in order: number and role, the fields, behavior that differs between people."""
    return ["k", "role", *maker.template.field_names, "patience_s", "user_agent", "accept_language"]


def rows(maker: PeopleMaker, start: int) -> Iterator[list[int | float | str | None]]:
    """People from ``start`` on without end, values in the order of :func:`columns`."""
    for person_no in count(start):
        person = maker.person(person_no)
        behavior = [person.patience_s, person.user_agent, person.accept_language]
        yield [person_no, person.role, *person.fields.values(), *behavior]


def _write_jsonl(out: TextIO, names: Sequence[str], lines: Iterator[Sequence[object]]) -> None:
    for line in lines:
        out.write(json.dumps(dict(zip(names, line, strict=True)), ensure_ascii=False) + "\n")


def _write_csv(out: TextIO, names: Sequence[str], lines: Iterator[Sequence[object]]) -> None:
    table = csv.writer(out, lineterminator="\n")
    table.writerow(names)
    table.writerows(lines)
