"""Owns faults at work in a run: each is on at its time, off at its end, and its end is seen at the target.

Knows nothing of HTTP: an injector is handed in. Works in threads of its own, so that no clock waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from hms_esr.errors import BadInput, EnvironmentProblem, NothingListens
from hms_esr.events import Happened
from hms_esr.faults import Fault
from hms_esr.faults.injector import Injector
from hms_esr.http.setup_request import guard_for, setup_exchange
from hms_esr.http.tls import Trust
from hms_esr.injectors.city import CityInjector
from hms_esr.injectors.journal import Journal, OpenFault

UNDO_TRIES = 20
REFUSED_TRIES = 3
"""Refused connections on end after which a target counts as gone, and its faults with it."""


@dataclass
class PlannedFault:
    """One fault of the scenario and how far it is: waiting, starting, on, ending, off."""

    ref: str
    fault: Fault
    on_s: float
    off_s: float
    state: str = "waiting"
    fault_id: str = ""


class FaultRunner:
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
            PlannedFault(str(number), fault, fault.at_s, length_s if fault.for_s is None else fault.at_s + fault.for_s)
            for number, fault in enumerate(faults, start=1)
        ]

    @property
    def on(self) -> tuple[str, ...]:
        """Titles of faults that are on."""
        return tuple(planned.fault.title for planned in self._duties if planned.state in ("on", "ending"))

    def moment(self, sim_s: float) -> None:
        """Begin and end what is due; returns at once."""
        for planned in self._duties:
            if planned.state == "waiting" and planned.on_s <= sim_s < planned.off_s:
                planned.state = "starting"
                self._in_thread(self._begin, planned)
            elif planned.state == "on" and sim_s >= planned.off_s:
                planned.state = "ending"
                self._in_thread(self._finish, planned)

    def _in_thread(self, work: Callable[[PlannedFault], None], planned: PlannedFault) -> None:
        thread = Thread(target=work, args=(planned,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _begin(self, planned: PlannedFault) -> None:
        fault = planned.fault
        for_s = max(0.05, (planned.off_s - planned.on_s) / self._warp)
        if not self._note("intended", planned.ref, url=self._url, service=fault.service):
            planned.state = "off"
            return
        try:
            planned.fault_id = self._injector.inject(fault.order(for_s))
        except EnvironmentProblem as error:
            self._not_begun(planned, error)
            return
        self._note("on", planned.ref, fault_id=planned.fault_id)
        planned.state = "on"
        real_s, sim_s = self._now()
        details = fault.order(for_s) | {"title": fault.title}
        self._tell(Happened("fault_on", fault.title, real_s, sim_s, planned.ref, details))

    def _not_begun(self, planned: PlannedFault, error: EnvironmentProblem) -> None:
        """An order without an answer may have been carried out all the same: the target itself is asked."""
        others = [other.fault_id for other in self._duties if other.fault_id]
        gone = isinstance(error, NothingListens) or undo_of(self._injector, planned.fault.service, others)
        if gone:
            self._note("closed", planned.ref)
        left = "" if gone else f"; it may be on at {self._url}"
        self.problems.append(f"the fault “{planned.fault.title}” could not be turned on: {error}{left}")
        planned.state = "off"

    def _finish(self, planned: PlannedFault) -> None:
        began_s = monotonic()
        verified = undo(self._injector, planned.fault_id)
        if verified:
            self._note("closed", planned.ref)
        planned.state = "off"
        real_s, sim_s = self._now()
        details = {"verified": verified, "after_s": monotonic() - began_s}
        self._tell(Happened("fault_off", planned.fault.title, real_s, sim_s, planned.ref, details))
        if not verified:
            self._may_be_on(planned)

    def _may_be_on(self, planned: PlannedFault) -> None:
        self.problems.append(f"the fault “{planned.fault.title}” may still be on at {self._url}")

    def _note(self, state: str, ref: str, **details: str) -> bool:
        """Write to the journal; False, and a problem, when that is not possible."""
        try:
            self._journal.write(state, ref, **details)
        except OSError as error:
            self.problems.append(f"{self._journal.path} cannot be written: {error.strerror or error}")
            return False
        return True

    def end_all(self) -> None:
        """Whatever is on is turned off and seen to be off, however the run ended; returns when that is done."""
        for thread in self._threads:
            thread.join(timeout=30)
        for planned in self._duties:
            if planned.state == "on":
                planned.state = "ending"
                self._finish(planned)
            elif planned.state in ("starting", "ending"):
                self._may_be_on(planned)


def undo(injector: Injector, fault_id: str) -> bool:
    """End a fault and look at the target's own list; False when it may still be on."""

    def ended() -> bool:
        injector.undo(fault_id)
        return fault_id not in injector.active()

    return _seen(ended)


