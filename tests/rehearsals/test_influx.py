"""Facts about rehearsals that stream to a real InfluxDB: it has what the record has and the target saw."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from hms_esr.export.influx_uploader import resend
from hms_esr.export.record_points import Replay
from hms_esr.sinks.influx import percentile_of_rows
from hms_esr.sinks.influx.connection import InfluxConnection
from hms_esr.store import open_record
from tests.house.documents import blocks
from tests.influx import TOKEN, Influx, influx_server
from tests.records import Day
from tests.rehearsals.clusters import NO_LIMITS, Rehearsal
from tests.rehearsals.conftest import LoggingTarget, Ran
from tests.sinks.influx.fault_server import FaultServer
from tests.store.kept import write_run

pytestmark = pytest.mark.long

Target = Callable[..., LoggingTarget]
KINDS = ("esr_step", "esr_latency", "esr_heat", "esr_run", "esr_worker", "esr_check", "esr_event")
SERIES = {"esr_step": 2, "esr_heat": 2, "esr_run": 1, "esr_worker": 2, "esr_check": 1, "esr_spool": 1}
"""Of a run with two steps, two workers, one check and no polls."""


@pytest.fixture(scope="module")
def server(needs: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx]:
    """A real one, for all tests of this file."""
    with influx_server(needs, tmp_path_factory.mktemp("influx")) as one:
        yield one


@pytest.fixture
def influx(server: Influx) -> Influx:
    """The same, empty."""
    server.empty()
    return server


def started(folder: Path, target: LoggingTarget, influx: Influx, *options: str, **plan: Any) -> Rehearsal:
    """A run over two workers that streams."""
    return Rehearsal(folder, target, 2, *NO_LIMITS, *influx.options, *options, env=influx.environment, **plan)


def of_run(folder: Path) -> dict[str, int]:
    """How many points the stored run has, by measurement."""
    whole = FaultServer()
    replay = Replay(folder)
    lines = [text for chunk in replay.look() for text in chunk.lines] + replay.end().lines
    whole._take("\n".join(lines))
    return {kind: len(whole.of(kind)) for kind in KINDS}


def of_server(influx: Influx) -> dict[str, int]:
    """How many the server has."""
    return {kind: len(influx.query(f"SELECT * FROM {kind}")) for kind in KINDS}


def count(influx: Influx) -> float:
    """Requests and polls, as the server adds them up."""
    rows = influx.query("SELECT sum(count) AS whole FROM esr_step")
    return float(rows[0]["whole"]) if rows else 0.0


def test_what_is_streamed_is_what_the_record_has_and_the_target_saw(
    tmp_path: Path, logging_target: Target, influx: Influx
) -> None:
    """Requests, points and series; sent once more nothing changes; the token is nowhere in the run's folder."""
    target = logging_target()
    run = started(tmp_path, target, influx, rate=80, duration_s=5)
    try:
        run.wait_for_requests(100)
        lines = [process.cmdline() for process in psutil.Process(run.process.pid).children(recursive=True)]
        ran = run.end()
    finally:
        run.close()
    assert ran.code == 0, ran.output + ran.errors
    summary = ran.summary
    assert count(influx) == summary["requests"] + summary["polls"] == target.count()
    assert of_server(influx) == of_run(ran.folder)
    for kind, series in SERIES.items():
        assert influx.series(f"FROM {kind}") == series, kind
    assert influx.series("FROM esr_latency") <= 2 * 4
    assert influx.series("FROM esr_event") == 4
    last = influx.query("SELECT * FROM esr_run ORDER BY time DESC LIMIT 1")[0]
    assert last["verdict_code"] == summary["exit_code"]
    assert last["p95_ms"] == pytest.approx(summary["latency_ms"]["p95"], abs=0.001)
    assert last["completed"] == summary["people"]["completed"]
    assert "written to" in ran.output
    assert any("hms_esr.export.influx_uploader" in line for line in lines)
    assert not any(TOKEN in part for line in lines for part in line)
    texts = [path.read_bytes() for path in ran.folder.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in text for text in texts)
    before = {kind: influx.query(f"SELECT * FROM {kind}") for kind in KINDS}
    sent_again(influx, ran.folder)
    assert {kind: influx.query(f"SELECT * FROM {kind}") for kind in KINDS} == before


