"""One sleeper's alarm clock: it wakes by itself, when rung, and never twice for one ring."""

from __future__ import annotations

from collections.abc import Iterator

import gevent
import pytest

from hms_esr.engine.loop.timer import Timer

LONG_S = 60.0


@pytest.fixture
def alarm() -> Iterator[Timer]:
    """One, given back afterwards."""
    made = Timer()
    yield made
    made.close()


def test_a_sleeper_wakes_by_itself(alarm: Timer) -> None:
    """After the time it asked for; then nothing is left of it."""
    with gevent.Timeout(10):
        alarm.sleep(0.01)
    assert alarm.rest_s == 0.0


@pytest.mark.parametrize("rings", [1, 3])
def test_a_sleeper_is_woken_by_whoever_rings(alarm: Timer, rings: int) -> None:
    """Once for several rings: the next sleep lasts."""
    sleeper = gevent.spawn(alarm.sleep, LONG_S)
    gevent.sleep(0.01)
    assert alarm.rest_s > LONG_S / 2
    for _ in range(rings):
        alarm.ring()
    with gevent.Timeout(10):
        sleeper.get()
    again = gevent.spawn(alarm.sleep, LONG_S)
    assert not again.join(0.05) and not again.ready()
    alarm.ring()
    with gevent.Timeout(10):
        again.get()


def test_a_ring_before_the_sleep_is_not_lost(alarm: Timer) -> None:
    """Who is rung while awake does not sleep."""
    alarm.ring()
    with gevent.Timeout(10):
        alarm.sleep(LONG_S)


def test_a_sleeper_that_is_killed_leaves_an_alarm_that_works(alarm: Timer) -> None:
    """The next one sleeps and wakes as if nothing had been."""
    sleeper = gevent.spawn(alarm.sleep, LONG_S)
    gevent.sleep(0.01)
    sleeper.kill()
    with gevent.Timeout(10):
        alarm.sleep(0.01)
