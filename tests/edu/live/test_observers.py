"""Facts about those who look: all hear the same, one that does not read is let go."""

from __future__ import annotations

import asyncio

from hms_esr.edu.live import app
from hms_esr.edu.live.observers import MOST_BEHIND, Observers


class Hung:
    """A WebSocket whose other end never reads and never says a word."""

    async def send_text(self, _: str) -> None:
        await asyncio.Event().wait()

    async def receive_text(self) -> str:
        await asyncio.Event().wait()
        return ""


def test_a_hung_observer_is_let_go_and_the_others_hear_on() -> None:
    """After a few messages it did not read it is dropped; telling never waits, the other misses none."""

    async def notify() -> tuple[bool, list[str], int]:
        observers = Observers()
        hung, reading = observers.join(), observers.join()
        feed: object = None
        serving = asyncio.create_task(app._serve(Hung(), hung, feed))  # type: ignore[arg-type]
        heard = []
        for n in range(MOST_BEHIND + 3):
            await asyncio.sleep(0)
            observers.notify(f"{n}")
            heard.append(await reading.next())
        await asyncio.wait_for(serving, 5)
        return hung.gone.is_set(), heard, len(observers)

    gone, heard, left = asyncio.run(notify())
    assert gone and left == 1
    assert heard == [f"{n}" for n in range(MOST_BEHIND + 3)]
