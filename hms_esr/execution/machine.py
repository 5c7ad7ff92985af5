"""Owns what this machine has: processors and their speed, open files, ports, memory, and so people at once.

Knows nothing of plans. Its speed is measured anew in a twentieth of a second; nothing else takes time.
"""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from hms_esr.formatting import mask
from hms_esr.histogram import Histogram
from hms_esr.seeded import draw

REFERENCE_S = 0.0053
"""What :func:`_sample` took there."""
MOST_PEOPLE = 50_000
"""People at once in one process, whatever it may open."""
_FILES_KEPT = 200
_WANTED_FILES = 65_536
_TIME_WAIT_S = 60.0
_REUSED_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is. ``speed``: times the machine of docs/generator.md; ``port_held_s``: after a connection's end."""

    cores: int
    speed: float
    open_files: int
    ports: int
    port_held_s: float
    free_bytes: int
    load: float = 0.0
    """Programs that wanted the processor at a time, over the last minute."""


def this_machine(*, loopback: bool = True) -> Machine:
    """What there is here; ``loopback``: whether the target is on this machine, where ports are free again at once."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    ports = _numbers("/proc/sys/net/ipv4/ip_local_port_range", [32_768, 60_999])
    reuse = _numbers("/proc/sys/net/ipv4/tcp_tw_reuse", [0])[0]
    held_s = _REUSED_AFTER_S if reuse == 1 or (reuse == 2 and loopback) else _TIME_WAIT_S
    return Machine(
        cores, measured_speed(), open_files(), ports[1] - ports[0] + 1, held_s, _free_bytes(), os.getloadavg()[0]
    )


def open_files() -> int:
    """Files this process may have open; its soft limit is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, _WANTED_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return _WANTED_FILES if soft == resource.RLIM_INFINITY else soft


def most_people(files: int | None = None) -> int:
    """People under way in one process that may open so many files (this one's limit, raised, without argument)."""
    return max(10, min(MOST_PEOPLE, (open_files() if files is None else files) - _FILES_KEPT))


def measured_speed() -> float:
    """How many times as fast as the machine of docs/generator.md this one is: the best of four short samples."""
    return REFERENCE_S / max(1e-6, min(_sample() for _ in range(4)))


def _sample() -> float:
    """Processor seconds of a fixed amount of what is done for people: draws, figures, texts."""
    began = process_time()
    times = Histogram()
    for number_ in range(1_000):
        times.add((draw(7, "speed", number_) % 10_000) / 10)
    for _ in range(30):
        mask("Schedule F of 4,711 missing for “somebody”, status 400 after 12 s")
        Histogram.from_json(times.to_json())
    return process_time() - began


def _numbers(path: str, otherwise: list[int]) -> list[int]:
    try:
        return [int(word) for word in Path(path).read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return otherwise


def _free_bytes() -> int:
    """Memory that can still be had; 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0
