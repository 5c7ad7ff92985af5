"""Owns a worker of a Locust that somebody else started: it takes its share of each run its master tells of.

Knows nothing of the plan before the master tells it.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent.event import Event

from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.cluster.worker_loop import WorkerLoop
from hms_esr.engine.locust_core.dispatcher import OnePerWorker
from hms_esr.engine.locust_plugin.borrowed_cluster import CALL, BorrowedWorkerRun
from hms_esr.engine.locust_plugin.master_integration import Rehearsal, interrupt_main
from hms_esr.engine.locust_plugin.request_events import RequestEvents, people_by_class
from hms_esr.errors import EsrError

LOG = logging.getLogger("hms_esr")
LONGEST_END_S = 60.0
LOST_MASTER = 4


class WorkerIntegration:
    """What a plain Locust worker has of us. ``guard_of`` makes its guard from what the master sends for it."""

    def __init__(self, environment: Any, guard_of: Callable[[Mapping[str, Any]], ConnectionGuard]) -> None:
        self._environment = environment
        self._guard_of = guard_of
        self._served: set[str] = set()
        self._share: BorrowedWorkerRun | None = None
        self._over = Event()
        self._over.set()
        self._pressed = False
        self._trace: Any = None

    def install(self) -> None:
        """Listen to the master, report people as users, and leave no run by Ctrl-C: the master ends it."""
        environment = self._environment
        others = [one for one in environment.user_classes if not issubclass(one, Rehearsal)]
        environment.dispatcher_class = OnePerWorker
        environment.user_classes = [Rehearsal, *others]
        environment.runner.custom_messages[CALL] = (self._called, True)
        environment.events.report_to_master.add_listener(self._report)
        environment.events.quitting.add_listener(self._leave)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupted)

    def _called(self, environment: Any, msg: Any) -> None:
        run_id = str(msg.data["run_id"])
        if run_id in self._served or not self._over.is_set():
            return
        self._served.add(run_id)
        self._over.clear()
        self._carry_out(run_id)

    def _carry_out(self, run_id: str) -> None:
        runner = self._environment.runner
        share = self._share = BorrowedWorkerRun(runner, run_id, self._guard_of, self._follow)
        Rehearsal.nothing_left()
        Rehearsal.work.put(share.perform)
        try:
            share.run()
        except EsrError as error:
            LOG.info("no share of run %s: %s", run_id, error)
        finally:
            if self._trace is not None:
                self._trace.kill()
                self._trace = None
            self._over.set()
        self._environment.process_exit_code = 3 if share.ended_by else 0
        if share.ended_by:
            LOG.error("this worker's part ended by an %s", share.ended_by)
        if share.over and share.start_loop is not None:
            LOG.error("%s", share.over)
            self._environment.process_exit_code = LOST_MASTER
            if "no word" in share.over:
                gevent.spawn(runner.quit)

    def _follow(self, start_loop: WorkerLoop) -> None:
        self._trace = gevent.spawn(RequestEvents(start_loop.context, self._environment).watch)

    def _report(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        """People are users in Locust's eyes; requests are told by our own records, so Locust's begins nothing."""
        start_loop = self._share.start_loop if self._share is not None else None
        users = {name: n for name, n in data["user_classes_count"].items() if name != Rehearsal.__name__}
        if start_loop is not None and not self._over.is_set():
            users |= people_by_class(start_loop.active_users.under_way)
        data["user_classes_count"], data["user_count"] = users, sum(users.values())
        if not data["stats_total"]["num_requests"]:
            data["stats_total"]["start_time"] = float("inf")

    def _leave(self, environment: Any = None, **_: Any) -> None:
        """SIGTERM: who came is seen to the end, the rest is handed over."""
        if not self._over.is_set() and self._share is not None:
            self._share.leave()
            self._over.wait(LONGEST_END_S)

    def _interrupted(self, number: int, frame: Any) -> None:
        """The first Ctrl-C is the master's, who ends the run; a second one ends this worker."""
        if self._over.is_set() or self._pressed:
            interrupt_main()
        self._pressed = True
