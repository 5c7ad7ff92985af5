"""Ten who look at a run while it goes on: the run is what it would be without them, and none harms another."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from hms_esr.city.process import CityProcess
from hms_esr.edu.live import feed
from hms_esr.store import open_record
from tests.edu.live.looking import hello, served

SCENARIO = """
name: looked-at
seed: 7
load: {people: 30, over: 3s}
journeys:
  - name: look
    pace: none
    steps: [visit: /, visit: /apply-subsidy]
"""
READING = 9


def test_the_run_is_what_it_is_without_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine hear the same moments to the end though a tenth never reads; the record is that of a run nobody sees."""
    monkeypatch.setattr(feed, "EVERY_S", 0.1)
    (tmp_path / "looked-at.yml").write_text(SCENARIO)
    with ExitStack() as stack:
        city, place = stack.enter_context(CityProcess()), stack.enter_context(served(tmp_path / "seen"))
        seen, alone = (stack.enter_context(started(tmp_path, city.url, out)) for out in ("seen", "alone"))
        while not (tmp_path / "seen" / "run" / "record.db").exists():
            with pytest.raises(subprocess.TimeoutExpired):
                seen.wait(0.05)
        with never_reading(place), ThreadPoolExecutor(READING) as threads:
            heard = list(threads.map(lambda _: to_the_end(place), range(READING)))
        assert [process.wait(60) for process in (seen, alone)] == [0, 0]
    begun = max(one[0]["n"] for one in heard)
    moments = [[message for message in one if message["n"] > begun] for one in heard]
    assert moments[0][-1]["over"] and moments == [moments[0]] * READING
    assert all([message["n"] for message in one] == list(range(one[0]["n"], one[-1]["n"] + 1)) for one in heard)
    assert figures(tmp_path / "seen" / "run") == figures(tmp_path / "alone" / "run")


@contextmanager
def started(folder: Path, target: str, out: str) -> Iterator[subprocess.Popen[bytes]]:
    """The same run, in another folder."""
    command = [sys.executable, "-m", "hms_esr", "run", "looked-at.yml", "--target", target, "--out", out]
    command += ["--run-id", "run", "--no-dashboard", "--quiet", "--max-late", "100%", "--max-dropped", "100%"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def never_reading(place: str) -> Iterator[None]:
    """An observer that says hello and never reads, with the least room for what it is sent."""
    host, port = place.split(":")
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        raw.connect((host, int(port)))
        with connect(f"ws://{place}/dashboard/run/live", sock=raw, max_queue=1, close_timeout=0) as silent:
            silent.send('{"e": "", "n": -1}')
            yield


def to_the_end(place: str) -> list[dict[str, Any]]:
    """What one observer hears until the server closes with the final figures."""
    with connect(f"ws://{place}/dashboard/run/live") as looking:
        heard = [hello(looking)]
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                heard.append(json.loads(looking.recv(timeout=60)))
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1000
    return heard


def figures(folder: Path) -> dict[str, Any]:
    """What a run did, without moments and durations."""
    record = open_record(folder)
    counted = {key: (cell.requests, cell.errors) for key, cell in record.series.items()}
    events = Counter(event.kind for event in record.events)
    whole = (record.planned_total, record.planned_curve, record.delivered, record.requests)
    return {"whole": whole, "series": counted, "states": record.states, "reached": record.reached, "events": events}
