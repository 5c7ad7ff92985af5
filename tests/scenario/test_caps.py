"""Caps in words, the smallest of several, and the breaker."""

from __future__ import annotations

from hms_esr.scenario.caps import Breaker, Caps, smallest


def test_what_is_over_is_said_and_the_line_is_not_over() -> None:
    """Each cap by itself; people at once are not judged when unknown."""
    caps = Caps(50.0, 1800.0, 1000)
    assert caps.overstepped(50.0, 1800.0, 1000) == []
    assert caps.overstepped(50.5, 1800.0, None) == ["50.5 people/s (at most 50)"]
    assert caps.overstepped(1.0, 3600.0, 1001) == ["1h of load (at most 30m)", "1001 people at once (at most 1000)"]


def test_the_smallest_of_each_holds() -> None:
    """Of several places; of none there is no cap."""
    assert smallest([Caps(1.0, 9.0, 9), Caps(9.0, 2.0, 9), Caps(9.0, 9.0, 3)]) == Caps(1.0, 2.0, 3)
    assert smallest([]) is None


def test_the_breaker_needs_thirty_bad_seconds_in_a_row() -> None:
    """29 are not enough, one good second starts again, quiet seconds neither help nor harm."""
    breaker = Breaker()
    assert [breaker.feed(second, 10, 6) for second in range(30)] == [False] * 29 + [True]
    assert breaker.feed(30, 10, 10)
    assert not breaker.feed(31, 10, 5)
    assert [breaker.feed(second, 10, 6) for second in range(32, 62)] == [False] * 29 + [True]
    quiet = Breaker()
    assert [quiet.feed(second, 0, 0) for second in range(60)] == [False] * 60
