"""Owns faults at work in a run: each is on at its time, off at its end, and its end is seen at the target.

Knows nothing of HTTP: an injector is handed in. Works in threads of its own, so that no clock waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from hms_esr.errors import EnvironmentProblem
from hms_esr.events import Happened
from hms_esr.faults import Fault
from hms_esr.faults.injector import Injector
from hms_esr.sandboxes.city import CityInjector
from hms_esr.sandboxes.journal import Journal

UNDO_TRIES = 20


@dataclass
class Duty:
    """One fault of the scenario and how far it is: waiting, starting, on, ending, off."""

    ref: str
    fault: Fault
    on_s: float
    off_s: float
    state: str = "waiting"
    fault_id: str = ""


class FaultDuty:
    """Carries a scenario's faults out. ``now`` gives (real, simulated) seconds; ``tell`` hears events."""

    def __init__(
        self,
        faults: tuple[Fault, ...],
        injector: Injector,
        url: str,
        journal: Journal,
        *,
        warp: float,
        length_s: float,
        now: Callable[[], tuple[float, float]],
        tell: Callable[[Happened], None],
    ) -> None:
        self._injector = injector
        self._url = url
        self._journal = journal
        self._warp = warp
        self._now = now
        self._tell = tell
        self._threads: list[Thread] = []
        self.problems: list[str] = []
        self._duties = [
            Duty(str(number), fault, fault.at_s, length_s if fault.for_s is None else fault.at_s + fault.for_s)
            for number, fault in enumerate(faults, start=1)
        ]

    @property
    def on(self) -> tuple[str, ...]:
        """Titles of faults that are on."""
        return tuple(duty.fault.title for duty in self._duties if duty.state in ("on", "ending"))

    def moment(self, sim_s: float) -> None:
        """Begin and end what is due; returns at once."""
        for duty in self._duties:
            if duty.state == "waiting" and duty.on_s <= sim_s < duty.off_s:
                duty.state = "starting"
                self._in_thread(self._begin, duty)
            elif duty.state == "on" and sim_s >= duty.off_s:
                duty.state = "ending"
                self._in_thread(self._finish, duty)

    def _in_thread(self, work: Callable[[Duty], None], duty: Duty) -> None:
        thread = Thread(target=work, args=(duty,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _begin(self, duty: Duty) -> None:
        fault = duty.fault
        for_s = max(0.05, (duty.off_s - duty.on_s) / self._warp)
        self._journal.write("intended", duty.ref, url=self._url, service=fault.service)
        try:
            duty.fault_id = self._injector.inject(fault.order(for_s))
        except EnvironmentProblem as error:
            duty.state = "off"
            self._journal.write("closed", duty.ref)
            self.problems.append(f"the fault “{fault.title}” could not be turned on: {error}")
            return
        self._journal.write("on", duty.ref, fault_id=duty.fault_id)
        duty.state = "on"
        real_s, sim_s = self._now()
        details = fault.order(for_s) | {"title": fault.title}
        self._tell(Happened("fault_on", fault.title, real_s, sim_s, duty.ref, details))

    def _finish(self, duty: Duty) -> None:
        began_s = monotonic()
        verified = undo(self._injector, duty.fault_id)
        if verified:
            self._journal.write("closed", duty.ref)
        duty.state = "off"
        real_s, sim_s = self._now()
        details = {"verified": verified, "after_s": monotonic() - began_s}
        self._tell(Happened("fault_off", duty.fault.title, real_s, sim_s, duty.ref, details))
        if not verified:
            self.problems.append(f"the fault “{duty.fault.title}” may still be on at {self._url}")

    def end_all(self) -> None:
        """Whatever is on is turned off and seen to be off, however the run ended; returns when that is done."""
        for thread in self._threads:
            thread.join(timeout=30)
        for duty in self._duties:
            if duty.state == "on":
                duty.state = "ending"
                self._finish(duty)


def undo(injector: Injector, fault_id: str) -> bool:
    """End a fault and look at the target's own list; False when it may still be on."""
    for attempt in range(UNDO_TRIES):
        try:
            injector.undo(fault_id)
            if fault_id not in injector.active():
                return True
        except EnvironmentProblem:
            pass
        sleep(0.05 * (attempt + 1))
    return False


def finish_left_over(journals: list[Path], still_running: Callable[[Path], bool]) -> list[str]:
    """End faults that killed runs left on (each ends by itself too); what was done, in words."""
    done = []
    for path in journals:
        if still_running(path.parent):
            continue
        journal = Journal(path)
        for left in journal.open_faults():
            injector = CityInjector(left.url)
            gone = not injector.is_there()
            if not gone and left.fault_id and not undo(injector, left.fault_id):
                continue
            journal.write("closed", left.ref)
            done.append(f"ended a fault of {left.service} that run {path.parent.name} had left at {left.url}")
    return done
