"""Owns the binding of a locustfile: our arguments, our runs, our part of the web UI, in a Locust that somebody started.

Knows nothing of scenarios: what a run is and what its arguments mean is handed in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

import gevent
from locust import events, stats
from locust.runners import MasterRunner, WorkerRunner

from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.cluster.keys import encrypted
from hms_esr.engine.locust_plugin.closed_model import ClosedPeople
from hms_esr.engine.locust_plugin.master_integration import MasterIntegration, Rehearsal, Switch
from hms_esr.engine.locust_plugin.web.install import Shown, install
from hms_esr.engine.locust_plugin.web.origins import is_loopback
from hms_esr.engine.locust_plugin.worker_integration import WorkerIntegration
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.assignment import Assignment

LOG = logging.getLogger("hms_esr")
OPEN_PORT = (
    "Locust's port for workers is open: whoever reaches it may join and report results. Set ESR_CLUSTER_SECRET_FILE "
    "for master and workers to the same file, or bind it to this machine with --master-bind-host 127.0.0.1"
)
OPEN_UI = "others can reach this web UI and start runs; hms-esr run FILE --web --web-login FILE asks for a login"
_SEALED: list[AbstractContextManager[None]] = []


class PluginRuns(Shown, Protocol):
    """What carries runs out and shows them."""

    def rehearse(self, face: MasterIntegration, switch: Any) -> int:
        """One run, with the fields as they are now; its exit code."""
        ...

    def new_switch(self) -> Switch:
        """What ends a run."""
        ...

    def target(self) -> str:
        """Where a run would go with the fields as they are now; empty when that is not known before it starts."""
        ...


class RunsAndUsers(PluginRuns, Protocol):
    """The same, and the scenario's journeys as plain users."""

    def closed(self, alone: bool) -> tuple[Assignment, ConnectionGuard]:
        """What plain users need. ``alone``: it is this process that sees to the target's being there."""
        ...

    def scenario(self) -> Scenario | None:
        """The scenario the fields name now; None when there is none that can be carried out."""
        ...

    def wants_users(self, others: bool) -> bool:
        """Whether Locust's own users are wanted instead of the plan; ``others``: there are classes of one's own."""
        ...

    def close(self) -> None:
        """End what was started for plain users."""
        ...


def bind(
    *,
    arguments: Callable[[Any], None],
    runs: Callable[[Any], RunsAndUsers],
    guard_of: Callable[[Mapping[str, Any]], ConnectionGuard],
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
        gevent.get_hub().loop.update_now()  # the imports took a while; timers would be early by it
        runner, ours = environment.runner, runs(environment.parsed_options)
        if isinstance(runner, WorkerRunner):
            WorkerIntegration(environment, guard_of).install()
            _plain_users(environment, ours, alone=False)
            return
        if isinstance(runner, MasterRunner) and not secret:
            LOG.warning(OPEN_PORT)
        if ours.wants_users(any(not issubclass(kind, Rehearsal) for kind in environment.user_classes)):
            environment.user_classes = [kind for kind in environment.user_classes if not issubclass(kind, Rehearsal)]
            _plain_users(environment, ours, alone=True)
        else:
            MasterIntegration(environment, ours.rehearse, ours.new_switch, ours.target).install()
        environment.events.quitting.add_listener(_let_files_be_written)
        if web_ui is not None:
            if not is_loopback(web_ui.host) and not web_ui.web_login:
                LOG.warning(OPEN_UI)
            install(web_ui, ours)

    events.init_command_line_parser.add_listener(lambda parser, **_: arguments(parser))
    events.init.add_listener(init)


def _let_files_be_written(environment: Any, **_: Any) -> None:
    """Locust writes its CSV files once a second and not at the end: who quits waits for the last second."""
    if environment.parsed_options.csv_prefix:
        gevent.sleep(stats.CSV_STATS_INTERVAL_SEC + 0.1)


def _plain_users(environment: Any, runs: RunsAndUsers, *, alone: bool) -> None:
    """The scenario's journeys as users of Locust's own. A worker learns from its master whether they are wanted."""
    people = ClosedPeople(environment, lambda: runs.closed(alone))

    def begin(environment: Any, **_: Any) -> None:
        if alone or runs.wants_users(False):
            environment.user_classes = [kind for kind in environment.user_classes if not issubclass(kind, Rehearsal)]
            people.begin()

    if alone:
        people.begin_classes(runs.scenario())
    environment.events.test_start.add_listener(begin)
    environment.events.test_stopping.add_listener(lambda **_: people.stop())
    environment.events.test_stop.add_listener(lambda **_: people.end())
    environment.events.quitting.add_listener(lambda **_: runs.close())
