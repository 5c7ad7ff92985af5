"""Faults are on at their time, off at their end, and their end is seen; what cannot be undone is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from hms_esr.errors import EnvironmentProblem, NothingListens
from hms_esr.events import Happened
from hms_esr.execution import fault_runner
from hms_esr.execution.fault_runner import FaultRunner
from hms_esr.faults.latency import Latency
from hms_esr.injectors.journal import Journal


class Target:
    """An injector that remembers.

    ``deaf``: undoing does nothing; ``refuses``: nothing can be turned on; ``mute``: an order is carried out without an
    answer; ``fails``: what every question ends with.
    """

    def __init__(
        self,
        *,
        deaf: bool = False,
        refuses: bool = False,
        mute: bool = False,
        fails: type[EnvironmentProblem] | None = None,
    ) -> None:
        self.on: dict[str, str] = {}
        self.mute = mute
        self.fails = fails
        self.orders: list[Mapping[str, Any]] = []
        self.deaf = deaf
        self.refuses = refuses

    def inject(self, order: Mapping[str, Any]) -> str:
        if self.refuses:
            raise EnvironmentProblem("no")
        self._ask()
        self.orders.append(order)
        self.on[str(len(self.orders))] = str(order["service"])
        if self.mute:
            raise EnvironmentProblem("no answer within 5 s")
        return str(len(self.orders))

    def undo(self, fault_id: str) -> None:
        self._ask()
        if not self.deaf:
            self.on.pop(fault_id, None)

    def active(self) -> Mapping[str, str]:
        self._ask()
        return dict(self.on)

    def _ask(self) -> None:
        if self.fails is not None:
            raise self.fails("no")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_runner, "sleep", lambda _: None)


Maker = Callable[[Target], tuple[FaultRunner, list[Happened], Journal]]


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """A duty of one slow service from second 60 to 120 at warp 60, the events it tells and its journal."""

    def build(target: Target) -> tuple[FaultRunner, list[Happened], Journal]:
        fault = Latency.model_validate({"fault": "latency", "service": "svc", "at": "1m", "for": "1m", "latency_ms": 5})
        told: list[Happened] = []
        journal = Journal(tmp_path / "faults.jsonl")
        duty = FaultRunner(
            (fault,), target, "http://t", journal, warp=60, length_s=600, now=lambda: (0.0, 0.0), tell=told.append
        )
        return duty, told, journal

    return build


def settle(duty: FaultRunner) -> None:
    """Let the duty's threads finish."""
    for thread in duty._threads:
        thread.join()


def test_on_at_its_time_and_off_at_its_end(make: Maker) -> None:
    """The order carries the real length, so that the target ends the fault even when we are killed."""
    target = Target()
    duty, told, journal = make(target)
    duty.moment(59)
    settle(duty)
    assert not target.orders
    duty.moment(61)
    settle(duty)
    assert target.orders[0]["for_s"] == 1.0
    assert len(journal.open_faults()) == 1
    duty.moment(121)
    settle(duty)
    assert not target.on and not journal.open_faults()
    assert [event.kind for event in told] == ["fault_on", "fault_off"]
    assert told[1].details["verified"] is True


def test_whatever_ends_the_run_ends_the_fault(make: Maker) -> None:
    """``end_all`` in mid-fault leaves nothing on."""
    target = Target()
    duty, _, journal = make(target)
    duty.moment(61)
    settle(duty)
    duty.end_all()
    assert not target.on and not journal.open_faults()


def test_an_end_that_is_not_seen_is_a_problem(make: Maker) -> None:
    """A target that keeps the fault on makes the rehearsal untrustworthy, and the journal stays open."""
    duty, told, journal = make(Target(deaf=True))
    duty.moment(61)
    settle(duty)
    duty.end_all()
    assert duty.problems and told[-1].details["verified"] is False
    assert len(journal.open_faults()) == 1


def test_a_fault_that_cannot_be_turned_on_is_a_problem(make: Maker) -> None:
    """The run goes on and cannot be trusted."""
    duty, told, journal = make(Target(refuses=True))
    duty.moment(61)
    settle(duty)
    assert duty.problems and not told and not journal.open_faults()


def test_an_order_without_an_answer_is_ended_at_the_target(make: Maker) -> None:
    """Its id is not known, so what is on of that service is ended; faults of other services stay."""
    target = Target(mute=True)
    target.on["other"] = "db"
    duty, told, journal = make(target)
    duty.moment(61)
    settle(duty)
    assert target.on == {"other": "db"}
    assert not told and not journal.open_faults()
    assert duty.problems == ["the fault “svc +5 ms” could not be turned on: no answer within 5 s"]


def test_an_order_without_an_answer_that_stays_on_is_said(make: Maker) -> None:
    """The journal stays open for the next start."""
    duty, _, journal = make(Target(mute=True, deaf=True))
    duty.moment(61)
    settle(duty)
    assert duty.problems[0].endswith("; it may be on at http://t")
    assert [(left.fault_id, left.service) for left in journal.open_faults()] == [("", "svc")]


@pytest.mark.parametrize(("fails", "verified"), [(NothingListens, True), (EnvironmentProblem, False)])
def test_a_target_that_is_gone_has_no_faults_and_one_that_is_silent_may(
    make: Maker, fails: type[EnvironmentProblem], verified: bool
) -> None:
    """Refused connections on end prove the city over; no answer proves nothing."""
    target = Target()
    duty, told, journal = make(target)
    duty.moment(61)
    settle(duty)
    target.fails = fails
    duty.end_all()
    assert told[-1].details["verified"] is verified
    assert bool(duty.problems) is not verified and bool(journal.open_faults()) is not verified


def test_one_refused_connection_proves_nothing() -> None:
    """The target comes back with the fault still on."""

    class Back(Target):
        asked = 0

        def _ask(self) -> None:
            self.asked += 1
            if self.asked < fault_runner.REFUSED_TRIES:
                raise NothingListens("no")

    target = Back(deaf=True)
    target.on["1"] = "svc"
    assert not fault_runner.undo(target, "1")


def test_a_journal_that_cannot_be_written_turns_nothing_on(make: Maker, tmp_path: Path) -> None:
    """What could not be found again by the next start is not begun."""
    target = Target()
    duty, _, journal = make(target)
    journal.path.mkdir()
    duty.moment(61)
    settle(duty)
    duty.end_all()
    assert not target.orders
    assert duty.problems == [f"{tmp_path / 'faults.jsonl'} cannot be written: Is a directory"]


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    """A journal cut off in mid-line still knows what is open."""
    journal = Journal(tmp_path / "faults.jsonl")
    journal.write("intended", "1", url="http://t", service="svc")
    journal.write("on", "1", fault_id="77")
    with journal.path.open("a") as file:
        file.write('{"state": "clo')
    assert [left.fault_id for left in journal.open_faults()] == ["77"]
