"""Owns processes that are measured from outside: the CPU they use, on a core of their own, as a whole or in a window.

Knows nothing of what they do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import psutil

from benchmarks._results import ROOT

TARGET_CORE, GENERATOR_CORE = 0, 1
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
"""Cores this process may use, before it keeps itself to one; empty where the system cannot say."""
LOOK_S = 0.02
CPU_CLOCK = 2
"""With a process id, the clock of all its threads' CPU time, ended ones too: clock_getcpuclockid(3)."""
LONGEST_S = 120.0
"""A process that does not end is killed after that."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a finished process used: user and system CPU seconds, real seconds; and what it printed."""

    cpu_s: float
    real_s: float
    output: str


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch in the middle of a run: the CPU a process tree used, the requests the target counted, real seconds."""

    cpu_s: float
    requests: int
    real_s: float

    @property
    def us_per_request(self) -> float:
        """CPU µs for each request."""
        return self.cpu_s / self.requests * 1e6


def own_core(core: int | None, pid: int = 0) -> None:
    """Keep a process (the calling one) on ``core``, on machines that have several; None: on any."""
    if CORES:
        os.sched_setaffinity(pid, set(CORES) if core is None else {CORES[core % len(CORES)]})


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
        process = _started(command, folder, env, core, output.fileno())
        watchdog = Timer(LONGEST_S, process.kill)
        watchdog.start()
        _, status, usage = os.wait4(process.pid, 0)
        watchdog.cancel()
        real_s = time.perf_counter() - started_s
        process.returncode = os.waitstatus_to_exitcode(status)
        said = _said(output)
    _judge(command, process.returncode, codes, said)
    return Used(usage.ru_utime + usage.ru_stime, real_s, said)


@dataclass
class Running:
    """A process that runs: looked at from outside, and seen to its end."""

    process: subprocess.Popen[bytes]
    command: Sequence[str]
    codes: Sequence[int]
    output: Callable[[], str]
    said: str = ""

    def wait_for(self, seen: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
        """Until ``seen()``; RuntimeError with the process's words when it ends before or takes too long."""
        until = time.monotonic() + within_s
        while not seen():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{' '.join(self.command)}: not seen that {what}:\n{self.output()[-3000:]}")
            time.sleep(LOOK_S)

    def window(self, count: Callable[[], int], settle_s: float, span_s: float) -> Window:
        """From ``settle_s`` after the first requests on, for ``span_s``. ``count`` is the target's."""
        first = count()
        self.wait_for(lambda: count() > first + 10, "requests came")
        time.sleep(settle_s)
        tree = psutil.Process(self.process.pid)
        at, cpu_s, requests = time.perf_counter(), tree_cpu_s(tree), count()
        time.sleep(span_s)
        self.wait_for(lambda: count() > requests, "requests still came", within_s=10.0)
        taken = Window(tree_cpu_s(tree) - cpu_s, count() - requests, time.perf_counter() - at)
        if self.process.poll() is not None:
            raise RuntimeError(f"{' '.join(self.command)} was over too early:\n{self.output()[-3000:]}")
        return taken

    def end(self) -> str:
        """Wait for its end; what it printed."""
        try:
            self.process.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{' '.join(self.command)} does not end:\n{self.output()[-3000:]}") from None
        self.said = self.output()
        _judge(self.command, self.process.returncode, self.codes, self.said)
        return self.said


@contextmanager
def running(
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str] | None = None,
    *,
    codes: Sequence[int] = (0,),
    core: int | None = GENERATOR_CORE,
) -> Iterator[Running]:
    """A command that is looked at while it runs; killed, with its children, when the block is left before its end."""
    with tempfile.TemporaryFile() as output:
        process = _started(command, folder, env, core, output.fileno())
        try:
            yield Running(process, command, codes, lambda: _said(output))
        finally:
            if process.poll() is None:
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
                process.kill()
                process.wait()


def tree_cpu_s(process: psutil.Process) -> float:
    """User and system seconds of a process and those it has started."""
    return sum(own_cpu_s(one) for one in [process, *process.children(recursive=True)])


def own_cpu_s(process: psutil.Process) -> float:
    """User and system seconds of a process alone: to the ns by its own clock on Linux, elsewhere by ticks of 10 ms."""
    if sys.platform == "linux":
        return time.clock_gettime(~process.pid << 3 | CPU_CLOCK)
    times = process.cpu_times()
    return float(times.user + times.system)


def tree_rss(process: psutil.Process) -> int:
    """Resident bytes of a process and those it has started."""
    return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])


def _started(
    command: Sequence[str], folder: Path, env: Mapping[str, str] | None, core: int | None, output: int
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: own_core(core),
    )


def _said(output: object) -> str:
    fd: int = output.fileno()  # type: ignore[attr-defined]
    return os.pread(fd, 10_000_000, 0).decode(errors="replace")


def _judge(command: Sequence[str], code: int, codes: Sequence[int], said: str) -> None:
    if code not in codes:
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{said[-3000:]}")
