"""Owns writers of records that are killed at random moments, and the look at what they left.

``python -m tests.store.killed_writers ROUNDS SEED FOLDER`` prints a line for each round that lost something.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from hms_esr.cli.report import judged
from hms_esr.record import Tick
from hms_esr.reports import REPORTS
from hms_esr.store import RunWriter, open_record
from tests.records import Day, made_up_manifest, made_up_scenario, made_up_ticks

DAY = Day(people=60, length_s=20, fault=(5, 8))
MOST_DELAY_S = 0.003
"""A kill comes up to so long after the acknowledgement it waited for: amid the next commit, or the one after."""


def _write(folder: Path, ticks: list[Tick], interrupted: bool, acknowledge: int) -> None:
    """A writer's whole life; a byte is sent for every tick that was committed."""
    writer = RunWriter(folder, made_up_manifest(DAY, made_up_scenario(DAY)))
    writer.facts(state="RUNNING", planned_total=DAY.people, length_real_s=float(DAY.length_s))
    if interrupted:
        writer.facts(interrupted="by the operator")
    for tick in ticks:
        writer.ticks([tick])
        os.write(acknowledge, b".")
    writer.facts(state="FINISHED")
    writer.close()
    os.write(acknowledge, b"!")


def killed(folder: Path, ticks: list[Tick], after: int, delay_s: float, interrupted: bool) -> bytes:
    """Fork a writer, kill it ``delay_s`` after its acknowledgement number ``after``; what it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _write(folder, ticks, interrupted, writing)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        heard = b""
        while len(heard) < after and (byte := pipe.read(1)):
            heard += byte
        time.sleep(delay_s)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return heard + pipe.read()


def lost(folder: Path, acknowledged: bytes, interrupted: bool) -> str:
    """What is wrong with the record that a killed writer left; empty when nothing is."""
    if not (folder / "manifest.json").exists():
        return "it acknowledged without a manifest" if acknowledged else ""
    record = open_record(folder)
    committed = acknowledged.count(b".")
    seconds = sum(worker.seconds for worker in record.workers.values())
    if seconds < committed:
        return f"{committed} ticks were acknowledged, {seconds} are there"
    judgement = judged(record)
    finished = b"!" in acknowledged
    allowed = {"INTERRUPTED", "INVALID"} if interrupted else {"INVALID"}
    if not finished and seconds < DAY.length_s and judgement.verdict not in allowed:
        return f"killed, and yet {judgement.verdict}"
    for name in REPORTS.names():
        if not REPORTS.get(name)().write(record, judgement):
            return f"the report {name} is empty"
    return ""


def main(rounds: int, seed: int, out: Path) -> int:
    """Rounds that lost something are printed; their number is the exit code (at most 100)."""
    draw = random.Random(seed)
    ticks = made_up_ticks(DAY)
    wrong = amid = 0
    for number in range(rounds):
        folder = out / f"run{number}"
        interrupted = draw.random() < 0.3
        after, delay_s = draw.randrange(len(ticks) + 1), draw.uniform(0.0, MOST_DELAY_S)
        acknowledged = killed(folder, ticks, after, delay_s * (10 if after == 0 else 1), interrupted)
        amid += 0 < acknowledged.count(b".") < len(ticks)
        reason = lost(folder, acknowledged, interrupted)
        if reason:
            wrong += 1
            print(f"round {number}: {reason}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{rounds} writers killed, {amid} amid their ticks, {wrong} lost something")
    return min(wrong, 100) if amid else 100


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
