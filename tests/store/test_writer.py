"""Facts about writing a run's record."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hms_esr.errors import EnvironmentProblem, EsrError
from hms_esr.events import Happened
from hms_esr.record import ErrorCount, ErrorKey, PersonEnd, Tick
from hms_esr.seeded import uniform
from hms_esr.store import RunWriter, open_record
from hms_esr.store.packing import plain as plain_text
from hms_esr.store.reader import BROKEN_OFF
from tests.records import Day, made_up_manifest, made_up_scenario, made_up_ticks
from tests.store.kept import plain, write_run

DAY = Day(people=60, length_s=20, fault=(5, 8))
MANIFEST = made_up_manifest(DAY, made_up_scenario(DAY))


def test_what_is_read_is_what_was_seen(tmp_path: Path) -> None:
    """The record read from disk equals the one folded while the run went on, value by value."""
    folder, record = write_run(tmp_path, DAY)

    assert plain(open_record(folder)) == plain(record)


def test_a_closed_record_is_one_file_beside_the_manifest(tmp_path: Path) -> None:
    """After closing nothing but the manifest and the database is left, so that a run can be copied."""
    folder, _ = write_run(tmp_path, DAY)

    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "record.db"]


def test_a_tick_sent_twice_counts_once(tmp_path: Path) -> None:
    """The same (worker, seq) again changes nothing, in one call or in two."""
    writer = RunWriter(tmp_path, MANIFEST)
    tick = Tick("w", 0, 0, polls=3)
    writer.ticks([tick, tick])
    writer.ticks([replace(tick, polls=99)])
    writer.close()

    assert open_record(tmp_path).polls == 3


def test_a_busy_second_is_made_ready_in_pieces(tmp_path: Path) -> None:
    """Others may run ten times while a second of 2000 people is made ready; it is on disk as a whole, or not at all."""
    writer = RunWriter(tmp_path, MANIFEST)
    ends = [PersonEnd(k, "apply", "farmer", "completed", "submit", "", 0.1, 0.2, 0.3) for k in range(2000)]
    kept: list[int] = []

    def look() -> None:
        with sqlite3.connect(tmp_path / "record.db") as connection:
            kept.append(connection.execute("SELECT count(*) FROM ticks").fetchone()[0])
        connection.close()

    writer.ticks([Tick("w", 0, 0, ends=ends)], look)
    writer.close()

    assert len(kept) >= 10 and set(kept) == {0}
    assert open_record(tmp_path).people("completed") == 2000


def test_no_secret_reaches_the_disk(tmp_path: Path) -> None:
    """Whatever text a secret stands in, no file of the run holds it."""
    secret = 'hunter"2-ü'
    manifest = replace(MANIFEST, command=f"hms-esr run x --var k={secret}", options={"vars": {"k": secret}})
    manifest = replace(manifest, source_text=f"name: x # {secret}", target=f"http://127.0.0.1/?{secret}")
    writer = RunWriter(tmp_path, manifest, [secret])
    tick = Tick("w", 0, 0)
    tick.errors[ErrorKey("j", "s", "status", f"bad {secret}", 400)] = ErrorCount(1, 1, 0.0, 1, secret)
    tick.ends.append(PersonEnd(1, "j", "p", "failed", "s", f"because {secret}", 0.0, 0.0, 0.0))
    writer.ticks([tick])
    writer.event(Happened("note", secret, 0.0, 0.0, "", {"deep": [secret]}))
    writer.facts(interrupted=f"by {secret}", state="FINISHED")
    bytes_before = [path.read_bytes() for path in tmp_path.iterdir()]
    writer.close()

    with sqlite3.connect(tmp_path / "record.db") as connection:
        bodies = [plain_text(body).encode() for (body,) in connection.execute("SELECT body FROM ticks")]
    connection.close()
    assert bodies
    for content in [*bytes_before, *(path.read_bytes() for path in tmp_path.iterdir()), *bodies]:
        assert b"hunter" not in content
    assert "because ***" in next(iter(open_record(tmp_path).stuck))


def test_facts_given_again_replace_those_before(tmp_path: Path) -> None:
    """The last value of a fact is the one that holds."""
    writer = RunWriter(tmp_path, MANIFEST)
    writer.facts(planned_total=1, state="RUNNING")
    writer.facts(planned_total=7, problems=["clocks apart"], state="FINISHED")
    writer.close()

    record = open_record(tmp_path)
    assert (record.planned_total, record.problems) == (7, ["clocks apart"])


def test_the_real_duration_is_the_one_told(tmp_path: Path) -> None:
    """A run that ended within a second lasted as long as its closing facts say, not to the end of its last tick."""
    writer = RunWriter(tmp_path, MANIFEST)
    writer.ticks([Tick("w", 0, 0), Tick("w", 1, 1)])
    assert open_record(tmp_path).real_s == 2.0
    writer.facts(real_s=1.25, state="FINISHED")
    writer.close()

    assert open_record(tmp_path).real_s == 1.25


def test_a_manifest_can_be_replaced(tmp_path: Path) -> None:
    """The manifest read is the last one written, and no draft stays behind."""
    writer = RunWriter(tmp_path, MANIFEST)
    writer.update_manifest(replace(MANIFEST, made_up_files=["transcript.pdf"]))
    writer.close()

    assert open_record(tmp_path).manifest.made_up_files == ["transcript.pdf"]
    assert not list(tmp_path.glob(".*"))


def test_writing_after_the_end_is_refused(tmp_path: Path) -> None:
    """A closed record takes nothing more and says so; closing twice is nothing."""
    writer = RunWriter(tmp_path, MANIFEST)
    writer.close()
    writer.close()

    with pytest.raises(EsrError, match=r"record\.db .*closed"):
        writer.ticks([Tick("w", 0, 0)])


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Where a file stands in the way of the folder, the folder is named and the exit code is that of surroundings."""
    (tmp_path / "taken").write_text("x")

    with pytest.raises(EnvironmentProblem, match="taken"):
        RunWriter(tmp_path / "taken" / "run", MANIFEST)


