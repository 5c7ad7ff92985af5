"""When a worker that hears nothing from its master stops everybody."""

from __future__ import annotations

from time import perf_counter
from types import SimpleNamespace
from typing import Any

import pytest
from gevent.event import Event

from hms_esr.engine.cluster.lease_keeper import LeaseKeeper
from hms_esr.engine.cluster.lease_times import BEFORE_BEGIN_S, HORIZON_S, LEASE_S, SENDS_UNTIL_S
from hms_esr.engine.loop.run_clock import RunClock


class Holder(LeaseKeeper):
    """A worker that begins ``begins_in_s`` from now and last heard its master ``silent_s`` ago."""

    def __init__(self, begins_in_s: float, silent_s: float) -> None:
        super().__init__(lambda text: None, child=False)
        clock = RunClock(1.0)
        clock.origin = perf_counter() + begins_in_s
        start_loop: Any = SimpleNamespace(
            context=SimpleNamespace(clock=clock, sends_until=self._note),
            finished=Event(),
            expired="",
            granted_until_s=0.0,
        )
        start_loop.expire = lambda why: setattr(start_loop, "expired", why)
        start_loop.obey = lambda order: setattr(clock, "origin", order["origin"])
        self.start_loop = start_loop
        self._granted_at = perf_counter() - silent_s
        self.sends_until = float("inf")

    def _note(self, moment: float) -> None:
        self.sends_until = moment

    def stopped(self) -> str:
        """Why everybody was stopped, by now."""
        assert self.start_loop is not None
        self._check_lease(self.start_loop)
        return self.start_loop.expired


@pytest.mark.parametrize(
    ("begins_in_s", "silent_s", "stops"),
    [
        (-10.0, LEASE_S - 1, False),
        (-10.0, LEASE_S + 1, True),
        (3000.0, LEASE_S + 1, False),
        (3000.0, BEFORE_BEGIN_S - 1, False),
        (3000.0, BEFORE_BEGIN_S + 1, True),
    ],
)
def test_the_lease_is_long_until_people_come(begins_in_s: float, silent_s: float, stops: bool) -> None:
    """A master busy with its workers' start does not lose them; while people come, silence ends them soon."""
    assert bool(Holder(begins_in_s, silent_s).stopped()) is stops


def test_the_lease_begins_with_the_run() -> None:
    """A grant long before the beginning is no reason to stop at once; a beginning read too late is."""
    holder = Holder(3000.0, BEFORE_BEGIN_S - 1)
    holder.obey({"kind": "begin", "origin": perf_counter() - 0.1, "until_s": HORIZON_S})
    assert not holder.stopped()
    late = Holder(3000.0, 0.0)
    late.obey({"kind": "begin", "origin": perf_counter() - LEASE_S - 1, "until_s": HORIZON_S})
    assert "no word from the master" in late.stopped()


def test_who_comes_late_begins_with_what_it_is_granted() -> None:
    """The run is old by then, the grant is new."""
    holder = Holder(3000.0, 0.0)
    holder.obey({"kind": "begin", "origin": perf_counter() - 60.0, "until_s": 60.0 + HORIZON_S})
    assert not holder.stopped()


def test_a_worker_that_stood_still_sends_nothing_on_its_old_lease() -> None:
    """The end of sending is told beforehand, with the beginning and each grant: nobody need be stopped in time."""
    holder = Holder(3000.0, 0.0)
    origin = perf_counter() - 60.0
    holder.obey({"kind": "begin", "origin": origin, "until_s": 60.0})
    assert holder.sends_until == pytest.approx(origin + 60.0 - HORIZON_S + SENDS_UNTIL_S)
    holder.granted(62.0)
    assert holder.sends_until == pytest.approx(origin + 62.0 - HORIZON_S + SENDS_UNTIL_S)


def test_a_lease_that_ended_does_not_begin_again() -> None:
    """A grant that was on its way when the master gave a worker up lets nobody send."""
    holder = Holder(3000.0, 0.0)
    holder.obey({"kind": "begin", "origin": perf_counter() - 60.0, "until_s": 60.0})
    holder.expired("silent for 6 s")
    ended = holder.sends_until
    holder.granted(90.0)
    assert holder.sends_until == ended
