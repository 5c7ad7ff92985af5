"""Owns runs asked for in a form or on Locust's command line: fields as text become a plan, carried out and judged.

Knows nothing of Locust, pages or the environment: who carries the load is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from math import isfinite

from hms_esr.engine.start_loop.local_runner import LoadResult
from hms_esr.engine.user.step_runner import run_steps
from hms_esr.errors import BadInput, EnvironmentProblem, EsrError, Problem, TargetRefused, internal_error
from hms_esr.execution.execute import LoadDriver, LoadJob, RunOutcome, drive_load, execute_run
from hms_esr.execution.plan import SETUP_ROLE, Options, RunPlan, make_plan, needs_city
from hms_esr.execution.preflight import preflight
from hms_esr.execution.stop_switch import StopSwitch
from hms_esr.http.setup_request import guard_for, trust_of
from hms_esr.launch.live_figures import LiveFigures
from hms_esr.library import all_scenarios, load_scenario
from hms_esr.library.folders import shown
from hms_esr.library.loading import LoadedScenario
from hms_esr.scenario.guard import Guard
from hms_esr.schedule.assignment import Assignment
from hms_esr.sinks.fanout import FanOut

NOBODY_YET = "http://127.0.0.1:1"
LARGEST_SCALE = 100_000_000
LARGEST_SEED = 2**62 - 1


@dataclass(frozen=True)
class RunForm:
    """What a form's fields say, as text; empty leaves it to the options or the scenario."""

    scenario: str
    scale: str = ""
    seed: str = ""
    target: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> RunForm:
        """From fields by name; others are left out. Without a target the field ``host`` is one."""
        texts = {name: str(fields.get(name) or "").strip() for name in ("scenario", "scale", "seed", "target", "host")}
        return cls(texts["scenario"], texts["scale"], texts["seed"], texts["target"] or texts["host"])

    def on(self, options: Options) -> Options:
        """``options`` with what is wished; BadInput names every field that cannot be read."""
        problems: list[Problem] = []
        scale = _number(self.scale, "scale", problems)
        seed = options.seed
        if self.seed:
            seed = int(self.seed) if self.seed.isascii() and self.seed.isdigit() else -1
            if not 0 <= seed <= LARGEST_SEED:
                problems.append(
                    Problem("seed", 0, 0, f"'{self.seed[:40]}' is no seed; a whole number from 0 on is one")
                )
        if problems:
            raise BadInput(problems)
        scale = options.scale if scale is None else scale
        return replace(options, scale=scale, seed=seed, target=self.target or options.target)


def _number(text: str, name: str, problems: list[Problem]) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not isfinite(number) or not 0 < number <= LARGEST_SCALE:
        problems.append(Problem(name, 0, 0, f"'{text[:40]}' is no scale; a number above 0, such as 0.5, is one"))
        return None
    return number


def choices(given: str = "") -> list[str]:
    """Scenarios to choose from: ``given`` first, then those of ``scenarios/`` (or of the package)."""
    listed = [shown(one.path) for one in all_scenarios() if not one.error]
    return list(dict.fromkeys([given, *listed] if given else listed))


class InteractiveRunner:
    """Carries out runs as wished, one at a time. ``live`` shows the one that goes on.

    ``city`` starts the embedded city for as long as its block lasts; ``sinks`` makes what hears of a run.
    """

    def __init__(
        self,
        *,
        command: str,
        city: Callable[[], AbstractContextManager[str]],
        sinks: Callable[[], FanOut],
        closing: Callable[[RunOutcome, str], None],
    ) -> None:
        self.live = LiveFigures()
        self._command = command
        self._city = city
        self._sinks = sinks
        self._closing = closing
        self._stays = ExitStack()

    def problem(self, wish: RunForm, options: Options) -> str:
        """Why a run as wished is not possible; empty when it is, as far as can be told without asking the target."""
        try:
            self.planned(wish, options)
        except EsrError as error:
            return str(error)
        return ""

    def planned(self, wish: RunForm, options: Options) -> tuple[LoadedScenario, RunPlan]:
        """The scenario and its plan; the guard decides the places that are named."""
        if not wish.scenario:
            text = "name a scenario, such as scenarios/schedule_f.yml"
            raise BadInput([Problem("scenario", 0, 0, text)])
        options = wish.on(options)
        loaded = load_scenario(wish.scenario, variables=options.variables)
        plan = make_plan(loaded, options, city_url=NOBODY_YET)
        trust = trust_of(plan.scenario.http, options.insecure)
        try:
            guard = guard_for(plan.named, options.may_load, own=[NOBODY_YET], trust=trust)
            for place in plan.named:
                guard.allow_url(place)
        except BadInput as error:
            raise EnvironmentProblem(str(error)) from None
        return loaded, plan

    def closed(self, wish: RunForm, options: Options, *, look: bool) -> tuple[Assignment, Guard, str]:
        """(what plain users need, their guard, the city's address if it was started for them).

        ``look``: it is tried first whether the target is there; without, a target must be named. Only for targets on
        this machine: nobody has said how long and how much plain users may load others.
        """
        loaded, plan = self.planned(wish, options)
        city_url = ""
        if look and needs_city(loaded.scenario, plan.options):
            city_url = self._stays.enter_context(self._city())
        plan = make_plan(loaded, plan.options, city_url=city_url or NOBODY_YET)
        http = plan.scenario.http
        own = [city_url] if city_url else []
        guard = guard_for(plan.named, options.may_load, own=own, trust=trust_of(http, options.insecure))
        for place in plan.named:
            guard.allow_url(place)
        if guard.off_loopback:
            text = "plain users load this machine only; leave out -u and --load, so that the plan and its caps hold"
            raise TargetRefused(f"refused: {text}")
        if look:
            preflight(plan.target, guard, plan.run_id, http, insecure=options.insecure)
        assignment = plan.assignment(options.variables, plan.target)
        if plan.scenario.before:
            once = run_steps(assignment, guard, plan.scenario.before, SETUP_ROLE)
            if once.state != "completed":
                raise EnvironmentProblem(f"before: step '{once.where}' failed: {once.reason or once.state}")
            assignment = replace(assignment, variables={**options.variables, **once.vars})
        return assignment, guard, city_url

    def close(self) -> None:
        """End what was started for plain users."""
        self._stays.close()

    def rehearse(self, wish: RunForm, options: Options, switch: StopSwitch, carrier: LoadDriver = drive_load) -> int:
        """One run from plan to reports; its exit code. EsrError when it did not begin."""
        live = self.live
        live.prepare()

        def seen(load: LoadJob) -> LoadResult:
            live.begin(load.plan, load.record)
            return carrier(load)

        try:
            outcome = self._carry_out(wish, options, switch, seen)
        except EsrError as error:
            live.fail(str(error))
            raise
        except Exception as error:
            live.fail(internal_error(error))
            raise
        live.end(outcome.record, outcome.judgement, str(outcome.report))
        return outcome.judgement.exit_code

    def _carry_out(self, wish: RunForm, options: Options, switch: StopSwitch, carrier: LoadDriver) -> RunOutcome:
        loaded, plan = self.planned(wish, options)
        with ExitStack() as stack:
            city_url = ""
            if needs_city(loaded.scenario, plan.options):
                city_url = stack.enter_context(self._city())
            plan = make_plan(loaded, plan.options, city_url=city_url)
            sinks = self._sinks()
            stack.callback(sinks.close)
            outcome = execute_run(plan, sinks, switch, command=self._command, city_url=city_url, carrier=carrier)
            sinks.close()
        self._closing(outcome, wish.scenario)
        return outcome
