"""Facts about the process that sends a run's points: nothing lost, nothing doubled, whatever the server does."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from hms_esr.export import influx_uploader
from hms_esr.export.influx_uploader import UploadStream, resend
from hms_esr.export.record_points import Replay
from hms_esr.sinks.influx import delivery as delivering
from hms_esr.sinks.influx.connection import InfluxConnection
from hms_esr.sinks.influx.state import DEAD, FOLDER, SenderState, read_state
from hms_esr.sinks.influx.transport import InfluxTransport
from hms_esr.store import RunWriter, open_record
from tests.records import Day, made_up_manifest, made_up_scenario, made_up_ticks
from tests.sinks.influx.fault_server import FaultServer, Mode, fault_server, total
from tests.store.kept import facts_of, write_run

DAY = Day(people=200, length_s=40, workers=2, fault=None)
MODES: list[Mode] = ["refused", "hang", "reset", 200, 400, 401, 404, 413, 422, 429, 500, 503]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A server that misbehaves on demand; patience is short, so that tests are."""
    monkeypatch.setattr(delivering, "REFUSED_WAIT_S", 0.1)
    monkeypatch.setattr(delivering, "LONGEST_WAIT_S", 0.2)
    monkeypatch.setattr(influx_uploader, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(influx_uploader, "InfluxTransport", partial(InfluxTransport, answer_s=0.3))
    with fault_server() as one:
        yield one


class Running:
    """A run that goes on as far as a test says, and the stream that follows it."""

    def __init__(self, out: Path, server: FaultServer, **connection: float) -> None:
        self.day = DAY
        self.ticks = made_up_ticks(DAY)
        manifest = made_up_manifest(DAY, made_up_scenario(DAY))
        self.folder = out / manifest.run_id
        self.writer = RunWriter(self.folder, manifest)
        self.writer.facts(state="RUNNING", planned_total=DAY.people)
        self.connection = InfluxConnection(server.url, **({"wait_s": 20.0} | connection))  # type: ignore[arg-type]
        self.written = 0
        self.start()

    def start(self) -> None:
        self.stream = UploadStream(self.folder, self.connection, os.getppid())
        self.thread = threading.Thread(target=self.stream.run)
        self.thread.start()

    def go_on(self, ticks: int) -> None:
        """So many more."""
        self.writer.ticks(self.ticks[self.written : self.written + ticks])
        self.written += ticks

    def state(self) -> SenderState:
        return read_state(self.folder)

    def end(self) -> None:
        """The rest of the ticks, then the stream's end."""
        self.go_on(len(self.ticks))
        self.writer.facts(**facts_of(open_record(self.folder)))
        self.writer.close()
        self.stream.over.set()
        self.thread.join(30)
        assert not self.thread.is_alive()


def until(seen: Callable[[], bool], what: str) -> None:
    end_s = time.monotonic() + 20
    while not seen():
        assert time.monotonic() < end_s, f"waited in vain until {what}"
        time.sleep(0.01)


def expected(folder: Path) -> dict[str, str]:
    """Every point of the stored run by identity, as one who sends it whole would write it."""
    whole = FaultServer()
    replay = Replay(folder)
    for chunk in replay.look():
        whole._take("\n".join(chunk.lines))
    whole._take("\n".join(replay.end().lines))
    return whole.points


def _without_own(points: dict[str, str]) -> dict[str, str]:
    return {identity: text for identity, text in points.items() if not identity.startswith("esr_spool")}


def test_whatever_the_server_does_every_point_gets_there_once(tmp_path: Path, server: FaultServer) -> None:
    """Refused, hanging, reset, wrong, busy, broken, one after the other: at the end it has what the record has."""
    run = Running(tmp_path, server)
    for mode in MODES:
        server.set(mode, **({"Retry_After": "0.3"} if mode in (429, 503) else {}))
        failed = server.failed
        run.go_on(4)
        until(lambda: bool(run.state().trouble), f"{mode} was noticed")
        assert mode == "refused" or server.failed > failed
        assert run.state().waiting_points > 0
        server.set("ok")
        until(lambda: not run.state().trouble and not run.state().waiting_points, f"it caught up after {mode}")
    run.end()
    record = open_record(run.folder)
    assert _without_own(server.points) == expected(run.folder)
    assert total(server.of("esr_step"), "count") == record.requests + record.polls
    state = run.state()
    assert (state.over, state.waiting_points, state.dead_points, state.lost_points) == (True, 0, 0, 0)


def test_one_that_was_killed_goes_on_where_it_was(tmp_path: Path, server: FaultServer) -> None:
    """The next process finds what waits on disk and what is new in the record; a torn last frame is made again."""
    run = Running(tmp_path, server)
    run.go_on(10)
    until(lambda: run.state().written_points > 0 and not run.state().waiting_points, "the first ticks were sent")
    server.set(503)
    run.go_on(20)
    until(lambda: run.state().waiting_points > 0, "some wait")
    _give_up(run)
    segment = sorted((run.folder / FOLDER).glob("*.spool"))[-1]
    os.truncate(segment, segment.stat().st_size - 5)
    server.set("ok")
    run.start()
    run.end()
    assert _without_own(server.points) == expected(run.folder)


def _give_up(run: Running) -> None:
    """As a kill does: it sends nothing more."""
    run.stream.connection = InfluxConnection(run.connection.url, wait_s=0.0)
    run.stream.feeder.keep = lambda spool, chunk: None  # type: ignore[method-assign]
    run.stream.over.set()
    run.thread.join(10)
    assert not run.thread.is_alive()


def test_what_is_left_at_the_end_is_counted_and_sent_again(tmp_path: Path, server: FaultServer) -> None:
    """After the time to wait it ends; a resend brings everything, twice is the same as once."""
    server.set("refused")
    run = Running(tmp_path, server, wait_s=0.2)
    run.end()
    state = run.state()
    assert state.over and state.waiting_points > 0 and state.trouble == "later"
    assert state.reason == "connection refused"
    server.set("ok")
    for _ in range(2):
        sent = resend(run.folder, run.connection, lambda seconds: True, lambda delivery: None)
        assert sent.trouble.kind == ""
        assert server.points == expected(run.folder)
    assert not list((run.folder / FOLDER).glob("*.spool"))


def test_more_than_may_wait_is_counted_as_lost_and_can_be_sent_again(tmp_path: Path, server: FaultServer) -> None:
    """The disk is kept free; the record still has everything."""
    server.set(503)
    run = Running(tmp_path, server, wait_s=0.1, spool_bytes=3000)
    run.end()
    assert run.state().lost_points > 0
    assert run.state().waiting_bytes <= 3000
    server.set("ok")
    resend(run.folder, run.connection, lambda seconds: True, lambda delivery: None)
    assert server.points == expected(run.folder)


def test_a_point_the_server_never_takes_is_put_aside_alone(tmp_path: Path, server: FaultServer) -> None:
    """All others get there."""
    server.refuses = lambda text: text.startswith("esr_step") and "step=login" in text and "count=5.0" in text
    folder, _ = write_run(tmp_path, DAY)
    sent = resend(folder, InfluxConnection(server.url), lambda seconds: False, lambda delivery: None)
    whole = expected(folder)
    never = {identity for identity, text in whole.items() if server.refuses(text)}
    assert never
    assert _without_own(server.points) == {i: text for i, text in whole.items() if i not in never}
    assert sent.dead_points >= len(never)
    assert len((folder / FOLDER / DEAD).read_text().splitlines()) == sent.dead_points


def test_a_server_that_takes_little_at_once_gets_little(tmp_path: Path, server: FaultServer) -> None:
    """413 makes parts smaller, without an end to the run's points."""
    server.largest = 7
    folder, _ = write_run(tmp_path, DAY)
    resend(folder, InfluxConnection(server.url), lambda seconds: False, lambda delivery: None)
    assert server.points == expected(folder)


def test_a_run_in_which_nobody_came_sends_nothing(tmp_path: Path, server: FaultServer) -> None:
    """No folder is made for a run that never began."""
    stream = UploadStream(tmp_path / "never", InfluxConnection(server.url), os.getppid())
    stream.over.set()
    stream.run()
    assert not server.points
    assert not (tmp_path / "never").exists()


def test_it_ends_when_its_parent_is_gone(tmp_path: Path, server: FaultServer) -> None:
    """Then everything that was recorded is sent first."""
    folder, record = write_run(tmp_path, DAY)
    UploadStream(folder, InfluxConnection(server.url), parent=1 if os.getppid() != 1 else 2).run()
    assert total(server.of("esr_step"), "count") == record.requests + record.polls
    assert read_state(folder).over
