"""Workers that come by themselves: joined by one line and a secret, made up for when they go, welcome late."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.clusters import Rehearsal, twice
from tests.rehearsals.conftest import ROOT

SECRET = "a secret of some length"


class Gathering:
    """A master that waits for workers, and those who come."""

    def __init__(self, folder: Path, target: Any, expect: int, **plan: Any) -> None:
        (folder / "cluster.secret").write_text(SECRET)
        (folder / "other.secret").write_text(SECRET[::-1])
        options = ["--master", "--expect-workers", str(expect), "--cluster-secret-file", "cluster.secret"]
        options += ["--max-late", "100%", "--max-dropped", "100%"]
        self.folder = folder
        self.run = Rehearsal(folder, target, 0, *options, **plan)
        self.workers: list[subprocess.Popen[str]] = []
        line = self.run.process.stdout.readline() if self.run.process.stdout else ""
        found = re.fullmatch(r"Workers join with: hms-esr worker (\S+) --cluster-secret-file FILE\n", line)
        assert found, line
        assert SECRET not in line
        self.line = found[1]

    def join(self, secret: str = "cluster.secret") -> subprocess.Popen[str]:
        """One more worker."""
        command = [sys.executable, "-m", "hms_esr", "worker", self.line, "--cluster-secret-file", secret]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        self.workers.append(subprocess.Popen(command, cwd=self.folder, env=env, stderr=subprocess.PIPE, text=True))
        return self.workers[-1]

    def close(self) -> None:
        """Leave nothing behind."""
        self.run.close()
        for worker in self.workers:
            worker.kill()
            worker.communicate()


@pytest.fixture
def gathering(tmp_path: Path, logging_target: Any) -> Iterator[Callable[..., Gathering]]:
    """``gathering(2, rate=50)``: a master that waits for two workers."""
    started: list[Gathering] = []

    def start(expect: int, **plan: Any) -> Gathering:
        started.append(Gathering(tmp_path, logging_target(), expect, **plan))
        return started[-1]

    yield start
    for one in started:
        one.close()


def test_workers_join_by_a_line_and_a_secret(gathering: Any) -> None:
    """Two workers come by themselves, everybody comes once, both end with 0; one with another secret is not heard."""
    cluster = gathering(2, rate=40, duration_s=4)
    stranger = cluster.join("other.secret")
    workers = [cluster.join(), cluster.join()]
    ran = cluster.run.end()
    assert ran.code == 0, ran.output + ran.errors
    assert [worker.wait(timeout=20) for worker in workers] == [0, 0]
    assert stranger.poll() is None, "it was never answered"
    log = cluster.run.target.log()
    assert sorted(person for person, path, *_ in log if path == "/page") == list(range(160))
    assert ran.summary["requests"] == len(log)


def test_a_worker_that_comes_late_takes_its_part(gathering: Any) -> None:
    """It starts people soon after it came, the record says that it joined, nobody comes twice and nobody is lost."""
    cluster = gathering(1, rate=20, duration_s=28)
    cluster.join()
    cluster.run.wait_for_requests(40)
    late = cluster.join()
    ran = cluster.run.end()
    assert ran.code == 0, ran.output + ran.errors
    assert late.wait(timeout=20) == 0, late.communicate()[1]
    log, summary = cluster.run.target.log(), ran.summary
    assert not twice(log)
    assert summary["people"]["completed"] == 560
    assert "worker 2 joined" in ran.output
    workers = {one["index"] for one in cluster.run.manifest()["workers"]}
    assert workers == {0, 1}


def test_a_lost_worker_of_another_machine_is_made_up_for(gathering: Any) -> None:
    """Killed, it is missed after its lease: who may have started is lost, all others come, nobody twice."""
    cluster = gathering(2, rate=40, duration_s=14)
    victim, _ = cluster.join(), cluster.join()
    cluster.run.wait_for_requests(60)
    victim.kill()
    ran = cluster.run.end()
    log, summary = cluster.run.target.log(), ran.summary
    assert not twice(log)
    people = summary["people"]
    assert people["planned"] == 560 == sum(people[state] for state in ("completed", "failed", "lost", "unfinished"))
    assert 0 < people["lost"] < 140
    assert summary["delivery"]["workers_lost"] == 1
    assert summary["delivery"]["taken_over"] > 0


def test_too_few_workers_start_nothing(tmp_path: Path, esr: Any, logging_target: Any) -> None:
    """A master waits only so long, and says how many came."""
    (tmp_path / "cluster.secret").write_text(SECRET)
    (tmp_path / "one.yml").write_text("name: one\nload: {people: 1}\nduration: 1s\njourneys: [{steps: [visit: /]}]\n")
    target = logging_target()
    options = ("--master", "--expect-workers", "2", "--wait", "1s", "--cluster-secret-file", "cluster.secret")
    ran = esr("run", "one.yml", "--target", target.url, *options)
    assert ran.code == 4
    assert "0 of 2 workers were ready within 1 s" in ran.errors
    assert target.log() == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["worker"], "JOIN-LINE"),
        (["worker", "nonsense"], "no join line"),
        (["worker", "127.0.0.1:5557/run"], "--cluster-secret-file"),
        (["worker", "127.0.0.1:5557/run", "--cluster-secret-file", "short"], "16 characters"),
        (["run", "one.yml", "--master"], "--cluster-secret-file"),
        (["run", "one.yml", "--master", "--bind", "here"], "--bind"),
        (["run", "one.yml", "--master", "--workers", "2"], "leave out --workers"),
    ],
)
def test_mistakes_are_told_before_anything_starts(arguments: list[str], says: str, tmp_path: Path, esr: Any) -> None:
    """What is missing or wrong is named, with exit code 2."""
    (tmp_path / "short").write_text("secret")
    (tmp_path / "one.yml").write_text("name: one\nload: {people: 1}\nduration: 1s\njourneys: [{steps: [visit: /]}]\n")
    ran = esr(*arguments)
    assert ran.code == 2
    assert says in ran.errors
