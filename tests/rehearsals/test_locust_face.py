"""Rehearsals inside plain Locust: alone, over its workers, beside users of one's own, with its files and exit codes."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.rehearsals.clusters import SECRET, twice
from tests.rehearsals.locusts import LISTENER, OWN_USER, Locust, free_port, heard, scenario

pytestmark = pytest.mark.long

START = ("--headless", "--scenario", "look.yml", "--max-late", "100%")
FILES = ("--csv", "out/all", "--html", "out/all.html", "--json-file", "out/all")


@pytest.fixture
def locust(tmp_path: Path) -> Iterator[Callable[..., Locust]]:
    """``locust("--headless", …)``: plain Locust with our locustfile, ended with the test."""
    started: list[Locust] = []

    def start(*options: str, **more: Any) -> Locust:
        started.append(Locust(tmp_path, *options, **more))
        return started[-1]

    yield start
    for one in started:
        one.close()


def _counts(folder: Path) -> dict[str, int]:
    """Requests by name in Locust's CSV; Locust's JSON says the same."""
    with (folder / "out" / "all_stats.csv").open() as file:
        counts = {row["Name"]: int(row["Request Count"]) for row in csv.DictReader(file)}
    entries = json.loads((folder / "out" / "all.json").read_text())
    assert {entry["name"]: entry["num_requests"] for entry in entries} == {
        name: count for name, count in counts.items() if name != "Aggregated"
    }
    return counts


def test_alone_with_every_file(tmp_path: Path, locust: Any, logging_target: Any) -> None:
    """One process: the plan is carried out, there is a record with a verdict, and Locust's files say what came."""
    target = logging_target()
    scenario(tmp_path)
    ran = locust(*START, *FILES, "--target", target.url, "--scale", "0.5", "--seed", "7").end()
    assert ran.code == 0, ran.errors
    assert ran.summary["verdict"] == "PASS"
    assert (ran.summary["people"]["planned"], ran.summary["people"]["completed"]) == (20, 20)
    log = target.log()
    assert len(log) == 40
    assert not twice(log)
    assert _counts(tmp_path) == {"visit": 20, "visit-2": 20, "Aggregated": 40}
    assert "visit-2" in (tmp_path / "out" / "all.html").read_text()
    assert "PASS" in ran.errors
    with (tmp_path / "out" / "all_stats_history.csv").open() as file:
        assert max(int(row["User Count"]) for row in csv.DictReader(file)) > 1, "people are shown as users"


def test_beside_users_of_ones_own(tmp_path: Path, locust: Any, logging_target: Any) -> None:
    """A plain Locust user runs beside the plan, and a listener of Locust's hears every request of both."""
    target = logging_target()
    scenario(tmp_path)
    (tmp_path / "own.py").write_text(OWN_USER + LISTENER)
    own = (str(tmp_path / "own.py"),)
    ran = locust(*START, *FILES, "-u", "2", "-r", "2", "--target", target.url, files=own).end()
    assert ran.code == 0, ran.errors
    log, told = target.log(), heard(tmp_path)
    counts = _counts(tmp_path)
    assert counts["visit"] == counts["visit-2"] == ran.summary["people"]["planned"] == 40
    assert counts["/own"] > 2
    assert sorted((person, path) for person, path, *_ in log if person >= 0) == sorted(
        (person, url.removeprefix(target.url)) for *_, url, person in told if person >= 0
    )
    kind, name, took_ms, length, status, exception, _, url, _ = next(line for line in told if line[-1] >= 0)
    assert (kind, name, status, exception) == ("GET", "visit", 200, "None")
    assert (length, url) == (2, f"{target.url}/page")
    assert 0 < took_ms < 60_000
    cut_off = sum(path == "/own" for _, path, *_ in log) - counts["/own"]
    assert 0 <= cut_off <= 2, "Locust does not count what it cut off at the end"
    assert counts["Aggregated"] == counts["visit"] + counts["visit-2"] + counts["/own"]


