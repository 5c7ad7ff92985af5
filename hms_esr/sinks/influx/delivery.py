"""Owns getting points accepted: again and again while the server cannot, fewer at once, bad ones aside.

Knows nothing of where points come from. A point is given up only when the server takes others at that very moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Protocol

from hms_esr.sinks.influx.transport import InfluxAnswer

FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 8.0
REFUSED_WAIT_S = 10.0
LONGEST_ASKED_S = 3600.0


class Writes(Protocol):
    """What can send points."""

    def write(self, lines: list[str]) -> InfluxAnswer:
        """Send them once."""
        ...


@dataclass(slots=True)
class DeliveryProblem:
    """Why points do not get through now. ``kind``: ``later`` or ``refused`` (see :data:`transport.Meaning`)."""

    kind: str = ""
    reason: str = ""
    since_s: float = 0.0


@dataclass
class InfluxDelivery:
    """Sends lists of lines. ``wait(seconds)`` is True when it is time to give up; ``probe`` makes a point that is good.

    ``dead``: the file for lines the server will never take. Counts: ``written``, ``dead_points``.
    """

    transport: Writes
    wait: Callable[[float], bool]
    probe: Callable[[], str]
    dead: Path
    written: int = 0
    dead_points: int = 0
    trouble: DeliveryProblem = field(default_factory=DeliveryProblem)
    _failures: int = 0

    def deliver(self, lines: Sequence[str]) -> bool:
        """True: each line is written or in the dead-letter file. False: it was time to give up; send all again."""
        parts = [list(lines)]
        while parts:
            part = parts.pop()
            sent_s = monotonic()
            answer = self.transport.write(part)
            if answer.meaning == "written":
                self._through(len(part))
            elif answer.meaning in ("bad", "smaller") and len(part) > 1:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
            elif answer.meaning in ("bad", "smaller") and self._takes_others():
                self._once_more(part, parts)
            else:
                parts.append(part)
                if self.wait(self._pause_s(answer, sent_s)):
                    return False
        return True

    def _through(self, n: int) -> None:
        self.written += n
        self._failures = 0
        self.trouble = DeliveryProblem()

    def _takes_others(self) -> bool:
        """Whether the server takes a point known to be good; if not, it is the server that is wrong, not a line."""
        return self.transport.write([self.probe()]).meaning == "written"

    def _once_more(self, part: list[str], parts: list[list[str]]) -> None:
        """The line that was refused, now that others are taken: the server may have recovered in between."""
        answer = self.transport.write(part)
        if answer.meaning == "written":
            self._through(1)
        elif answer.meaning in ("bad", "smaller"):
            self._bury(part[0], answer)
        else:
            parts.append(part)

    def _bury(self, line: str, answer: InfluxAnswer) -> None:
        self.dead_points += 1
        self.dead.parent.mkdir(parents=True, exist_ok=True)
        with self.dead.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"reason": answer.reason, "line": line}, ensure_ascii=False) + "\n")

    def _pause_s(self, answer: InfluxAnswer, sent_s: float) -> float:
        """How long to wait: as the server asks, else longer each time."""
        kind = "refused" if answer.meaning == "refused" else "later"
        if self.trouble.kind != kind or self.trouble.reason != answer.reason:
            since_s = self.trouble.since_s if self.trouble.kind else sent_s
            self.trouble = DeliveryProblem(kind, answer.reason, since_s)
        self._failures += 1
        if answer.wait_s is not None:
            return min(max(answer.wait_s, FIRST_WAIT_S), LONGEST_ASKED_S)
        if kind == "refused":
            return REFUSED_WAIT_S
        return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(self._failures - 1, 16)))