def sent_again(influx: Influx, folder: Path) -> None:
    """As ``hms-esr influx resend`` does."""
    connection = InfluxConnection(influx.url, influx.org, influx.bucket, influx.token)
    sent = resend(folder, connection, lambda seconds: True, lambda delivery: None)
    assert (sent.trouble.kind, sent.dead_points) == ("", 0)


def test_a_database_that_goes_away_in_mid_run_costs_nothing(
    tmp_path: Path, logging_target: Target, influx: Influx
) -> None:
    """Stopped in its tracks, killed, refusing: the run goes on, the console says so, at the end nothing is missing."""
    target = logging_target()
    run = started(tmp_path, target, influx, rate=60, duration_s=10)
    away = [(3.5, influx.start), (4.5, influx.refuse), (6.5, influx.accept), (7.0, influx.freeze), (8.5, influx.thaw)]
    try:
        first_s = run.first_came_s()
        run.wait_until_s(first_s + 1.5)
        influx.kill()
        run.wait_until_said("InfluxDB takes no points (502 Bad Gateway); they are kept on disk")
        for at_s, change in away:
            run.wait_until_s(first_s + at_s)
            change()
        ran = run.end()
    finally:
        run.close()
    assert ran.code == 0, ran.output + ran.errors
    assert "InfluxDB takes points again" in ran.output
    assert "points written to" in ran.output
    assert count(influx) == ran.summary["requests"] == target.count()
    assert of_server(influx) == of_run(ran.folder)


def test_a_run_that_was_killed_while_points_waited_is_sent_from_its_record(
    tmp_path: Path, logging_target: Target, influx: Influx, esr: Callable[..., Ran]
) -> None:
    """SIGKILL to the run and to the process that sends: ``influx resend`` brings what was committed, once."""
    target = logging_target()
    run = started(tmp_path, target, influx, rate=60, duration_s=30)
    try:
        run.wait_until_s(run.first_came_s() + 1.5)
        folder = (tmp_path / "results" / "latest").resolve()
        sent = count(influx)
        influx.refuse()
        run.wait_until(lambda: open_record(folder).requests > sent + 120, "more is recorded than was sent")
        team = psutil.Process(run.process.pid).children(recursive=True)
        sender = next(process for process in team if "hms_esr.export.influx_uploader" in process.cmdline())
        sender.kill()
        run.kill_master()
        psutil.wait_procs(team, timeout=20)
    finally:
        run.close()
    influx.accept()
    record = open_record(folder)
    assert count(influx) < record.requests
    for _ in range(2):
        sent = esr("influx", "resend", "latest", *influx.options, env={"INFLUX_TOKEN": TOKEN})
        assert sent.code == 0, sent.output + sent.errors
        assert count(influx) == record.requests
        assert of_server(influx) == of_run(folder)


def test_percentiles_over_five_minutes_are_those_of_the_record(tmp_path: Path, influx: Influx) -> None:
    """Added up by the server from counts per bucket: within 1 % for both latencies, over any length of time."""
    folder, record = write_run(tmp_path, Day(people=3000, length_s=300, workers=2))
    sent_again(influx, folder)
    whole = record.merged()
    seconds = [row["time"] for row in influx.query("SELECT * FROM esr_heat")]
    assert max(seconds) - min(seconds) >= 299
    for kind, times in (("planned", whole.intended), ("actual", whole.actual)):
        asked = f"FROM esr_latency WHERE run = '{folder.name}' AND kind = '{kind}'"
        rows = influx.query(f'SELECT sum(*) {asked} GROUP BY "over"')
        assert len(influx.query("SHOW FIELD KEYS FROM esr_latency")) <= 256
        for share in (0.5, 0.9, 0.95, 0.99, 0.999):
            assert percentile_of_rows(rows, share) == pytest.approx(times.percentile(share), rel=0.01)
        heat = influx.query(f"SELECT sum(*) FROM esr_heat WHERE kind = '{kind}'")[0]
        assert sum(n for name, n in heat.items() if name.startswith("sum_le")) == times.count
    assert count(influx) == record.requests + record.polls


