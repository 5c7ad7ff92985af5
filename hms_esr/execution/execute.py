"""Owns putting a run together: guard, preflight, before, faults, engine, record, verdict, reports, after.

Knows nothing of command lines. Whatever happens after the first fault or ``before``, both are cleaned up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hms_esr.engine.start_loop.local_runner import LoadResult, run_locally
from hms_esr.engine.user.step_runner import run_steps
from hms_esr.errors import BadInput, EnvironmentProblem, EsrError, Interrupted
from hms_esr.events import Happened, RunEnded, RunStarted
from hms_esr.execution.capacity import told_before
from hms_esr.execution.fault_runner import FaultRunner, finish_left_over
from hms_esr.execution.monitor import RunMonitor
from hms_esr.execution.plan import SETUP_ROLE, RunPlan, manifest_of
from hms_esr.execution.preflight import preflight
from hms_esr.execution.sensor_poller import AT_TARGET, SensorPoller, addresses
from hms_esr.execution.stop_switch import StopSwitch
from hms_esr.http.setup_request import guard_for, setup_exchange, trust_of
from hms_esr.http.tls import Trust
from hms_esr.injectors.city import CityInjector
from hms_esr.injectors.journal import Journal
from hms_esr.library.uploads import told_made_up
from hms_esr.record import Manifest, Record
from hms_esr.reports import REPORTS
from hms_esr.scenario.guard import Guard
from hms_esr.schedule.assignment import Assignment
from hms_esr.sinks.fanout import FanOut
from hms_esr.steps.step import Step
from hms_esr.store import is_running, open_record
from hms_esr.store.latest import copy_report, point_latest
from hms_esr.store.masking import Mask
from hms_esr.store.process import this_process
from hms_esr.store.writer import RunWriter
from hms_esr.verdicts.judge import judge
from hms_esr.verdicts.judgement import Judgement


@dataclass(frozen=True)
class RunOutcome:
    """A run that is over: its record, its verdict and where everything is."""

    record: Record
    judgement: Judgement
    folder: Path
    report: Path


def _nobody_joins(line: str) -> None:
    """A run in one process, or over children of its own, invites nobody."""


@dataclass(frozen=True)
class LoadJob:
    """What is to be carried out, by whom it is followed, and who hears how it goes. ``record`` grows meanwhile.

    ``announce`` is to be called just before people come; ``listed`` when it is known who the workers are.
    """

    plan: RunPlan
    assignment: Assignment
    guard: Guard
    guard_needs: dict[str, Any]
    follower: RunMonitor
    record: Record
    announce: Callable[[], None]
    listed: Callable[[list[dict[str, Any]]], None]
    invite: Callable[[str], None] = _nobody_joins


LoadDriver = Callable[[LoadJob], LoadResult]


def execute_run(
    plan: RunPlan,
    sinks: FanOut,
    switch: StopSwitch,
    *,
    command: str,
    city_url: str = "",
    invite: Callable[[str], None] = _nobody_joins,
    carrier: LoadDriver | None = None,
) -> RunOutcome:
    """From preflight to reports. EnvironmentProblem and BadInput are raised before anybody starts.

    ``invite`` is told the line with which workers join, when the plan waits for some. ``carrier`` carries the load
    instead of :func:`drive_load`.
    """
    trust = trust_of(plan.scenario.http, plan.options.insecure)
    try:
        guard = guard_for(plan.named, plan.options.may_load, own=[city_url] if city_url else [], trust=trust)
    except BadInput as error:
        raise EnvironmentProblem(str(error)) from None
    schedule = plan.schedule()
    length_s = plan.scenario.length_s / plan.warp
    at_once = None if not schedule.closed else schedule.places
    for place in plan.named:
        guard.allow_url(place)
    guard.check_caps(schedule.peak_per_real_s, length_s, at_once)
    for text in finish_left_over(
        sorted(plan.options.out.glob("*/faults.jsonl")), is_running, plan.options.may_load, trust
    ):
        sinks.handle(Happened("note", text, 0.0, 0.0))
    setup_requests = preflight(plan.target, guard, plan.run_id, plan.scenario.http, insecure=plan.options.insecure)
    for text in (*told_before(plan, schedule, loopback=not guard.off_loopback), *told_made_up(plan.missing)):
        sinks.handle(Happened("note", text, 0.0, 0.0))
    injector = _injector_for(plan, CityInjector(plan.target, setup_exchange(guard, trust)))
    _make(plan.folder)
    manifest = replace(manifest_of(plan, command, plan.target), workers=[{"index": 0} | this_process()])
    own = [city_url] if city_url else []
    needs = {"named": plan.named, "may_load": plan.options.may_load, "own": own, "trust": asdict(trust)}
    rehearsal = _Rehearsal(plan, guard, needs, injector, sinks, switch, manifest, setup_requests, invite)
    return rehearsal.run(carrier or drive_load)


def _injector_for(plan: RunPlan, injector: CityInjector) -> CityInjector:
    if plan.scenario.faults and not injector.is_there():
        names = ", ".join(fault.title for fault in plan.scenario.faults)
        raise EnvironmentProblem(
            f"the scenario's faults ({names}) cannot be carried out at {plan.target}: only the embedded city takes them"
        )
    return injector


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentProblem(f"{folder} cannot be written: {error.strerror}") from None


class _Rehearsal:
    """One run, in the order of its parts."""

    def __init__(
        self,
        plan: RunPlan,
        guard: Guard,
        guard_needs: dict[str, Any],
        injector: CityInjector,
        sinks: FanOut,
        switch: StopSwitch,
        manifest: Manifest,
        setup_requests: int,
        invite: Callable[[str], None],
    ) -> None:
        self.plan = plan
        self.guard, self.guard_needs = guard, guard_needs
        self.injector = injector
        self.sinks, self.switch = sinks, switch
        self.manifest = manifest
        self.setup_requests = setup_requests
        self.invite = invite
        self.writer = RunWriter(plan.folder, manifest, secrets=tuple(plan.options.secrets.values()))
        self.record = Record(manifest, plan.scenario, setup_requests=setup_requests)
        self.variables: dict[str, str] = dict(plan.options.variables)

    def run(self, carrier: LoadDriver) -> RunOutcome:
        """Everything; the record is closed and judged whatever happens."""
        finished: LoadResult | None = None
        self.writer.facts(state="RUNNING")
        try:
            try:
                self._steps(self.plan.scenario.before, "before", self.switch.pressed)
                point_latest(self.plan.options.out, self.plan.run_id)
                finished = self._load(carrier)
            finally:
                self._after()
        except EsrError:
            with suppress(EsrError):
                self.writer.facts(state="FINISHED")
                self.writer.close()
            raise
        self._close(finished)
        options, metrics = self.plan.options, self.plan.loaded.metrics
        return _reported(self, judge(self.record, custom=metrics, limits=options.limits, strict=options.strict))

    def _steps(self, steps: tuple[Step, ...], what: str, give_up: Callable[[], bool]) -> None:
        if not steps:
            return
        assignment = self.plan.assignment(self.variables, self.plan.target, self.guard.caps())
        sim_s = self.record.sim_s
        once = run_steps(assignment, self.guard, steps, SETUP_ROLE, sim_s=sim_s, give_up=give_up)
        self.record.setup_requests += once.requests
        self.variables |= once.vars
        if give_up():
            raise Interrupted(f"stopped {self.switch.who} during `{what}`")
        if once.state != "completed":
            text = f"{what}: step '{once.where}' failed: {once.reason or once.state}"
            raise EnvironmentProblem(Mask(self.plan.options.secrets.values()).text(text))

    def _load(self, carrier: LoadDriver) -> LoadResult:
        plan, record = self.plan, self.record
        schedule = plan.schedule()
        alone = plan.options.only is not None
        record.planned_total = 1 if alone else schedule.total
        record.length_real_s = 1.0 if alone else plan.scenario.length_s / plan.warp
        record.warm_real_s = 0.0 if alone else plan.scenario.warm_up_s / plan.warp
        self.writer.facts(
            planned_total=record.planned_total, length_real_s=record.length_real_s, warm_real_s=record.warm_real_s
        )
        follower = RunMonitor(plan, record, self.writer, self.sinks, self.switch, self.guard, schedule)
        fault_runner = FaultRunner(
            plan.scenario.faults,
            self.injector,
            plan.target,
            Journal(plan.folder / "faults.jsonl"),
            warp=plan.warp,
            length_s=plan.scenario.length_s,
            now=follower.now,
            tell=follower.happened,
        )
        follower.fault_runner = fault_runner
        sensor_poller = follower.sensor_poller = _sensing_of(plan, self.guard_needs, follower)
        sensor_poller.start()
        assignment = plan.assignment(self.variables, plan.target, self.guard.caps())
        seen = self.announce, self.listed, self.invite
        try:
            return carrier(LoadJob(plan, assignment, self.guard, self.guard_needs, follower, record, *seen))
        finally:
            fault_runner.end_all()
            sensor_poller.end(*follower.now())
            record.problems += fault_runner.problems

    def announce(self) -> None:
        """Tell who watches that people come from now on."""
        plan, record = self.plan, self.record
        self.writer.facts(began_at=datetime.now(UTC).isoformat(timespec="milliseconds"))
        self.sinks.handle(
            RunStarted(
                plan.run_id,
                plan.scenario.name,
                plan.target,
                record.planned_total,
                record.length_real_s,
                plan.warp,
                unnamed=not plan.target_requested,
            )
        )

    def listed(self, workers: list[dict[str, Any]]) -> None:
        """Write down who the workers are."""
        self.manifest = replace(self.manifest, workers=workers)
        self.writer.update_manifest(self.manifest)

    def _after(self) -> None:
        if self.switch.presses > 1:
            self.record.problems.append("`after` was skipped: stopped twice")
            return
        try:
            self._steps(self.plan.scenario.after, "after", self.switch.pressed_twice)
        except EsrError as error:
            self.sinks.handle(Happened("note", str(error), self.record.real_s, self.record.sim_s))
            self.record.problems.append(str(error))

    def _close(self, finished: LoadResult | None) -> None:
        record, plan = self.record, self.plan
        if finished is not None:
            record.real_s, record.sim_s = finished.real_s, finished.sim_s
            record.problems += finished.problems
            record.lost_records += finished.lost_records
            if finished.internal_errors:
                texts = Mask(plan.options.secrets.values()).text("\n\n".join(finished.internal_errors))
                (plan.folder / "internal_errors.txt").write_text(texts, encoding="utf-8")
            self.manifest = replace(
                self.manifest, made_up_files=list(finished.made_up), setup_requests=record.setup_requests
            )
            self.writer.update_manifest(self.manifest)
            record.manifest = self.manifest
            for text in told_made_up(name for name in finished.made_up if name not in plan.missing):
                self.sinks.handle(Happened("note", text, record.real_s, record.sim_s))
        due = sum(record.states.values())
        cut_short = finished is not None and finished.cut_short
        if plan.schedule().closed or record.stopped or cut_short:
            record.planned_total = due
        self.writer.facts(**closing_facts(record))
        self.writer.close()
        at = record.real_s, record.sim_s
        self.record = open_record(plan.folder, lambda text: self.sinks.handle(Happened("note", text, *at)))


def drive_load(load: LoadJob) -> LoadResult:
    """In this process, over processes of this machine, or over workers that come by themselves: as the plan says."""
    options = load.plan.options
    if options.only is not None or (options.workers < 2 and options.invitation is None):
        return run_locally(load.assignment, load.guard, load.follower, ready=load.announce)
    from hms_esr.engine.cluster.master import MasterRun

    def ready(workers: list[dict[str, Any]]) -> None:
        load.listed(workers)
        load.announce()

    workers = options.workers if options.invitation is None else options.invitation.expect
    run = MasterRun(load.assignment, load.guard_needs, load.follower, workers=workers, invitation=options.invitation)
    return run.run(ready, load.listed, load.invite)


def _sensing_of(plan: RunPlan, needs: dict[str, Any], follower: RunMonitor) -> SensorPoller:
    """The sensors (a city started for the run has some); asked by a guard of their own, so nobody is led there."""
    trust = Trust(**needs["trust"])
    places = addresses(plan.scenario.sensors or ((AT_TARGET,) if needs["own"] else ()), plan.target)
    guard = guard_for([*plan.named, *places], plan.options.may_load, own=needs["own"], trust=trust)
    return SensorPoller(places, setup_exchange(guard, trust), follower.happened)


def _reported(rehearsal: _Rehearsal, judgement: Judgement) -> RunOutcome:
    folder = rehearsal.plan.folder
    try:
        write_reports(rehearsal.record, judgement, folder)
        report = copy_report(rehearsal.plan.options.out, rehearsal.plan.loaded.stem, folder)
    except OSError as error:
        text = f"{judgement.shown}, but its report cannot be written in {folder}: {error.strerror}"
        raise EsrError(f"{text}; make it again with: hms-esr report {folder.name}") from None
    record = rehearsal.record
    rehearsal.sinks.handle(
        RunEnded(
            rehearsal.plan.run_id,
            judgement.shown,
            judgement.sentence,
            judgement.exit_code,
            record.real_s,
            record.sim_s,
        )
    )
    return RunOutcome(record, judgement, folder, report)


def closing_facts(record: Record) -> dict[str, object]:
    """What ticks and events do not tell of a run that is over."""
    names = (
        "planned_total",
        "length_real_s",
        "warm_real_s",
        "planned_curve",
        "real_s",
        "sim_s",
        "interrupted",
        "aborted",
        "time_limited",
        "problems",
        "lost_records",
        "setup_requests",
    )
    return {"state": "FINISHED"} | {name: getattr(record, name) for name in names}


def write_reports(record: Record, judgement: Judgement, folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Make the named reports (all of the table without names) in ``folder``; their paths."""
    paths = []
    for name in names or REPORTS.names():
        report = REPORTS.get(name)()
        path = folder / report.filename
        part = path.with_suffix(path.suffix + ".part")
        part.write_text(report.write(record, judgement), encoding="utf-8")
        part.replace(path)
        paths.append(path)
    return paths