def undo_of(injector: Injector, service: str, others: Collection[str] = ()) -> bool:
    """End every fault of ``service`` whose id is not one of ``others``: for a fault whose id nobody knows."""

    def ended() -> bool:
        left = [fault_id for fault_id, of in injector.active().items() if of == service and fault_id not in others]
        for fault_id in left:
            injector.undo(fault_id)
        return not left

    return _seen(ended)


def _seen(ended: Callable[[], bool]) -> bool:
    """Ask until the end is seen. A target where nothing listens any more has no faults; any other silence proves none.

    (The faults of the city live in its process.)
    """
    refused = 0
    for attempt in range(UNDO_TRIES):
        try:
            if ended():
                return True
            refused = 0
        except NothingListens:
            refused += 1
            if refused == REFUSED_TRIES:
                return True
        except EnvironmentProblem:
            refused = 0
        sleep(0.05 * (attempt + 1))
    return False


def finish_left_over(
    journals: Iterable[Path],
    still_running: Callable[[Path], bool],
    may_load: Iterable[str] = (),
    trust: Trust | None = None,
) -> list[str]:
    """End faults that killed runs left on (each ends by itself too): sentences, what was done and what was not.

    Addresses in journals are contacted on this machine, and where ``may_load`` (``--i-may-load``) says so.
    """
    every = [(path, still_running(path.parent)) for path in journals]
    said: list[str] = []
    others = {(left.url, left.fault_id) for path, running in every if running for left in _open_faults(path, said)}
    silent: dict[str, str] = {}
    for path in (path for path, running in every if not running):
        for left in _open_faults(path, said):
            what = f"a fault of {_shown(left.service)} at {_shown(left.url)}"
            try:
                if left.url in silent:
                    raise EnvironmentProblem(silent[left.url])
                ids = [fault_id for url, fault_id in others if url == left.url and fault_id]
                injector = CityInjector(left.url, setup_exchange(guard_for([left.url], may_load, trust=trust), trust))
                was_on = _end_left_over(injector, left, ids)
                Journal(path).write("closed", left.ref)
                said += [f"run {path.parent.name} had left {what}: it is ended"] if was_on else []
            except (EnvironmentProblem, BadInput) as error:
                silent.setdefault(left.url, str(error))
                said.append(f"run {path.parent.name} may have left {what}: {_shown(str(error), 300)}")
            except OSError as error:
                said.append(f"{path} cannot be written: {error.strerror or error}")
    return said


def _open_faults(path: Path, said: list[str]) -> list[OpenFault]:
    try:
        return Journal(path).open_faults()
    except OSError as error:
        said.append(f"{path} cannot be read: {error.strerror or error}")
        return []


def _end_left_over(injector: Injector, left: OpenFault, others: Collection[str]) -> bool:
    """Whether the fault was on and is ended now; False: it is not on. EnvironmentProblem when nobody can tell."""
    try:
        on = injector.active()
    except NothingListens:
        return False
    if left.fault_id:
        if on.get(left.fault_id) != left.service or left.fault_id in others:
            return False
        ended = undo(injector, left.fault_id)
    else:
        if not any(of == left.service and fault_id not in others for fault_id, of in on.items()):
            return False
        ended = undo_of(injector, left.service, others)
    if not ended:
        raise EnvironmentProblem("it did not end when asked to")
    return True


def _shown(text: str, most: int = 100) -> str:
    """What a file says, fit to be read: short and printable."""
    return "".join(one if one.isprintable() else "?" for one in text[:most])
