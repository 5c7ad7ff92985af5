"""Owns what a worker tells its master by itself: a record of each second, and where it stands.

Knows nothing of what the master says.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import gevent

from hms_esr.engine.cluster.worker_channel import WorkerChannel
from hms_esr.engine.cluster.worker_loop import WorkerLoop
from hms_esr.record import Tick

STATUS_EVERY_S = 0.2
_URGENT = ("seen", "idle", "leaving", "expired", "standing")


def hand_out(start_loop: WorkerLoop, channel: WorkerChannel, ticks: list[Tick]) -> None:
    """Deliver the records of seconds that are over."""
    for tick in ticks:
        start_loop.busiest(sum(cell.requests for cell in tick.cells.values()))
    channel.deliver(ticks)


def send_seconds(start_loop: WorkerLoop, channel: WorkerChannel, look: Callable[[WorkerLoop], None]) -> None:
    """Close a record a second and deliver it, as long as people come; ``look`` is called ten times a second."""
    context = start_loop.context
    closed, cpu_s, at_s = 0, process_time(), 0.0
    while not start_loop.finished.is_set():
        gevent.sleep(0.1)
        look(start_loop)
        now_s = context.clock.now_s()
        if int(now_s) > closed and not start_loop.finished.is_set():
            closed = int(now_s)
            used_s, passed_s = process_time() - cpu_s, max(now_s - at_s, 1e-6)
            cpu_s, at_s = process_time(), now_s
            hand_out(start_loop, channel, context.recorder.take(closed, min(1.0, used_s / passed_s)))
        channel.deliver_again()


def send_status(start_loop: WorkerLoop, channel: WorkerChannel) -> None:
    """Say where we are, at once when the master may be waiting for it; keep to the master's clock."""
    before: dict[str, Any] = {}
    told_at = 0.0
    while True:
        offset_s, bound_s = channel.time_offset()
        start_loop.keep_time(offset_s)
        status = start_loop.status() | {"bound_s": bound_s}
        urgent = any(status[name] != before.get(name) for name in _URGENT)
        if urgent or perf_counter() - told_at >= STATUS_EVERY_S:
            before, told_at = status, perf_counter()
            channel.send("status", **status)
        gevent.sleep(STATUS_EVERY_S / 4)
