"""Faults of the city are ordered and ended over an exchange that is handed in; odd answers prove nothing."""

from __future__ import annotations

import json

import pytest

from hms_esr.city.faults import FaultBoard
from hms_esr.errors import EnvironmentProblem, NothingListens, TargetRefused
from hms_esr.http.setup_request import guard_for, setup_exchange
from hms_esr.injectors.city import CityInjector, on_this_machine
from tests.engine.target import ok, target

ORDER = {"fault": "down", "service": "db", "for_s": 60.0}


def of_the_city(board: FaultBoard, asked: list[str]) -> CityInjector:
    """An injector of a city without a socket."""

    def exchange(method: str, url: str, body: bytes) -> tuple[int, bytes]:
        asked.append(f"{method} {url}")
        if method == "POST":
            return 201, json.dumps({"id": board.start(json.loads(body)).id}).encode()
        if method == "DELETE":
            return 200, json.dumps({"ended": board.end(url.rpartition("/")[2])}).encode()
        return 200, json.dumps({"faults": board.active()}).encode()

    return CityInjector("http://127.0.0.1:9800/apply?x=1", exchange)


def test_a_fault_is_turned_on_listed_and_ended() -> None:
    """Under the control address of the target's origin, whatever page the target is."""
    asked: list[str] = []
    injector = of_the_city(FaultBoard(lambda: 0.0), asked)
    assert injector.is_there()
    fault_id = injector.inject(ORDER)
    assert injector.active() == {fault_id: "db"}
    injector.undo(fault_id)
    injector.undo(fault_id)
    assert injector.active() == {}
    assert asked[1] == "POST http://127.0.0.1:9800/__city/faults"
    assert asked[3] == f"DELETE http://127.0.0.1:9800/__city/faults/{fault_id}"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'{"error": "there is no such page"}'),
        (503, b'{"faults": []}'),
        (200, b"<html>"),
        (200, b""),
        (200, b"[" * 100_000),
        (200, b'{"active": []}'),
        (200, b'{"faults": [{"id": "f1"}]}'),
    ],
)
def test_another_programs_answer_is_no_list_of_faults(status: int, body: bytes) -> None:
    """It is no city, and it never means that nothing is on."""
    injector = CityInjector("http://127.0.0.1:1", lambda *_: (status, body))
    assert not injector.is_there()
    with pytest.raises(EnvironmentProblem):
        injector.active()


def test_an_id_from_a_file_stays_one_part_of_the_address() -> None:
    """A journal cannot send the order elsewhere."""
    asked: list[str] = []
    of_the_city(FaultBoard(lambda: 0.0), asked).undo("../reset?x=/")
    assert asked == ["DELETE http://127.0.0.1:9800/__city/faults/..%2Freset%3Fx%3D%2F"]


def test_the_guard_is_asked() -> None:
    """A port that nobody named gets no connection."""
    with target(lambda got: ok(b'{"faults": []}')) as there, target(lambda got: ok()) as other:
        guard = guard_for([there.url])
        assert CityInjector(there.url, setup_exchange(guard)).active() == {}
        with pytest.raises(TargetRefused):
            CityInjector(other.url, setup_exchange(guard)).active()
    assert (there.connections, other.connections) == (1, 0)
    with pytest.raises(NothingListens):
        CityInjector(there.url, setup_exchange(guard)).active()


@pytest.mark.parametrize("url", ["http://192.0.2.1/x", "https://127.0.0.1:1/x", "http://a.gov/x", "http://[fe80::1]/x"])
def test_without_an_exchange_only_this_machine_is_spoken_to(url: str) -> None:
    """Everything else is refused before a connection."""
    with pytest.raises(EnvironmentProblem, match="is not on this machine"):
        on_this_machine("GET", url, b"")


def test_on_this_machine_orders_are_json() -> None:
    """Status and body come back; where nothing listens that is said."""
    with target(lambda got: ok(got.body, "201 Created")) as there:
        assert on_this_machine("POST", f"{there.url}/a", b"{}") == (201, b"{}")
    assert there.got[0].headers["content-type"] == "application/json"
    with pytest.raises(NothingListens):
        on_this_machine("GET", f"{there.url}/a", b"")
