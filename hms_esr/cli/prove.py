"""Owns ``hms-esr prove``: the text an owner puts on a host to say that it may be loaded.

Knows nothing of how the guard reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from hms_esr.errors import BadInput, Problem
from hms_esr.scenario.hosts import host_port, kind_of
from hms_esr.scenario.proof import PATH, Proof, proof_contact, proof_date, proof_rate, write_proof
from hms_esr.scenario.target_caps import TargetCaps
from hms_esr.units import duration_s

_USUAL_DAYS = 30


@click.command(name="prove")
@click.argument("host")
@click.option("--max-rate", default="50/s", show_default=True, help="Most people starting per second.")
@click.option("--max-length", default="30m", show_default=True, help="Longest run, real time.")
@click.option("--max-people", default=1000, show_default=True, help="Most people at once.")
@click.option(
    "--until", default="", help=f"Last day it holds, such as 2026-12-31; without it {_USUAL_DAYS} days from now."
)
@click.option("--contact", default="", help="Who is called when something goes wrong: mail, number or page.")
def command(host: str, max_rate: str, max_length: str, max_people: int, until: str, contact: str) -> None:
    """Print the proof that HOST may be loaded.

    The owner of HOST puts it at /.well-known/hms-esr.txt. It is read before a run and every 10 s while it goes;
    taken away, the load stops.
    """
    problems: list[Problem] = []

    def read(option: str, parse: Callable[[str], Any], text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            problems.append(Problem(option, 0, 0, str(error)))

    place = read("HOST", host_port, host)
    rate = read("--max-rate", proof_rate, max_rate)
    length = read("--max-length", duration_s, max_length)
    today = datetime.now(UTC).date()
    last = read("--until", proof_date, until) if until else today + timedelta(days=_USUAL_DAYS)
    who = read("--contact", proof_contact, contact or f"webmaster@{place.host if place else 'host'}")
    if max_people < 1:
        problems.append(Problem("--max-people", 0, 0, f"{max_people} people; at least 1 is allowed"))
    if last is not None and last < today:
        problems.append(Problem("--until", 0, 0, f"{last.isoformat()} is over; a day from today on is allowed"))
    if problems:
        raise BadInput(problems)
    click.echo(write_proof(Proof(place.host, last, who, TargetCaps(rate, length, max_people))), nl=False)
    click.echo(f"\n# Save the lines above as http(s)://{place.host}{PATH}", err=True)
    click.echo(f"# then: hms-esr run FILE --target … --i-may-load {place}", err=True)
    if place.host.replace(".", "").isdigit() and kind_of(place.host) in ("loopback", "private"):
        click.echo("# (an address of this machine or a private network needs no proof)", err=True)
