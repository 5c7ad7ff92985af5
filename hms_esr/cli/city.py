"""Owns the command ``hms-esr city``: options in, a served mock city out.

Knows nothing of what the city serves; the server is loaded only when the command runs.
"""

from __future__ import annotations

from pathlib import Path

import click

EXAMPLES = """\b
Examples:
  hms-esr city                        on http://127.0.0.1:9800, until Ctrl-C
  hms-esr city --port 0               on a free port, printed when ready
  hms-esr city --clerks 0.5           half the clerks: claims wait longer
  hms-esr city --state /tmp/c --keep  keep the records (SQLite) and uploads
  curl -X POST http://127.0.0.1:9800/__city/faults \\
    -d '{"fault": "latency", "service": "payments", "latency_ms": 800, "for_s": 60}'

Pages: /  /apply-subsidy  /claims/new  /start  /apply  /permits/new  /login
Counts: GET /__city/counts    Everything back to zero: POST /__city/reset
"""


@click.command("city", epilog=EXAMPLES)
@click.option("--port", type=click.IntRange(0, 65535), default=9800, show_default=True, help="0 is any free port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--clerks",
    type=click.FloatRange(0.001, 1000),
    default=1.0,
    show_default=True,
    metavar="SHARE",
    help="Share of the clerks who decide claims; 0.5 is half of them.",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the city's records.  [default: a fresh one]",
)
@click.option("--keep", is_flag=True, help="Keep records and uploaded files; they are purged at the end otherwise.")
@click.option("--strict-accounts", is_flag=True, help="Only accounts that were made can log in.")
@click.option("--record-values", is_flag=True, help="Record what each person sends, for GET /__city/seen.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help='Write {"url", "pid"} to this file when ready.',
)
@click.option("--parent-pid", type=click.IntRange(1), help="End when this process is gone.")
def command(
    port: int,
    host: str,
    clerks: float,
    state: Path | None,
    keep: bool,
    strict_accounts: bool,
    record_values: bool,
    ready_file: Path | None,
    parent_pid: int | None,
) -> None:
    """Start the embedded system under test: a small mock city government.

    Real HTML forms with hidden tokens, logins, uploads whose bytes are checked, a payment page with a fake treasury, a
    queue of clerks in simulated time, and faults on demand. Made-up people only; nothing in it is real.
    """
    from hms_esr.city.server import CityOptions, serve

    options = CityOptions(host, port, clerks, state, keep, strict_accounts, record_values, ready_file, parent_pid)
    serve(options, lambda url: click.echo(f"Mock City ready at {url} (simulation; stop with Ctrl-C)"))