def test_names_of_every_sort_come_back(influx: Influx) -> None:
    """What line protocol gives a meaning to is escaped; the server tells it as it was."""
    from hms_esr.sinks.influx.lines import line, tag_text
    from hms_esr.sinks.influx.transport import InfluxTransport

    names = ["a b", "a,b", "a=b", "a\\", "a\\,b", 'a"b', "’Straße’ 税", "a\nb", "#a", "a\\ b", "{}", "x" * 500]
    transport = InfluxTransport(InfluxConnection(influx.url, influx.org, influx.bucket, influx.token))
    lines = [line("esr_step", {"step": name}, {"count": float(n)}, 1000) for n, name in enumerate(names, 1)]
    assert transport.write(lines).status == 204
    transport.close()
    rows = influx.query("SELECT * FROM esr_step")
    assert {row["step"]: row["count"] for row in rows} == {tag_text(name): n for n, name in enumerate(names, 1)}


def test_the_commands_of_its_page_run(tmp_path: Path, influx: Influx, esr: Callable[..., Ran]) -> None:
    """As docs/influx.md shows them, one after the other."""
    shown = [block.text for block in blocks("docs/influx.md") if block.language == "sh"]
    commands = [line for text in shown for line in text.splitlines() if line.startswith("hms-esr ")]
    assert len(commands) == 3
    for command in commands:
        words = command.replace("http://127.0.0.1:8086", influx.url).replace("--warp 60", "--warp 600").split()
        more = [*NO_LIMITS, "--scale", "0.2"] if words[1] == "run" else []
        ran = esr(*words[1:], *more, cwd=tmp_path, env={"INFLUX_TOKEN": TOKEN})
        assert ran.code in ((0, 1) if words[1] == "run" else (0,)), ran.output + ran.errors
    assert count(influx) == ran.summary["requests"] + ran.summary["polls"] > 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "can be written to"),
        ({"url": "http://127.0.0.1:9"}, "address: nothing answers at http://127.0.0.1:9: connection refused"),
        ({"url": "target"}, "is no InfluxDB"),
        ({"token": "wrong"}, "the token is not accepted"),
        ({"token": ""}, "the token is missing"),
        ({"org": "nobody"}, "org: there is no organization 'nobody'"),
        ({"bucket": "nothing"}, "bucket: there is no bucket 'nothing'"),
    ],
)
def test_check_says_what_is_wrong(
    influx: Influx, esr: Callable[..., Ran], logging_target: Target, wrong: dict[str, str], said: str
) -> None:
    """Address, token, organization and bucket, each in one line of its own."""
    given = {"url": influx.url, "org": influx.org, "bucket": influx.bucket, "token": influx.token} | wrong
    if given["url"] == "target":
        given["url"] = logging_target().url
    options = ["--influx", given["url"], "--influx-org", given["org"], "--influx-bucket", given["bucket"]]
    ran = esr("influx", "check", *options, env={"INFLUX_TOKEN": given["token"]})
    assert ran.code == (4 if wrong else 0), ran.output + ran.errors
    told = ran.errors if wrong else ran.output
    assert said in told
    assert len(told.strip().splitlines()) == 1


def test_the_manifest_names_the_server_and_never_the_token(
    tmp_path: Path, influx: Influx, esr: Callable[..., Ran], logging_target: Target
) -> None:
    """Everything from a file; the command that is kept can be shown to anybody."""
    (tmp_path / "one.yml").write_text("name: one\nload: {people: 1, over: 1s}\njourneys: [{steps: [visit: /page]}]\n")
    (tmp_path / "token").write_text(TOKEN + "\n")
    parts = [f'url = "{influx.url}"', f'org = "{influx.org}"', 'token_file = "token"', 'wait = "20s"']
    (tmp_path / "influx.toml").write_text("[influx]\n" + "\n".join(parts) + "\n")
    ran = esr(
        "run", "one.yml", "--target", logging_target().url, "--influx-config", "influx.toml", "--max-late", "100%"
    )
    assert ran.code == 0, ran.output + ran.errors
    assert count(influx) == 1
    manifest = json.loads((ran.folder / "manifest.json").read_text())
    assert "--influx-config influx.toml" in manifest["command"]
    assert TOKEN not in (ran.folder / "manifest.json").read_text()
