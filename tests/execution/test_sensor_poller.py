"""How the target's sensors are read: differences since the run began, over processes, silent ones."""

from __future__ import annotations

import json
from threading import Event, Thread
from typing import Any

import pytest

from hms_esr.errors import BadInput, EnvironmentProblem
from hms_esr.events import Happened, Sensed
from hms_esr.execution.sensor_poller import PATH, Sensor, SensorPoller, addresses
from hms_esr.sensors import Meter


def told_by(meter: Meter) -> dict[str, Any]:
    """What arrives over the wire."""
    found: dict[str, Any] = json.loads(json.dumps(meter.told()))
    return found


def one(meter: Meter, took_ms: float, route: str = "GET /a", service: str = "permits", status: int = 200) -> None:
    """One request."""
    meter.began()
    meter.ended(route, service, status, took_ms)


def test_only_what_happened_in_the_run_counts() -> None:
    """Requests before the first reading are taken off, gauges are taken as they stand."""
    meter = Meter("permits")
    for _ in range(50):
        one(meter, 900.0)
    sensor = Sensor("http://127.0.0.1:1" + PATH)
    sensor.take(told_by(meter), 0.0)
    meter.gauge("db.waits").set(4)
    for took_ms in range(1, 101):
        one(meter, float(took_ms), status=500 if took_ms > 98 else 200)
    ((service, figures),) = sensor.take(told_by(meter), 1.0)
    assert service == "permits"
    assert figures["server.requests"] == 100
    assert figures["server.errors"] == 2
    assert figures["server.p95_ms"] == pytest.approx(95, rel=0.005)
    assert figures["server.p95_ms GET /a"] == figures["server.p95_ms"]
    assert figures["db.waits"] == 4


def test_processes_behind_one_address_add_up() -> None:
    """A server of several processes answers with one of them each time; what each said last is added up."""
    meters = [Meter("permits"), Meter("permits")]
    sensor = Sensor("http://127.0.0.1:1" + PATH)
    sensor.take(told_by(meters[0]), 0.0)
    for number, meter in enumerate(meters):
        meter.gauge("db.waits").set(number + 1)
        one(meter, 10.0)
        sensor.take(told_by(meter), 1.0 + number)
    ((_, figures),) = sensor.take(told_by(meters[0]), 3.0)
    assert figures["server.requests"] == 2
    assert figures["db.waits"] == 3


def test_a_sensor_that_is_not_there_is_told_before_anybody_comes() -> None:
    """What asks for a sensor wants it: not there, or not one of ours, the run does not start."""
    for answer in ((404, b""), (200, b"<html>"), (200, b'{"instance": 1}')):
        sensing = SensorPoller(["http://127.0.0.1:1/x"], lambda *ask, a=answer: a, lambda event: None)  # type: ignore[misc]
        with pytest.raises(EnvironmentProblem, match=r"the sensor http://127\.0\.0\.1:1/x cannot be read"):
            sensing.start()


def test_one_that_goes_silent_is_told_once() -> None:
    """Silence is a note when it begins and when it ends; figures come again afterwards."""
    meter = Meter("permits")
    answers = [(200, b""), (503, b""), (503, b""), (200, b"")]
    heard: list[Any] = []

    def exchange(method: str, url: str, body: bytes) -> tuple[int, bytes]:
        status, _ = answers.pop(0)
        return status, json.dumps(meter.told()).encode()

    sensing = SensorPoller(["http://127.0.0.1:1/x"], exchange, heard.append)
    sensing.start()
    for at_s in (1.0, 2.0, 3.0):
        sensing.end(at_s, at_s)
    notes = [event.text for event in heard if isinstance(event, Happened)]
    silent = "the sensor 127.0.0.1:1 went silent: it answers 503; mount hms_esr.sensors there"
    assert notes == [silent, "the sensor 127.0.0.1:1 is heard again"]
    assert [event.service for event in heard if isinstance(event, Sensed)] == ["permits"]


def test_a_reading_that_hangs_does_not_spoil_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that still waits for its answer when the run is over is neither doubled nor disturbed."""
    monkeypatch.setattr("hms_esr.execution.sensor_poller.LAST_S", 0.01)
    meter, asked, answer = Meter("permits"), Event(), Event()
    threads: list[Thread] = []
    monkeypatch.setattr(
        "hms_esr.execution.sensor_poller.Thread", lambda **kw: threads.append(Thread(**kw)) or threads[0]
    )

    def exchange(method: str, url: str, body: bytes) -> tuple[int, bytes]:
        if threads and not asked.is_set():
            asked.set()
            answer.wait(60)
        return 200, json.dumps(meter.told()).encode()

    heard: list[Any] = []
    sensing = SensorPoller(["http://127.0.0.1:1/x"], exchange, heard.append)
    sensing.start()
    sensing.moment(1.0, 1.0)
    assert asked.wait(60)
    sensing.end(2.0, 2.0)
    assert heard == []
    answer.set()
    threads[0].join(60)
    sensing.end(3.0, 3.0)
    assert [event.real_s for event in heard] == [1.0, 3.0]


def test_addresses() -> None:
    """A place alone means the usual path there; ``target`` the run's own; anything else is refused."""
    found = addresses(["http://a.test:1", "http://b.test/own", "target"], "http://127.0.0.1:9/app?x=1")
    assert found == (f"http://a.test:1{PATH}", "http://b.test/own", f"http://127.0.0.1:9{PATH}")
    with pytest.raises(BadInput, match="no address"):
        addresses(["a.test"], "")
