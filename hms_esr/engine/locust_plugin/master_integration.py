"""Owns a rehearsal inside a Locust that somebody else started: plain ``locust``, alone or its master, headless or not.

Knows nothing of scenarios, records or verdicts: what a run is, is handed in.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, Protocol

import gevent
from gevent.event import Event
from gevent.queue import Queue
from locust import LoadTestShape, User, task
from locust.dispatch import UsersDispatcher
from locust.runners import LocalRunner, MasterRunner

from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.locust_core.dispatcher import OnePerWorker
from hms_esr.engine.locust_core.shapes import Tick
from hms_esr.engine.locust_plugin.borrowed_cluster import BorrowedMasterRun, Workers
from hms_esr.engine.locust_plugin.request_events import RequestEvents
from hms_esr.engine.start_loop.local_runner import Listener, LoadResult, LocalRun
from hms_esr.errors import EsrError, internal_error
from hms_esr.schedule.assignment import Assignment

LOG = logging.getLogger("hms_esr")
LONGEST_END_S = 180.0
OPERATOR = "by the operator, in Locust"


class Switch(Protocol):
    """Asked for the end of a run."""

    def press(self, who: str) -> None:
        """Ask."""
        ...


def interrupt_main() -> None:
    """KeyboardInterrupt for Locust's own greenlet, at its next switch, and not wherever the signal found us."""
    hub = gevent.get_hub()
    hub.loop.run_callback(hub.parent.throw, KeyboardInterrupt)


class Rehearsal(User):
    """The one user Locust gives each process for a rehearsal: it starts the people of the plan."""

    work: Queue[Callable[[], None]] = Queue()

    @task  # type: ignore[untyped-decorator]
    def conduct_everybody(self) -> None:
        """Conduct what there is to conduct; Locust stops this user when it stops everybody."""
        Rehearsal.work.get()()

    @classmethod
    def nothing_left(cls) -> None:
        """What was to be conducted before is not any more."""
        while not cls.work.empty():
            cls.work.get_nowait()


class StartLoopsAndOthers(UsersDispatcher):
    """Every worker has one :class:`Rehearsal`; users of other classes are spread as Locust spreads them."""

    def __init__(self, worker_nodes: list[Any], user_classes: list[Any]) -> None:
        self._conductors = [one.__name__ for one in user_classes if issubclass(one, Rehearsal)]
        super().__init__(worker_nodes, [one for one in user_classes if not issubclass(one, Rehearsal)])

    def __next__(self) -> dict[str, dict[str, int]]:
        """Who has how many."""
        start_loops = dict.fromkeys(self._conductors, 1 if self._target_user_count else 0)
        return {worker: {**users, **start_loops} for worker, users in super().__next__().items()}


class IntegrationShape(LoadTestShape):
    """Wants what Locust must know: that the run goes on, until it is over and everything is flushed."""

    def __init__(self, face: MasterIntegration, others: bool) -> None:
        super().__init__()
        self.use_common_options = others
        self._face = face
        self._asked = 0

    def reset_time(self) -> None:
        """A run begins."""
        super().reset_time()
        self._face.expect()

    def tick(self) -> Tick | None:
        """Users of other classes wanted (with none: one), until the run is over. A rate that differs asks again."""
        if self._face.is_over:
            return None
        self._asked += not self._face.under_way
        options = self._face.environment.parsed_options
        users, per_s = 1, 1.0
        if self.use_common_options and options is not None:
            users, per_s = options.num_users or 1, options.spawn_rate or 1.0
        return users, per_s + self._asked * 1e-6


class CountingRunner(LocalRunner):
    """Locust's local runner, with people counted as users. A runner that exists becomes one (``__class__``)."""

    face: MasterIntegration

    @property
    def user_count(self) -> int:
        """People under way, and users of other classes."""
        here = sum(not isinstance(one.args[0], Rehearsal) for one in self.user_greenlets if one.args)
        return here + self.face.people