_CHILD = """
import json, sys
from pathlib import Path
from hms_esr.store import RunWriter
from tests.records import Day, made_up_manifest, made_up_scenario, made_up_ticks
day = Day(people=60, length_s=20, fault=(5, 8))
writer = RunWriter(Path(sys.argv[1]), made_up_manifest(day, made_up_scenario(day)))
writer.facts(state="RUNNING", planned_total=60)
for lap in range(1000):
    for tick in made_up_ticks(day) if lap == 0 else ticks:
        if lap:
            tick.seq += len(ticks)
        writer.ticks([tick])
        print(tick.seq, flush=True)
    ticks = made_up_ticks(day) if lap == 0 else ticks
"""


def _kill_once(folder: Path, trial: int) -> None:
    """Start a writer, kill it at a moment drawn for ``trial``, and look at what is left."""
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = -1
    for _ in range(1 + int(uniform(7, "kill", trial) * 150)):
        said = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split("\n")[:-1]
    child.wait()
    child.stdout.close()
    said = int(rest[-1]) if rest else said

    record = open_record(folder)

    health = record.workers["worker-1"]
    assert health.last_seq >= said
    assert health.missing_ticks == 0
    assert record.problems == [BROKEN_OFF]


@pytest.mark.parametrize("trial", range(4))
def test_a_kill_loses_no_committed_tick(tmp_path: Path, trial: int) -> None:
    """After kill -9 at a drawn moment the record opens, holds every tick said to be written, and says it broke off."""
    _kill_once(tmp_path, trial)


@pytest.mark.soak
def test_a_thousand_kills_lose_no_committed_tick(tmp_path: Path) -> None:
    """The same, a thousand times at other moments."""
    for trial in range(4, 1004):
        _kill_once(tmp_path / str(trial), trial)


def test_the_manifest_is_readable_json(tmp_path: Path) -> None:
    """Others can read the manifest: indented JSON with a version."""
    RunWriter(tmp_path, MANIFEST).close()

    whole = json.loads((tmp_path / "manifest.json").read_text())
    assert whole["version"] == 1
    assert whole["run_id"] == MANIFEST.run_id


def test_all_ticks_of_a_call_are_one_commit(tmp_path: Path) -> None:
    """A call that fails midway leaves none of its ticks behind."""
    writer = RunWriter(tmp_path, MANIFEST)
    ticks = made_up_ticks(DAY)[:2]

    with pytest.raises(EsrError):
        writer.ticks([*ticks, replace(ticks[0], seq=99, second=None)])  # type: ignore[arg-type]
    writer.close()

    assert open_record(tmp_path).workers == {}
