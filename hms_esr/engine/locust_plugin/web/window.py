"""Owns a web UI of our own over runs of our own: Locust's pages, which start and stop what is handed in.

Knows nothing of scenarios, records or verdicts.
"""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable
from time import time
from typing import Any

import gevent
from gevent import pywsgi
from gevent.event import Event
from locust import argument_parser, events, runners
from locust.env import Environment
from locust.web import WebUI

from hms_esr.engine.locust_core.stats import add_to_stats
from hms_esr.engine.locust_plugin.master_integration import MasterIntegration, Rehearsal
from hms_esr.engine.locust_plugin.plugin import PluginRuns
from hms_esr.engine.locust_plugin.web.install import install
from hms_esr.engine.locust_plugin.web.login import ask_for
from hms_esr.engine.start_loop.local_runner import Listener
from hms_esr.errors import EnvironmentProblem
from hms_esr.record import Tick

LOG = logging.getLogger("hms_esr.web")
AT_WORK = (runners.STATE_RUNNING, runners.STATE_SPAWNING)


class WorkersShown(runners.MasterRunner):
    """Locust's view of workers that are not Locust's: it opens no port and starts nobody."""

    exceptions: dict[Any, Any]
    shape_greenlet: Any

    def __init__(self, environment: Any, workers: int) -> None:
        self._workers = workers
        runners.DistributedRunner.__init__(self, environment)
        self.worker_cpu_warning_emitted = False
        self.worker_indexes: dict[str, int] = {}
        self.worker_index_max = 0
        self.spawn_rate = 0.0
        self.spawning_completed = True
        self.clients = runners.WorkerNodes()

    @property
    def worker_count(self) -> int:
        """Those there are, or those there will be."""
        return len(self.clients.running) or self._workers

    def start(self, user_count: int, spawn_rate: float, wait: bool = False, user_classes: Any = None) -> None:
        """A run begins."""
        if self.state not in AT_WORK:
            self.stats.clear_all()
            self.exceptions = {}
            self.clients = runners.WorkerNodes()
            self.environment.events.test_start.fire(environment=self.environment)
        self.update_state(runners.STATE_RUNNING)

    def stop(self, send_stop_to_client: bool = True) -> None:
        """A run ends: who listens ends it first."""
        if self.state not in AT_WORK:
            return
        self.environment.events.test_stopping.fire(environment=self.environment)
        self.update_state(runners.STATE_STOPPING)
        if self.shape_greenlet is not None and self.shape_greenlet is not gevent.getcurrent():
            self.shape_greenlet.kill(block=True)
            self.shape_greenlet = None
            self.shape_last_tick = None
        for node in self.clients.values():
            node.state, node.user_classes_count = runners.STATE_STOPPED, {}
        self.update_state(runners.STATE_STOPPED)
        self.environment.events.test_stop.fire(environment=self.environment)

    def quit(self) -> None:
        """Nothing is shown any more."""
        self.stop()
        self.greenlet.kill(block=True)

    def send_message(self, msg_type: str, data: Any = None, client_id: str | None = None) -> None:
        """There is nobody to send to."""

    def told(self, tick: Tick) -> None:
        """A worker's second."""
        node = self.clients.get(tick.worker)
        if node is None:
            node = self.clients[tick.worker] = runners.WorkerNode(tick.worker, runners.STATE_RUNNING)
        node.user_classes_count = {"People": tick.active}
        node.cpu_usage = round(100 * tick.cpu)


class Told:
    """Follows a run for Locust's pages before somebody else does: statistics and workers."""

    def __init__(self, runner: Any, follower: Listener) -> None:
        self._runner = runner
        self._follower = follower
        self._began_at: float | None = None
        self.happened = follower.happened
        self.wants_to_stop = follower.wants_to_stop
        self.wants_pause = follower.wants_pause
        self.moment = follower.moment

    def ticks(
        self, ticks: list[Tick], phase: str, real_s: float, sim_s: float, warp: float, breathe: Callable[[], None]
    ) -> str:
        """Seconds that are over."""
        if self._began_at is None:
            self._began_at = time() - real_s
        add_to_stats(self._runner.stats, ticks, began_at=self._began_at)
        for tick in ticks:
            self._runner.told(tick)
        return self._follower.ticks(ticks, phase, real_s, sim_s, warp, breathe)


class OurUI(WebUI):
    """Locust's web UI, which binds before it says where it is, and does not read our command line as Locust's."""

    port: int

    def start(self) -> None:
        """Listen; EnvironmentProblem when that is not possible."""
        host = "" if self.host in ("*", "0.0.0.0") else self.host
        self.server = pywsgi.WSGIServer((host, self.port), self.app, log=None, error_log=LOG)
        try:
            self.server.start()
        except OSError as error:
            raise EnvironmentProblem(f"the web UI cannot listen on {self.host}:{self.port}: {error.strerror}") from None
        self.port = self.server.server_port

    def update_template_args(self) -> None:
        """What the page shows."""
        whole, sys.argv = sys.argv, sys.argv[:1]
        try:
            super().update_template_args()
        finally:
            sys.argv = whole


class Window:
    """A web UI over ``runs``, in this process (``workers`` 0) or over workers. ``arguments`` adds its fields."""

    def __init__(
        self,
        runs: PluginRuns,
        arguments: Callable[[Any], None],
        *,
        host: str,
        port: int,
        login: tuple[str, str] | None,
        workers: int,
    ) -> None:
        logging.getLogger("locust").setLevel(logging.ERROR)
        events.init_command_line_parser.add_listener(lambda parser, **_: arguments(parser))
        parsed = argument_parser.get_parser(default_config_files=[]).parse_args([])
        environment = Environment(user_classes=[Rehearsal], parsed_options=parsed, locustfile="Rehearsal")
        self.runner: Any = WorkersShown(environment, workers) if workers else None
        environment.runner = self.runner or environment.create_local_runner()
        self.environment = environment
        self.face = MasterIntegration(environment, runs.rehearse, runs.new_switch, runs.target)
        self.face.install()
        self._ui = OurUI(environment, host, port, web_login=login is not None, delayed_start=True)
        install(self._ui, runs)
        if login is not None:
            ask_for(self._ui, login)
        self._quit = Event()

    def told(self, follower: Listener) -> Listener:
        """``follower``, and Locust's pages with it."""
        return Told(self.runner, follower) if self.runner is not None else follower

    def serve(self, opened: Callable[[int], None]) -> int:
        """Until Ctrl-C or SIGTERM; ``opened`` hears the port. The exit code of the last run, 0 without any."""
        self._ui.start()
        opened(self._ui.port)
        for number in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(number, self._pressed)
        from locust.stats import stats_history

        history = gevent.spawn(stats_history, self.environment.runner)
        self._quit.wait()
        self.environment.runner.quit()
        history.kill()
        self._ui.stop()
        return self.face.code or 0

    def _pressed(self) -> None:
        if self._quit.is_set():
            self.face.press_again()
        self._quit.set()
