"""Owns the binding of a locustfile: our arguments, our runs, our part of the web UI, in a Locust that somebody started.

Knows nothing of scenarios: what a run is and what its arguments mean is handed in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from locust import events
from locust.runners import MasterRunner, WorkerRunner

from hms_esr.engine.client_transport import Gate
from hms_esr.engine.cluster.keys import encrypted
from hms_esr.engine.face import Face, Switch
from hms_esr.engine.face_worker import WorkerFace
from hms_esr.engine.web.install import Shown, install

LOG = logging.getLogger("hms_esr")
OPEN_PORT = (
    "Locust's port for workers is open: whoever reaches it may join and report results. Set ESR_CLUSTER_SECRET_FILE "
    "for master and workers to the same file, or bind it to this machine with --master-bind-host 127.0.0.1"
)
_SEALED: list[AbstractContextManager[None]] = []


class Runs(Shown, Protocol):
    """What carries runs out and shows them."""

    def rehearse(self, face: Face, switch: Any) -> int:
        """One run, with the fields as they are now; its exit code."""
        ...

    def new_switch(self) -> Switch:
        """What ends a run."""
        ...

    def target(self) -> str:
        """Where a run would go with the fields as they are now; empty when that is not known before it starts."""
        ...


def bind(
    *,
    arguments: Callable[[Any], None],
    runs: Callable[[Any], Runs],
    guard_of: Callable[[Mapping[str, Any]], Gate],
    secret: str,
) -> None:
    """Have Locust, which is loading its locustfile, carry out rehearsals.

    ``arguments`` adds ours to Locust's parser; ``runs`` makes what carries runs out from Locust's parsed options;
    ``guard_of`` makes a worker's guard; ``secret`` encrypts Locust's port (empty: it stays open).
    """
    if secret:
        _SEALED.append(encrypted(secret))
        _SEALED[-1].__enter__()

    def init(environment: Any, web_ui: Any = None, **_: Any) -> None:
        if isinstance(environment.runner, WorkerRunner):
            WorkerFace(environment, guard_of).install()
            return
        if isinstance(environment.runner, MasterRunner) and not secret:
            LOG.warning(OPEN_PORT)
        ours = runs(environment.parsed_options)
        Face(environment, ours.rehearse, ours.new_switch, ours.target).install()
        if web_ui is not None:
            install(web_ui, ours)

    events.init_command_line_parser.add_listener(lambda parser, **_: arguments(parser))
    events.init.add_listener(init)
