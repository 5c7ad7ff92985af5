"""Owns what the load generator ran short of when a load was not delivered, and how many workers it would have taken.

Knows nothing of whether that makes a rehearsal INVALID: the conditions say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import Literal

from hms_esr.formatting import count, number, time_ms
from hms_esr.record import Record
from hms_esr.verdicts.judgement import Limits

FULL = 0.7
"""Share of a core that goes into people when all is well; beyond it a crowd of answers makes others late."""
NO_PORT = "no free local port"
NO_FILE = "no free file descriptor"
"""How the generator words that it could not open a connection."""
MASTER_STOOD = "the master itself stood still"
AT_ONCE = re.compile(r"more than (\d+) people at once")
BUSY_LAG_MS = 20.0

Kind = Literal["master", "files", "ports", "people", "processor", "collector", "worker", "machine", "unknown"]


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """``because``: the part of a sentence that follows what happened to people; ``advice``: what to change."""

    kind: Kind
    because: str
    advice: str


def cure(problem: str) -> str:
    """What to change after a problem the engine told of."""
    if MASTER_STOOD in problem:
        return _MASTER
    return _WORKER if "no worker was left" in problem else "Repeat the run."


def bottleneck(record: Record, limits: Limits) -> Bottleneck:
    """What was short first, by what is certain before what is likely."""
    files, ports, room = unsent(record, NO_FILE), unsent(record, NO_PORT), _at_once(record)
    if any(MASTER_STOOD in problem for problem in record.problems):
        return Bottleneck("master", "because the master stood still", _MASTER)
    if files:
        return Bottleneck("files", "because the load generator could open no more files", _files(record))
    if ports:
        return Bottleneck("ports", "because the load generator had no local port left", _PORTS)
    if room:
        return Bottleneck("people", f"because only {count(room)} may be under way at once", _people(record, room))
    if saturated_s(record) >= limits.saturated_s:
        return Bottleneck("processor", "because the load generator ran out of processor time", _processor(record))
    pause_ms = max((worker.gc_pause_max_ms for worker in record.workers.values()), default=0.0)
    if pause_ms >= limits.late_ms and _late_by_pauses(record, limits) >= _late(record, limits) / 2:
        why = f"because its memory collector stopped the load generator for {time_ms(pause_ms)}"
        return Bottleneck("collector", why, _more(record, "each then has fewer people in memory"))
    if record.people("lost") > record.people("dropped"):
        return Bottleneck("worker", "with a worker of the load generator", _WORKER)
    return _by_lag(record)


def _late(record: Record, limits: Limits) -> float:
    """Share of people who started late."""
    return 1 - record.late_ms.share_up_to(limits.late_ms) if record.late_ms.count else 0.0


def _late_by_pauses(record: Record, limits: Limits) -> float:
    """Share of the worst worker's time in which who was due came late because of the memory collector."""
    late_ms = [sum(max(0.0, one - limits.late_ms) for one in w.gc_pauses_ms.values()) for w in record.workers.values()]
    return max(late_ms, default=0.0) / 1000 / max(1.0, record.length_real_s)


def _by_lag(record: Record) -> Bottleneck:
    """The event loop came back late: by its own work when the processor was busy with it, else by others'."""
    workers = [worker for worker in record.workers.values() if worker.loop_lag_ms.count]
    slowest = max(workers, key=lambda worker: worker.loop_lag_ms.percentile(0.99), default=None)
    if slowest is None or slowest.loop_lag_ms.percentile(0.999) <= BUSY_LAG_MS:
        return Bottleneck("unknown", "by the load generator’s doing", _processor(record))
    if slowest.cpu_max > FULL:
        return Bottleneck("processor", "because the load generator was short of processor time", _processor(record))
    return Bottleneck("machine", "because other programs kept the load generator from the processor", _MACHINE)


_MASTER = "Repeat on a machine that does not stop or suspend programs."
_PORTS = (
    "Repeat with “connections: reused”, or with workers on more machines (--master): each machine has its own ports."
)
_WORKER = "Repeat the run; where workers are killed for lack of memory, use more of them or less load (--scale)."
_MACHINE = "Repeat on a machine that does nothing else meanwhile, or with the target on another one."