def test_over_processes(tmp_path: Path, locust: Any, logging_target: Any) -> None:
    """``--processes 2``: everybody comes once, each worker's listeners hear its part, the master's files hold all."""
    target = logging_target()
    scenario(tmp_path)
    (tmp_path / "listener.py").write_text(LISTENER)
    run = locust(*START, *FILES, "--processes", "2", "--target", target.url, files=(str(tmp_path / "listener.py"),))
    ran = run.end()
    assert ran.code == 0, ran.errors
    log = target.log()
    assert not twice(log)
    assert _counts(tmp_path) == {"visit": 40, "visit-2": 40, "Aggregated": len(log)}
    assert len(heard(tmp_path)) == len(log) == 80
    assert len(list(tmp_path.glob("heard-*.jsonl"))) == 2
    workers = json.loads((ran.folder / "manifest.json").read_text())["workers"]
    assert len({worker["pid"] for worker in workers}) == 2
    assert "port for workers is open" not in ran.errors, "Locust's processes speak with a secret of their own"


def test_master_and_worker_with_a_secret(tmp_path: Path, locust: Any, logging_target: Any) -> None:
    """Who has the secret carries the plan; who has not never joins."""
    target, port = logging_target(), free_port()
    scenario(tmp_path)
    (tmp_path / "cluster.secret").write_text(SECRET)
    master = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--expect-workers", "1")
    first = locust(*START, *master, "--target", target.url, secret="cluster.secret")
    stranger = locust("--headless", "--worker", "--master-port", port)
    worker = locust("--headless", "--worker", "--master-port", port, secret="cluster.secret")
    ran = first.end()
    stranger.close()
    assert ran.code == 0, ran.errors
    assert worker.end().code == 0
    assert len(json.loads((ran.folder / "manifest.json").read_text())["workers"]) == 1
    assert len(target.log()) == 80
    assert "port for workers is open" not in ran.errors


def test_a_worker_lost(tmp_path: Path, locust: Any, logging_target: Any) -> None:
    """Without a secret the master warns; a worker killed there makes the run INVALID, and nobody comes twice."""
    target, port = logging_target(), free_port()
    scenario(tmp_path, duration_s=6)
    master = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--expect-workers", "2")
    first = locust(*START, *master, "--target", target.url)
    workers = [locust("--headless", "--worker", "--master-port", port) for _ in range(2)]
    first.wait_for("port for workers is open")
    while target.count() < 40:
        assert first.process.poll() is None, first.err.read_text()
    psutil.Process(workers[0].process.pid).send_signal(signal.SIGKILL)
    ran = first.end()
    assert ran.code == 3, ran.errors
    assert "was lost" in json.dumps(ran.summary)
    assert not twice(target.log())
    assert workers[1].end().code == 0


def test_as_plain_users(tmp_path: Path, locust: Any, logging_target: Any) -> None:
    """``-u 3``: each user repeats the journey as new persons, and Locust's table holds what came."""
    target = logging_target()
    scenario(tmp_path)
    ran = locust(*START, *FILES, "-u", "3", "-r", "3", "-t", "2s", "--target", target.url).end()
    assert ran.code == 0, ran.errors
    log = target.log()
    assert not twice(log), "a person is never another's second try"
    assert len({person for person, *_ in log}) > 3
    cut_off = len(log) - _counts(tmp_path)["Aggregated"]
    assert 0 <= cut_off <= 3, "Locust does not count what it cut off at the end"
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"check": "latency_p99_ms < 0.000001"}, 1, "FAIL"),
        ({"options": ("--scale", "none")}, 2, "'none' is no scale"),
        ({"options": ("--target", "http://127.0.0.1:9")}, 4, "connection refused"),
    ],
)
def test_exit_codes(
    change: dict[str, Any], code: int, says: str, tmp_path: Path, locust: Any, logging_target: Any
) -> None:
    """The process ends as ``hms-esr run`` would: FAIL, a field that cannot be read, a target that is not there."""
    options = ("--target", logging_target().url, *change.pop("options", ()))
    scenario(tmp_path, duration_s=1, **change)
    ran = locust(*START, *options).end()
    assert ran.code == code, ran.errors
    assert says in ran.errors


def test_interrupted(tmp_path: Path, locust: Any, logging_target: Any) -> None:
    """Ctrl-C over processes: the run ends with its record, and with 130."""
    target = logging_target()
    scenario(tmp_path, duration_s=60)
    run = locust(*START, "--processes", "2", "--target", target.url)
    while target.count() < 10:
        assert run.process.poll() is None, run.err.read_text()
    run.interrupt()
    ran = run.end()
    assert ran.code == 130, ran.errors
    assert ran.summary["verdict"] == "INTERRUPTED"
    with pytest.raises(ProcessLookupError):
        os.killpg(run.process.pid, 0)
