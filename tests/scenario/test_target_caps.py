"""Caps in words, the smallest of several, and the breaker."""

from __future__ import annotations

from hms_esr.scenario.target_caps import Breaker, PeopleLimit, TargetCaps, people_at_once, smallest


def test_what_is_over_is_said_and_the_line_is_not_over() -> None:
    """Each cap by itself; people at once are not judged when unknown."""
    caps = TargetCaps(50.0, 1800.0, 1000)
    assert caps.overstepped(50.0, 1800.0, 1000) == []
    assert caps.overstepped(50.5, 1800.0, None) == ["50.5 people/s (at most 50)"]
    assert caps.overstepped(1.0, 3600.0, 1001) == ["1h of load (at most 30m)", "1001 people at once (at most 1000)"]


def test_the_smallest_of_each_holds() -> None:
    """Of several places; of none there is no cap."""
    assert smallest([TargetCaps(1.0, 9.0, 9), TargetCaps(9.0, 2.0, 9), TargetCaps(9.0, 9.0, 3)]) == TargetCaps(
        1.0, 2.0, 3
    )
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


def test_a_plan_on_the_line_is_not_over_by_rounding() -> None:
    """50 people a second at any warp are 50."""
    assert all(TargetCaps().overstepped(50 / warp * warp, 1.0, 1) == [] for warp in range(1, 3000))


def test_caps_hold_for_people_at_once() -> None:
    """The smaller of what is wanted and what is allowed; without caps what is wanted."""
    assert (people_at_once(20_000, None), people_at_once(20_000, TargetCaps()), people_at_once(7, TargetCaps())) == (
        20_000,
        1000,
        7,
    )


def test_people_who_come_again_stay_under_the_limit() -> None:
    """Everybody at once wants to start again each tenth of a second: no second sees more than the limit."""
    limit = PeopleLimit(50)
    starts = [limit.next_s(moment / 10) for moment in range(100) for _ in range(20)]
    assert starts == sorted(starts)
    assert all(sum(at_s <= other < at_s + 0.999 for other in starts) <= 50 for at_s in starts[::7])
    assert len([at_s for at_s in starts if at_s < 10]) >= 499


def test_planned_people_use_the_limit_up() -> None:
    """Who comes again waits until those who came by the plan are made up for; later nothing is left over of it."""
    limit = PeopleLimit(10)
    for _ in range(10):
        limit.came(5.0)
    assert abs(limit.next_s(5.0) - 6.0) < 1e-9
    assert limit.next_s(60.0) == 60.0


def test_without_a_limit_nobody_waits() -> None:
    """On this machine."""
    limit = PeopleLimit(None)
    limit.came(3.0)
    assert [limit.next_s(3.0) for _ in range(3)] == [3.0, 3.0, 3.0]
