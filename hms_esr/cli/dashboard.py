"""Owns ``hms-esr dashboard``: one run's live page, served from a terminal.

Knows nothing of pages or of how a run goes on.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

import click

HELP = """Serve a run's live page: while it goes on, and from its record afterwards.

RUN is a run's id, 'latest', or a scenario's name (its last run). The page only reads. Ctrl-C ends it.

\b
hms-esr dashboard latest
hms-esr dashboard schedule_f --port 5060
"""


@click.command(help=HELP)
@click.argument("run", default="latest")
@click.option("--port", type=click.IntRange(0, 65535), default=5050, show_default=True, help="Or the next free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens; others can look elsewhere.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"), show_default=True)
@click.option("--handle", type=int, hidden=True)
@click.option("--parent-pid", type=int, hidden=True)
@click.option("--until", type=click.Choice(["parent", "unseen"]), default="parent", hidden=True)
def command(run: str, port: int, host: str, out: Path, handle: int | None, parent_pid: int | None, until: str) -> int:
    """See HELP."""
    from hms_esr.edu.live.page_process import address, listen
    from hms_esr.edu.live.serve import Stay, serve
    from hms_esr.store import find_run

    if handle is not None:
        with suppress(OSError):
            os.nice(10)
        with socket.socket(fileno=handle) as listener:
            serve(listener, out, run, Stay(parent_pid, until))
        return 0
    folder = find_run(out, run)
    with listen(host, port) as listener:
        taken = listener.getsockname()[1] != port and port != 0
        note = f" (port {port} is taken)" if taken else ""
        click.echo(f"Live page: {address(listener, folder.name)}{note}   Ctrl-C ends it")
        if listener.getsockname()[0] not in ("127.0.0.1", "::1"):
            click.echo("Whoever can reach this address can look; nobody can change anything.", err=True)
        serve(listener, folder.parent, folder.name, Stay())
    return 0
