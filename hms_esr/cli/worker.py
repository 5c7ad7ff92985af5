"""Owns ``hms-esr worker``: one process that takes its share of a run's people.

Knows nothing of how it is carried out.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

import click

from hms_esr.errors import BadInput, Problem

HELP = """Take a share of a run's people, for a master that tells which.

hms-esr run FILE --workers N starts N of them by itself. SIGTERM lets one leave: it starts nobody any more, sees those
who came to their end, and the others take over the rest.

Exit codes: 0 done, 4 the master is not there any more, 3 a fault of ours.
"""


@click.command(help=HELP)
@click.option("--child", is_flag=True, hidden=True, help="What to join is on the standard input.")
def command(child: bool) -> int:
    """See HELP."""
    if not child:
        raise BadInput([Problem("worker", 0, 0, "workers are started by hms-esr run FILE --workers N")])
    given = json.loads(sys.stdin.readline())
    import_module("hms_esr.engine.local")  # first: Locust patches the standard library when it is imported
    from hms_esr.engine.cluster.worker import Join
    from hms_esr.working import carry_out_share

    carry_out_share(Join(**given))
    return 0