class MasterIntegration:
    """Locust's face of our runs. ``rehearse`` carries one out, from options to reports, and gives its exit code.

    ``new_switch`` makes what ends a run when Locust is stopped; ``target`` says where a run would go. ``code`` is that
    of the last run, ``problem`` why the last one did not even begin.
    """

    def __init__(
        self,
        environment: Any,
        rehearse: Callable[[MasterIntegration, Any], int],
        new_switch: Callable[[], Switch],
        target: Callable[[], str],
    ) -> None:
        self.environment = environment
        self.problem = ""
        self.code: int | None = None
        self._rehearse = rehearse
        self._new_switch = new_switch
        self._target = target
        self._switch: Switch | None = None
        self._presses = 0
        self._running = False
        self._over = Event()
        self._context: Any = None

    @property
    def is_over(self) -> bool:
        """Whether the run that was begun is over."""
        return bool(self._over.is_set())

    @property
    def under_way(self) -> bool:
        """Whether a run was begun and is not over."""
        return self._running

    @property
    def people(self) -> int:
        """People under way in this process."""
        return int(self._context.recorder.active) if self._context is not None else 0

    def install(self) -> None:
        """Let Locust's start and stop be those of our runs."""
        environment = self.environment
        others = [one for one in environment.user_classes if not issubclass(one, Rehearsal)]
        environment.dispatcher_class = StartLoopsAndOthers if others else OnePerWorker
        environment.user_classes = [Rehearsal, *others]
        environment.shape_class = IntegrationShape(self, bool(others))
        environment.shape_class.runner = environment.runner
        if type(environment.runner) is LocalRunner:
            environment.runner.__class__ = CountingRunner
            environment.runner.face = self
        environment.events.test_start.add_listener(self._begin)
        environment.events.test_stopping.add_listener(self._end)
        environment.events.quitting.add_listener(self._end)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupted)

    def expect(self) -> None:
        """Locust is about to start."""
        if not self.under_way:
            self._over.clear()

    # what Locust tells

    def _begin(self, environment: Any, **_: Any) -> None:
        if self.under_way:
            return
        self._over.clear()
        self._switch, self._presses = self._new_switch(), 0
        self._running = True
        if len(environment.user_classes) > 1:
            environment.host = environment.host or self._target() or None
        Rehearsal.nothing_left()
        gevent.spawn(self._carry_out, self._switch)

    def _carry_out(self, switch: Any) -> None:
        self.problem = ""
        try:
            self.code = self._rehearse(self, switch)
        except EsrError as error:
            self.problem, self.code = str(error), error.exit_code
            LOG.error("%s", error)
        except Exception as error:
            self.problem, self.code = internal_error(error), 70
            LOG.exception("%s", self.problem)
        finally:
            self.environment.process_exit_code = self.code
            self._context, self._running = None, False
            self._over.set()

    def _interrupted(self, number: int, frame: Any) -> None:
        """Ctrl-C: the run ends as one that was stopped, then Locust. Thrice: at once, with nothing on record."""
        if not self.under_way or self._switch is None or self._presses > 1:
            return interrupt_main()
        self._presses += 1
        self._switch.press(OPERATOR)
        options = self.environment.parsed_options
        if self._presses == 1 and not (options and options.headless):
            self._over.rawlink(lambda _: interrupt_main())  # the web UI closes when the run is over
        return None

    def _end(self, environment: Any = None, **_: Any) -> None:
        """Locust stops or quits: our run is ended first, with record and verdict; nothing of it is cut off."""
        if not self.under_way or self._switch is None:
            return
        runner = self.environment.runner
        if not isinstance(runner, MasterRunner) or runner.worker_count:
            self._switch.press(OPERATOR)
        try:
            self._wait()
        except KeyboardInterrupt:
            self._switch.press(OPERATOR)
            self._wait()

    def press_again(self) -> None:
        """Whoever ends a run is in a hurry."""
        if self._switch is not None:
            self._switch.press(OPERATOR)

    def _wait(self) -> None:
        """Until the run is over. What no user of Locust's has begun to conduct by now is brought to its end here."""
        until = monotonic() + LONGEST_END_S
        while not self._over.wait(0.2) and monotonic() < until:
            if not Rehearsal.work.empty():
                gevent.spawn(Rehearsal.work.get_nowait())

    # carrying the load

    def carry(
        self,
        assignment: Assignment,
        guard: ConnectionGuard,
        guard_needs: Mapping[str, Any],
        listener: Listener,
        ready: Callable[[Workers], None],
        joined: Callable[[Workers], None],
    ) -> LoadResult:
        """In this process, or over the workers Locust's master has; ``ready`` hears who they are, just before."""
        runner = self.environment.runner
        if isinstance(runner, MasterRunner):
            return BorrowedMasterRun(assignment, guard_needs, listener, runner=runner).run(ready, joined)
        run = LocalRun(assignment, guard, listener, stand=_BorrowedStand(self.environment))
        self._context = run.context
        ready([])
        return _listened_to(run, self.environment)


def _listened_to(run: LocalRun, environment: Any) -> LoadResult:
    """Carry ``run`` out while whoever listens to Locust's events hears of its requests."""
    trace = gevent.spawn(RequestEvents(run.context, environment).watch)
    try:
        return run.run()
    finally:
        trace.kill()


class _BorrowedStand:
    """The stand of a run in a process whose Locust was started by somebody else."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment

    @property
    def environment(self) -> Any:
        """Locust's own."""
        return self._environment

    def begin(self, conduct: Callable[[], None]) -> None:
        """Locust's one user conducts."""
        Rehearsal.work.put(conduct)

    def end(self) -> None:
        """Locust ends by its shape."""
