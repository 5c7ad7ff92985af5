"""Workers that come by themselves: joined by one line and a secret, made up for when they go, welcome late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.clusters import SECRET

pytestmark = pytest.mark.long


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
