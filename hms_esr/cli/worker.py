"""Owns ``hms-esr worker``: one process that takes its share of a run's people.

Knows nothing of how it is carried out.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import click

from hms_esr.cli.secret_files import cluster_secret
from hms_esr.errors import BadInput, Problem

HELP = """Take a share of a run's people, for a master that tells which.

JOIN-LINE is what hms-esr run FILE --master prints. (hms-esr run FILE --workers N starts N workers by itself.)
HOST:PORT alone is whichever run is there. With --stay a worker waits for a master as long as it takes, and after a run
for the next one. SIGTERM lets a worker leave: it sees those who came to their end, and the others take over the rest.

\b
hms-esr worker 10.0.0.5:5557/20261120-105959-tuition-3fa9 --cluster-secret-file cluster.secret
hms-esr worker 10.0.0.5:5557 --stay --cluster-secret-file cluster.secret

Exit codes: 0 done, 2 bad input, 3 an internal error, 4 no master, or not any more.
"""


@click.command(help=HELP)
@click.argument("join_line", metavar="JOIN-LINE", required=False)
@click.option("--cluster-secret-file", type=click.Path(path_type=Path, dir_okay=False), help="The master's.")
@click.option("--stay", is_flag=True, help="Wait for a master, and after its run for the next.")
@click.option(
    "--alive-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --stay: touched every second, for health checks.",
)
@click.option("--child", is_flag=True, hidden=True, help="What to join is on the standard input.")
def command(
    join_line: str | None, cluster_secret_file: Path | None, stay: bool, alive_file: Path | None, child: bool
) -> int:
    """See HELP."""
    from hms_esr.engine.cluster.join_info import read_line

    if alive_file is not None and not stay:
        raise BadInput([Problem("--alive-file", 0, 0, "goes with --stay")])
    if child:
        given = json.loads(sys.stdin.readline())
    elif join_line is None:
        raise BadInput([Problem("worker", 0, 0, "wants the JOIN-LINE that hms-esr run FILE --master prints")])
    else:
        host, port, run_id = read_line(join_line)
        secret = cluster_secret(cluster_secret_file, "worker")
        if stay:
            return _stand_by(host, port, run_id, cluster_secret_file, alive_file)
        given = {"host": host, "port": port, "run_id": run_id, "secret": secret}
    import_module(
        "hms_esr.engine.start_loop.local_runner"
    )  # first: Locust patches the standard library when it is imported
    from hms_esr.engine.cluster.worker import Join
    from hms_esr.launch.worker import run_share

    run_share(Join(**given), tell=lambda text: None if child else click.echo(text, err=True))
    return 0


def _stand_by(host: str, port: int, run_id: str, secret_file: Path | None, alive: Path | None) -> int:
    from hms_esr.launch.worker_standby import Standby, stand_by

    if run_id:
        text = f"is for whichever run comes; leave out the run: {host}:{port}"
        raise BadInput([Problem("--stay", 0, 0, text)])
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    command = [sys.executable, "-m", "hms_esr", "worker", place, "--cluster-secret-file", str(secret_file)]
    return stand_by(Standby(host, port, command, alive), lambda text: click.echo(text, err=True))
