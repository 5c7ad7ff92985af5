"""Owns the fluent form of a scenario: ``Scenario(name=…).given(…).when(…).duration("10m")``.

Knows nothing of how a rehearsal is started or where templates lie: both are connected from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic import ValidationError

from hms_esr.errors import BadInput, EnvironmentProblem, Problem
from hms_esr.registry import did_you_mean
from hms_esr.scenario import model
from hms_esr.scenario.problems import mistakes_of
from hms_esr.schema.validation_errors import found
from hms_esr.steps import STEPS
from hms_esr.steps.parse import parse_step


class Launcher(Protocol):
    """What carries scenarios out. Methods besides ``start`` take the run id that ``start`` gave."""

    def start(self, scenario: Scenario, **options: Any) -> str:
        """Start a run in a process of its own and give its id at once."""
        ...

    def wait(self, run_id: str) -> Any:
        """Wait for the end and give the verdict."""
        ...

    def pause(self, run_id: str) -> None:
        """Hold the simulated clock and the arrivals."""
        ...

    def resume(self, run_id: str) -> None:
        """Go on."""
        ...

    def provision(self, role: str, count: int, address: str) -> int:
        """Create test accounts at ``address``; how many were made."""
        ...


@dataclass(slots=True)
class _Outside:
    launcher: Callable[[], Launcher] | None = None
    has_account: Callable[[str], bool] | None = None
    disarmed: int = 0


_outside = _Outside()


def connect(
    *, launcher: Callable[[], Launcher] | None = None, has_account: Callable[[str], bool] | None = None
) -> None:
    """Tell the builder who starts runs and whether people of a role log in; both are asked only when needed."""
    _outside.launcher = launcher or _outside.launcher
    _outside.has_account = has_account or _outside.has_account


@contextmanager
def starting_is_disarmed() -> Iterator[None]:
    """Within it ``start``, ``launch`` and ``Dashboard.show`` do nothing: a file is only read for its scenario."""
    _outside.disarmed += 1
    try:
        yield
    finally:
        _outside.disarmed -= 1


def is_disarmed() -> bool:
    """Whether nothing may be started now."""
    return _outside.disarmed > 0


def _launcher() -> Launcher:
    if _outside.launcher is None:
        raise EnvironmentProblem("nothing is connected that could start a run; import Scenario from hms_esr")
    return _outside.launcher()


@dataclass(frozen=True, slots=True)
class User:
    """People of one role: ``User.template(role="farmer").multiply(500)``."""

    role: str
    count: int = 1

    @classmethod
    def template(cls, role: str) -> User:
        """One person made from the template ``personas/<role>.yaml``."""
        return cls(role)

    def multiply(self, count: int) -> User:
        """``count`` times as many."""
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise BadInput(f"User.multiply takes a whole number over 0, such as 500, found {count!r}")
        return replace(self, count=self.count * count)

    def provision(self, auth_service: str) -> int:
        """Create their test accounts at the address ``auth_service``; how many were made. Removed after the run."""
        return 0 if is_disarmed() else _launcher().provision(self.role, self.count, auth_service)


@dataclass(frozen=True, slots=True)
class Probe:
    """A measurement: a check of answers, or a figure of the target that is kept."""

    check: Mapping[str, Any] | None = None
    metric: str = ""

    @classmethod
    def http(cls, warn_ms: float | None = None, fail_ms: float | None = None) -> Probe:
        """Warn when 95 of 100 requests are not answered within ``warn_ms``, fail at ``fail_ms`` (milliseconds)."""
        if warn_ms is None and fail_ms is None:
            raise BadInput("Probe.http takes warn_ms, fail_ms or both, such as Probe.http(warn_ms=400)")
        for value in (warn_ms, fail_ms):
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0):
                raise BadInput(f"Probe.http takes milliseconds over 0, such as 400, found {value!r}")
        check: dict[str, Any] = {"check": "latency_p95_ms" if fail_ms is None else f"latency_p95_ms < {fail_ms:.10g}"}
        return cls(check | ({} if warn_ms is None else {"warn": f"< {warn_ms:.10g}"}))

    @classmethod
    def named(cls, metric: str) -> Probe:
        """A figure that the target or a sandbox reports, such as ``permits.processed``."""
        return cls(metric=metric)


class Step:
    """One step: ``Step("submit")``, ``Step("upload", file="x.pdf")``, or under a name: ``Step("open", path="/x")``.

    A name of its own needs something that tells the kind: ``path`` visits, ``file`` uploads, ``within`` awaits, or a
    kind as keyword: ``Step("send", click="Submit")``.
    """

    _TELLING = {"method": "request", "path": "visit", "file": "upload", "within": "await", "values": "fill"}

    def __init__(self, verb_or_name: str, **settings: Any) -> None:
        self.written = self._written(verb_or_name, settings)
        try:
            parse_step(self.written)
        except ValidationError as error:
            source = f"Step({verb_or_name!r})"
            raise BadInput([Problem(source, 0, 0, one.text) for one in mistakes_of(error)]) from None

    @classmethod
    def _written(cls, name: str, settings: dict[str, Any]) -> dict[str, Any]:
        beside = {key: settings.pop(key) for key in ("name", "save") if key in settings}
        kinds = STEPS.names()
        if name in kinds:
            return {name: settings or None} | beside
        named = {"name": name} | beside
        as_keyword = [key for key in settings if key in kinds]
        if as_keyword:
            return settings | named
        verb = next((verb for key, verb in cls._TELLING.items() if key in settings), None)
        if verb is None:
            cure = did_you_mean(name, kinds)
            text = f"unknown step '{name}'.{cure} A name of your own needs path=, file=, within= or a kind, as click="
            raise BadInput([Problem("Step", 0, 0, text)])
        return {verb: settings} | named


class Scenario:
    """A scenario in the making; every method returns it, so that calls chain. ``canonical()`` is the finished model."""

    def __init__(self, name: str, **settings: Any) -> None:
        self._data: dict[str, Any] = {"name": name} | settings
        self._users: list[User] = []
        self._steps: list[Any] = []
        self._model: model.Scenario | None = None
        self.run_id = ""

    @classmethod
    def of(cls, finished: model.Scenario) -> Scenario:
        """A scenario that is finished already, to start it."""
        made = cls(finished.name)
        made._model = finished
        return made

    def _set(self, **settings: Any) -> Scenario:
        if self._model is not None:
            raise BadInput(f"the scenario '{self._data['name']}' was read from a file and cannot be changed here")
        self._data |= settings
        return self

    def _append(self, key: str, *items: Any) -> Scenario:
        return self._set(**{key: [*self._data.get(key, []), *items]})

    def given(self, *users: User) -> Scenario:
        """Who comes. Several groups come each in its number and do the same."""
        for user in users:
            if not isinstance(user, User):
                raise BadInput(f"given takes users, such as User.template(role='farmer'), found {found(user)}")
        self._users += users
        return self._set()

    def when(self, *steps: Step) -> Scenario:
        """What they do next."""
        for step in steps:
            if not isinstance(step, Step):
                raise BadInput(f"a Step is wanted here, such as Step('submit'), found {found(step)}")
        self._steps += [step.written for step in steps]
        return self._set()

    and_then = when

    def probe(self, probe: Probe) -> Scenario:
        """What is measured besides."""
        if probe.metric:
            self._append("probes", probe.metric)
        return self._append("checks", probe.check) if probe.check else self

    def check(self, check: str, *, warn: str | None = None, abort_after: str | None = None) -> Scenario:
        """A promise that must hold: ``check("success_rate > 0.98")``."""
        extra = {key: value for key, value in (("warn", warn), ("abort_after", abort_after)) if value is not None}
        return self._append("checks", {"check": check} | extra if extra else check)

    def duration(self, duration: str) -> Scenario:
        """How long people keep coming, simulated: ``"10m"``."""
        return self._set(duration=duration)

    def target(self, url: str) -> Scenario:
        """The system under test."""
        return self._set(target=url)

    def seed(self, seed: int) -> Scenario:
        """The same seed brings the same people at the same times."""
        return self._set(seed=seed)

    def tag(self, *tags: str) -> Scenario:
        """Words by which runs are chosen."""
        return self._append("tags", *tags)

    def warp(self, warp: float) -> Scenario:
        """Simulated seconds per real second."""
        return self._set(clock={**self._data.get("clock", {}), "warp": warp})

    def fault(self, fault: str, service: str, **settings: Any) -> Scenario:
        """A service made sick: ``fault("latency", "payments", at="2m", latency_ms=800)``; ``lasts`` is its length."""
        if "lasts" in settings:
            settings["for"] = settings.pop("lasts")
        return self._append("faults", {"fault": fault, "service": service} | settings)

    def canonical(self) -> model.Scenario:
        """The finished model; BadInput with every mistake. Users with an account log in before their first step."""
        if self._model is not None:
            return self._model
        source = f"scenario {self._data['name']}"
        try:
            return model.Scenario.model_validate(self._data | self._who(), by_alias=True, by_name=False)
        except ValidationError as error:
            mistakes = mistakes_of(error)
        lines = [f"{'.'.join(str(part) for part in one.path)}: {one.text}".lstrip(": ") for one in mistakes]
        raise BadInput([Problem(source, 0, 0, line) for line in lines])

    def _who(self) -> dict[str, Any]:
        if "journeys" in self._data and not (self._users or self._steps):
            return {}
        users = self._users or [User("citizen")]
        journeys: list[dict[str, Any]] = [
            {"name": "journey", "persona": user.role, "steps": self._steps_of(user)} for user in users
        ]
        if len(users) == 1:
            people = {} if "load" in self._data else {"load": self._people(users[0])}
            return {"journeys": journeys} | people
        for number, (journey, user) in enumerate(zip(journeys, users, strict=True), 1):
            journey |= {"name": f"{user.role}-{number}", "load": self._people(user)}
        return {"journeys": journeys}

    def _people(self, user: User) -> dict[str, Any]:
        over = {"over": self._data["duration"]} if "duration" in self._data else {}
        return {"people": user.count} | over

    def _steps_of(self, user: User) -> list[Any]:
        logs_in = _outside.has_account is not None and _outside.has_account(user.role)
        has_login = any("login" in step for step in self._steps)
        return [*(["login"] if logs_in and not has_login and self._steps else []), *self._steps]

    def start(self, **options: Any) -> str:
        """Start the rehearsal in a process of its own; its run id, at once. Options as on the command line."""
        self.run_id = "" if is_disarmed() else _launcher().start(self, **options)
        return self.run_id

    def wait(self) -> Any:
        """Wait for the run's end and give its verdict."""
        return _launcher().wait(self._started())

    def pause(self) -> None:
        """Hold the run: nobody new comes, the simulated clock stands still."""
        _launcher().pause(self._started())

    def resume(self) -> None:
        """Go on after a pause."""
        _launcher().resume(self._started())

    def _started(self) -> str:
        if not self.run_id:
            raise BadInput(f"the scenario '{self._data['name']}' was not started; call start() first")
        return self.run_id
