"""Owns ``hms-esr influx``: is the way to InfluxDB open, and a stored run sent once more.

Knows nothing of points.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from typing import Any

import click

from hms_esr.cli.influx_options import connection_of, influx_options
from hms_esr.errors import BadInput, EnvironmentProblem, Problem

HELP = """See whether points get to InfluxDB; send stored runs.

\b
hms-esr influx check --influx http://127.0.0.1:8086 --influx-org agency
hms-esr influx resend latest --influx http://127.0.0.1:8086 --influx-org agency

The token is read from --influx-token-file or INFLUX_TOKEN.
"""
CHECK = """Write a point and read it back; say in one line what is wrong.

What was found wrong first is named: the address, the token, the organization, or the bucket.

Exit codes: 0 points can be written and read, 2 bad input, 4 they cannot.
"""
RESEND = """Send a stored run once more, from its record.

RUN is a run's id, 'latest', or a scenario's name (its last run). Points that are there already are written over:
nothing doubles. Works for runs that were never sent, or that were killed while sending.

Exit codes: 0 everything is there, 2 no such run, or it is still running, 4 not everything could be sent.
"""


@click.group(help=HELP)
def command() -> None:
    """See HELP."""


@command.command(help=CHECK)
@influx_options
def check(**given: Any) -> None:
    """Try, tell."""
    from hms_esr.sinks.influx.checking import find_fault

    connection = _wanted(given)
    fault = find_fault(connection)
    if fault:
        raise EnvironmentProblem(fault)
    click.echo(f"Points can be written to {connection.place} and read back.")


@command.command(help=RESEND)
@click.argument("run")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where runs are."
)
@influx_options
def resend(run: str, out: Path, **given: Any) -> None:
    """Find, send, tell."""
    from hms_esr import formatting
    from hms_esr.export.influx_uploader import resend as send
    from hms_esr.store import find_run, is_running

    connection = _wanted(given)
    folder = find_run(out, run)
    if is_running(folder):
        raise BadInput([Problem(f"run '{run}'", 0, 0, f"{folder.name} is still running; send it when it is over")])
    until_s = [monotonic() + connection.wait_s]

    def wait(seconds: float) -> bool:
        if monotonic() + seconds > until_s[0]:
            return True
        sleep(seconds)
        return False

    def told(_: Any) -> None:
        until_s[0] = monotonic() + connection.wait_s

    delivery = send(folder, connection, wait, told)
    written = formatting.plural(delivery.written, "point", "points")
    if delivery.dead_points:
        never = formatting.plural(delivery.dead_points, "point", "points")
        click.echo(f"The server never took {never}: see {delivery.dead}", err=True)
    if delivery.trouble.kind:
        text = f"{folder.name}: {written} written, then no more: {delivery.trouble.reason}; send it again later"
        raise EnvironmentProblem(text)
    click.echo(f"{folder.name}: {written} written to {connection.place}")


def _wanted(given: dict[str, Any]) -> Any:
    connection = connection_of(given)
    if connection is None:
        raise BadInput(
            [Problem("--influx", 0, 0, "is needed: the address of an InfluxDB, such as http://127.0.0.1:8086")]
        )
    return connection
