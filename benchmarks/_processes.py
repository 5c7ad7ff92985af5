"""Owns processes that are measured from outside: their real time and the CPU they used, on a core of their own.

Knows nothing of what they do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._page import ROOT

CITY_CORE, GENERATOR_CORE = 0, 1


@dataclass(frozen=True, slots=True)
class Used:
    """What a finished process used: user and system CPU seconds, real seconds; and what it printed."""

    cpu_s: float
    real_s: float
    output: str


def own_core(core: int) -> None:
    """Keep the calling process on ``core``, on machines that have several."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(0, {core})


def program(name: str) -> list[str]:
    """The installed command beside this Python, or its module."""
    script = Path(sys.executable).parent / name
    return [str(script)] if script.exists() else [sys.executable, "-m", name.replace("-", "_")]


def used(
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str] | None = None,
    *,
    codes: Sequence[int] = (0,),
    core: int | None = None,
) -> Used:
    """Run a command to its end, on ``core`` or wherever. RuntimeError with its words for a status not in ``codes``."""
    with tempfile.TemporaryFile() as output:
        started_s = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=None if core is None else lambda: own_core(core),
        )
        _, status, usage = os.wait4(process.pid, 0)
        real_s = time.perf_counter() - started_s
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
    if process.returncode not in codes:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said[-3000:]}")
    return Used(usage.ru_utime + usage.ru_stime, real_s, said)
