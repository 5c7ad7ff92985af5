"""Facts about getting points accepted, with a server that answers as a script says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hms_esr.sinks.influx.delivery import InfluxDelivery
from hms_esr.sinks.influx.transport import InfluxAnswer

GOOD = "esr_spool v=1.0 0"


class Scripted:
    """Answers by ``rule``; keeps what it took."""

    def __init__(self, rule: Callable[[list[str]], InfluxAnswer]) -> None:
        self.rule = rule
        self.asked: list[list[str]] = []
        self.taken: list[str] = []

    def write(self, lines: list[str]) -> InfluxAnswer:
        self.asked.append(lines)
        answer = self.rule(lines)
        if answer.status == 204:
            self.taken += lines
        return answer


class Clock:
    """Waits that take no time; gives up after ``most`` of them."""

    def __init__(self, most: int = 1000) -> None:
        self.waits: list[float] = []
        self.most = most

    def __call__(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return len(self.waits) >= self.most


def _delivery(
    rule: Callable[[list[str]], InfluxAnswer], folder: Path, wait: Clock | None = None
) -> tuple[InfluxDelivery, Scripted]:
    server = Scripted(rule)
    return InfluxDelivery(server, wait or Clock(), lambda: GOOD, folder / "dead.jsonl"), server


def _after(failures: list[InfluxAnswer]) -> Callable[[list[str]], InfluxAnswer]:
    """These answers first, then all is well."""
    left = list(failures)
    return lambda lines: left.pop(0) if left else InfluxAnswer(204, "")


@pytest.mark.parametrize("status", [0, 408, 425, 429, 500, 502, 503, 504])
def test_what_cannot_be_taken_now_is_sent_until_it_is(tmp_path: Path, status: int) -> None:
    """For as long as it takes, with longer and longer pauses up to a limit; nothing is given up."""
    wait = Clock()
    delivery, server = _delivery(_after([InfluxAnswer(status, "away")] * 20), tmp_path, wait)
    assert delivery.deliver(["a", "b"])
    assert server.taken == ["a", "b"]
    assert wait.waits == sorted(wait.waits)
    assert wait.waits[0] < 1 and wait.waits[-1] == 8.0
    assert (delivery.written, delivery.dead_points, delivery.trouble.kind) == (2, 0, "")


def test_the_server_says_how_long_to_wait(tmp_path: Path) -> None:
    """Retry-After is kept to."""
    wait = Clock()
    delivery, _ = _delivery(_after([InfluxAnswer(429, "busy", 17.0), InfluxAnswer(503, "busy", 5.0)]), tmp_path, wait)
    assert delivery.deliver(["a"])
    assert wait.waits == [17.0, 5.0]


@pytest.mark.parametrize("status", [200, 301, 401, 403, 404, 405])
def test_what_a_person_must_change_is_tried_slowly(tmp_path: Path, status: int) -> None:
    """Points stay; the reason is there to be told; nothing goes to the dead letters."""
    wait = Clock(most=3)
    delivery, server = _delivery(lambda lines: InfluxAnswer(status, f"{status} no"), tmp_path, wait)
    assert not delivery.deliver(["a", "b"])
    assert set(wait.waits) == {10.0}
    assert (delivery.trouble.kind, delivery.trouble.reason) == ("refused", f"{status} no")
    assert server.asked == [["a", "b"]] * 3
    assert not delivery.dead.exists()


def test_too_many_at_once_are_sent_in_parts(tmp_path: Path) -> None:
    """413 halves until it fits; order is kept, each line comes once."""
    delivery, server = _delivery(lambda lines: InfluxAnswer(413 if len(lines) > 3 else 204, ""), tmp_path)
    lines = [str(n) for n in range(20)]
    assert delivery.deliver(lines)
    assert server.taken == lines


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("bad", [{"3"}, {"0"}, {"19"}, {"4", "5", "17"}])
def test_a_line_the_server_never_takes_is_found_and_put_aside(tmp_path: Path, status: int, bad: set[str]) -> None:
    """All others get through; the bad ones are in the dead-letter file with the reason, counted."""
    delivery, server = _delivery(lambda lines: InfluxAnswer(status if bad & set(lines) else 204, "bad field"), tmp_path)
    lines = [str(n) for n in range(20)]
    assert delivery.deliver(lines)
    assert [line for line in server.taken if line != GOOD] == [line for line in lines if line not in bad]
    letters = [json.loads(text) for text in delivery.dead.read_text().splitlines()]
    assert [letter["line"] for letter in letters] == sorted(bad, key=int)
    assert {letter["reason"] for letter in letters} == {"bad field"}
    assert (delivery.written, delivery.dead_points) == (20 - len(bad), len(bad))


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_server_that_refuses_everything_costs_no_point(tmp_path: Path, status: int) -> None:
    """When a point known to be good is refused too, the server is to blame; lines wait until it has recovered."""
    failures = 40
    delivery, server = _delivery(_after([InfluxAnswer(status, "no")] * failures), tmp_path)
    lines = [str(n) for n in range(9)]
    assert delivery.deliver(lines)
    assert [line for line in server.taken if line != GOOD] == lines
    assert delivery.dead_points == 0


@pytest.mark.parametrize("failures", range(1, 12))
def test_a_server_that_recovers_at_any_moment_costs_no_point(tmp_path: Path, failures: int) -> None:
    """Between the refusal of a line and that of the good point, too."""
    delivery, server = _delivery(_after([InfluxAnswer(400, "no")] * failures), tmp_path)
    lines = [str(n) for n in range(5)]
    assert delivery.deliver(lines)
    assert [line for line in server.taken if line != GOOD] == lines
    assert delivery.dead_points == 0
