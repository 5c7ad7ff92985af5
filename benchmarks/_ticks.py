"""Owns records of seconds as workers make them, and what the master's path through them costs.

Knows nothing of sockets or of anybody who acts.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks import _ours
from hms_esr.engine.cluster.wire import packed_tick, unpacked_tick
from hms_esr.engine.recording.recorder import Recorder
from hms_esr.library import load_scenario
from hms_esr.record import Manifest, PersonEnd, Record, SeriesKey
from hms_esr.record.fold import fold_tick
from hms_esr.seeded import uniform
from hms_esr.store.writer import RunWriter

PEOPLE_PER_S = 2
"""People who end in each worker's second."""


def cpu_ms_per_second(workers: int, steps: int, requests: int, seconds: int) -> float:
    """CPU ms the master needs for each second of a run, to read, fold and store what its workers tell.

    Each worker reports ``requests`` requests of each of its ``steps`` in every one of ``seconds``.
    """
    keys = [SeriesKey("look", f"step {number}", "citizen", 200, "") for number in range(steps)]
    messages = [_messages(worker, keys, requests, seconds) for worker in range(workers)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = Record(_manifest(), load_scenario(str(_ours.scenario(folder, "{rate: 1}", 1, ["visit: /"]))).scenario)
        writer = RunWriter(folder / "run", record.manifest)
        began_s = process_time()
        for second in range(seconds):
            ticks = [unpacked_tick(worker[second]) for worker in messages]
            for tick in ticks:
                fold_tick(record, tick)
            writer.ticks(ticks)
        used_s = process_time() - began_s
        writer.close()
    return used_s / seconds * 1000


def _messages(worker: int, keys: list[SeriesKey], requests: int, seconds: int) -> list[dict[str, Any]]:
    """What one worker sends, second by second."""
    recorder = Recorder(f"worker {worker + 1}")
    for second in range(seconds):
        for number, key in enumerate(keys):
            for each in range(requests):
                ms = 5 + 200 * uniform(1, "answer", worker, second, number, each) ** 3
                recorder.record_request(second + 0.5, key, False, 600, ms, ms, 0.9 * ms, 0.1 * ms)
        for person in range(PEOPLE_PER_S):
            k = (second * PEOPLE_PER_S + person) * 1000 + worker
            recorder.person_due(k, second + 0.1, second + 0.1)
            recorder.person_started(k, second + 0.1, second + 0.1)
            end = PersonEnd(
                k, "look", "citizen", "completed", keys[-1].step, "", second + 0.1, second + 0.1, second + 0.6
            )
            recorder.person_ended(second + 0.6, end)
        for _ in range(20):
            recorder.lag(second + 0.5, 0.2)
    return [packed_tick(tick) for tick in recorder.take(seconds, 0.1)]


def _manifest() -> Manifest:
    """Of a run that never was."""
    return Manifest("r", {}, "", "", "r", 1, "", "", "2026-01-01T00:00:00Z", {}, {}, {}, "")