def _files(record: Record) -> str:
    return f"Allow more open files (ulimit -n), or repeat with --workers {_used(record) + 1}: each has its own limit."


def _people(record: Record, room: int) -> str:
    """More places, where the limit can be moved: the scenario's, this machine's, or that of a target's owner."""
    if room == record.scenario.max_people:
        return f"Raise max_people in the scenario (it is {count(room)}), or repeat with less load (--scale)."
    if room < int(record.manifest.options.get("max_people") or 0):
        return (
            "Repeat with less load (--scale), or with a proof from the target’s owner that allows more people at once."
        )
    wanted = max(_used(record) + 1, ceil(_people_at_once(record) / room))
    return f"Repeat with --workers {wanted} (each carries {count(room)} people at once), or with less load (--scale)."


def _processor(record: Record) -> str:
    """How many workers, from what each person took and the plan's peak."""
    wanted, each_per_s, peak_per_s = workers_needed(record)
    if wanted <= _used(record):
        return "Repeat with less load (--scale), or on a machine with more free processor time."
    carried, planned = _about(each_per_s), _about(peak_per_s)
    why = f"one carries about {carried} of these people a second, and the plan has {planned} at its peak"
    return _more(record, why, wanted)


def _more(record: Record, why: str, wanted: int = 0) -> str:
    wanted = wanted or _used(record) + 1
    cores = int(record.manifest.options.get("cores") or 0)
    if cores and wanted > cores:
        where = f" on a machine with {wanted} free cores (this one has {cores}), or on several (--master)"
        return f"Repeat with --workers {wanted}{where}: {why}."
    return f"Repeat with --workers {wanted}: {why}."


def workers_needed(record: Record) -> tuple[int, float, float]:
    """(workers, people a second one carries, people a second at the plan's peak); 0 where nobody started.

    By the processor time all workers took for each person who started, when each gives :data:`FULL` of a core.
    """
    used_s = sum(sum(worker.cpu_by_second.values()) for worker in record.workers.values())
    people = sum(worker.started for worker in record.workers.values())
    peak_per_s = float(_peak_per_s(record))
    if not (used_s and people and peak_per_s):
        return 0, 0.0, peak_per_s
    each_per_s = FULL * people / used_s
    wanted = ceil(peak_per_s / each_per_s)
    return max(wanted, _used(record) + 1) if saturated_s(record) else wanted, each_per_s, peak_per_s


def saturated_s(record: Record) -> int:
    """Longest stretch of seconds in which a worker was saturated."""
    return max((worker.saturated_s for worker in record.workers.values()), default=0)


def unsent(record: Record, words: str = "") -> int:
    """Requests the generator itself could not send, for lack of ``words`` (of anything without)."""
    wanted = (words,) if words else (NO_FILE, NO_PORT)
    return sum(error.n for key, error in record.errors.items() if any(word in key.message for word in wanted))


def _used(record: Record) -> int:
    return max(1, len(record.workers))


def _peak_per_s(record: Record) -> int:
    planned = record.planned_curve.values() or [second.planned for second in record.seconds.values()]
    return max(planned, default=0)


def _at_once(record: Record) -> int:
    """The limit that most dropped people met; 0 when most were dropped for another reason."""
    by_limit: dict[int, int] = {}
    for (_, _, reason), people in record.stuck.items():
        if found := AT_ONCE.search(reason):
            by_limit[int(found[1])] = by_limit.get(int(found[1]), 0) + people
    if sum(by_limit.values()) * 2 <= record.people("dropped") or not by_limit:
        return 0
    return max(by_limit, key=lambda limit: by_limit[limit])


def _people_at_once(record: Record) -> float:
    """People under way at the peak, had all come: the plan's peak times the mean length of a journey."""
    done = sum(times.count for times in record.journey_ms.values())
    mean_s = sum(times.total for times in record.journey_ms.values()) / done / 1000 if done else 0.0
    return _peak_per_s(record) * mean_s


def _about(value: float) -> str:
    return number(float(f"{value:.2g}"))
