"""Owns how long a site needs after a fault: ``recovery_s{fault="…"}``.

Knows nothing of how faults are made and undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import brief
from hms_esr.record import Cell, FaultRecord, Record, Second
from hms_esr.verdicts.measures.measure import Measured, Words

BEFORE_S = 60
IN_A_ROW_S = 5
MOST_FAILING = 0.01
_ENOUGH_SECONDS = 5
_ENOUGH_REQUESTS = 20


@dataclass(frozen=True, slots=True)
class Recovery:
    """After one fault. ``recovered`` False: the site had not come back ``real_s`` after the end, when load ended.

    ``usual_ms``: the slowest second's p95 in the minute before the fault.
    """

    real_s: float
    recovered: bool
    usual_ms: float


def recovery(record: Record, fault: FaultRecord) -> Recovery:
    """Real seconds from the fault's end until, 5 s in a row, p95 is back in the range of the minute before it.

    In each of the 5 seconds under 1 % of requests fail. NoData when the fault did not end, or too few requests
    came before or after it.
    """
    name = brief(fault.title)
    if fault.off_s is None:
        raise NoData(f"the fault “{name}” had no end")
    usual_ms = _usual_ms(record, fault, name)
    end = floor(fault.off_s)
    last = max((at for at, second in record.seconds.items() if second.requests), default=-1)
    for at in range(end, last - IN_A_ROW_S + 2):
        window = [record.seconds.get(at + n, Second()) for n in range(IN_A_ROW_S)]
        busy = [second for second in window if second.requests]
        if window[0].requests and all(_healthy(second, usual_ms) for second in busy):
            return Recovery(max(0.0, at - fault.off_s), True, usual_ms)
    if last < end + IN_A_ROW_S - 1:
        raise NoData(f"under {IN_A_ROW_S} s of requests after the fault “{name}”")
    return Recovery(last + 1 - fault.off_s, False, usual_ms)


def _usual_ms(record: Record, fault: FaultRecord, name: str) -> float:
    start = floor(fault.on_s)
    seconds = [record.seconds[at] for at in range(start - BEFORE_S, start) if at in record.seconds]
    busy = [second for second in seconds if second.requests]
    if len(busy) < _ENOUGH_SECONDS or sum(second.requests for second in busy) < _ENOUGH_REQUESTS:
        raise NoData(f"too few requests in the minute before the fault “{name}” to know what is usual")
    return max(_p95_ms(second) for second in busy)


def _p95_ms(second: Second) -> float:
    total = Cell()
    for cell in second.steps.values():
        total.merge(cell)
    return total.intended.percentile(0.95) if total.intended.count else 0.0


def _healthy(second: Second, usual_ms: float) -> bool:
    return second.errors < MOST_FAILING * second.requests and _p95_ms(second) <= usual_ms


def faults_named(record: Record, name: str | None) -> list[FaultRecord]:
    """Faults that happened with that title or service; all without a name."""
    if name is None:
        return record.faults
    wanted = _plain(name)
    return [fault for fault in record.faults if wanted in (_plain(fault.title), _plain(fault.service), fault.ref)]


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "_").replace("-", "_")


class RecoveryTime:
    """The longest recovery of the selected faults, in real seconds."""

    names = ("recovery_s",)
    pattern = "recovery_s"
    selectors = ("fault",)

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """Seconds; ``at_least`` when the site had not recovered by the end of the load."""
        name = ref.selector.get("fault")
        faults = faults_named(record, name)
        if not faults:
            raise NoData(f"the fault “{brief(name)}” did not happen" if name else "no fault happened")
        found = [recovery(record, fault) for fault in faults]
        worst = max(found, key=lambda one: (not one.recovered, one.real_s))
        note = "real seconds after the fault ended"
        if not worst.recovered:
            note = "real seconds after the fault ended; not recovered when the load ended"
        return Measured(worst.real_s, note, at_least=not worst.recovered)

    def words(self, record: Record, ref: MetricRef) -> Words:
        """Recovery after a fault."""
        name = ref.selector.get("fault")
        fault = f"the fault “{brief(name, 3, 30)}”" if name else "the faults"
        return Words(
            title=f"Recovery after {fault.removeprefix('the fault ')}",
            unit="whole_s",
            group="recovery",
            happened=f"after {fault} it took {{value}} to recover",
            missed=f"after {fault} it took {{value}}",
            too_high="The site was slow to recover",
        )
