"""A worker's busy second is packed in pieces: people go on in between, and seconds still leave in their order."""

from __future__ import annotations

from typing import Any

import gevent

from hms_esr.engine.cluster.worker_channel import WorkerChannel
from hms_esr.record import PersonEnd, Tick


class Channel:
    """A runner that only notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[int] = []

    def register_message(self, kind: str, listener: Any) -> None:
        """Nothing comes."""

    def send_message(self, kind: str, data: dict[str, Any]) -> None:
        """One more."""
        self.sent.append(data["seq"])


def second_of(seq: int, people: int) -> Tick:
    """A second in which so many came to their end."""
    tick = Tick("worker 1", seq, seq)
    tick.ends = [PersonEnd(k, "j", "p", "completed", "", "", 0.1, 0.2, 0.3) for k in range(people)]
    return tick


def test_people_go_on_while_a_busy_second_is_packed() -> None:
    """Another greenlet runs before it is sent; a second handed over meanwhile, quickly packed, waits for its turn."""
    channel, seen = Channel(), []
    worker = WorkerChannel(channel, reader=None)  # type: ignore[arg-type]  # nothing comes
    packing = [gevent.spawn(worker.deliver, [second_of(seq, people)]) for seq, people in enumerate((2000, 0, 500, 0))]
    somebody = gevent.spawn(lambda: seen.append(list(channel.sent)))
    gevent.joinall([*packing, somebody], raise_error=True)
    assert seen == [[]]
    assert channel.sent == [0, 1, 2, 3]
