"""Owns who comes when: numbers everybody of a scenario, with intended time, journey and persona, purely from the seed.

Knows nothing of real time, workers' lives or what people do when they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import accumulate

from hms_esr.profiles.arrival_times import Arrivals
from hms_esr.profiles.profile import Curve
from hms_esr.scenario.model import Journey, Scenario
from hms_esr.seeded import pick, uniform


@dataclass(frozen=True, slots=True)
class Arrival:
    """Person ``person_no`` is to come at simulated second ``at_s`` and do journey ``journey`` (index) as ``role``.

    In a closed load ``place`` is the place the person fills (-1: an open load) and ``at_s`` when it is first filled.
    """

    person_no: int
    at_s: float
    journey: int
    role: str
    place: int = -1


@dataclass(frozen=True, slots=True)
class ArrivalStream:
    """One load and those who come by it: numbers ``first_k …``; ``journeys`` are indices with cumulative weights."""

    arrivals: Arrivals
    closed: bool
    first_k: int
    journeys: tuple[int, ...]
    weights: tuple[float, ...]


class ArrivalSchedule:
    """Everybody of a scenario at a seed, scale and warp. Open streams are numbered first, closed places after them."""

    def __init__(self, scenario: Scenario, *, seed: int, warp: float, scale: float = 1.0) -> None:
        self.scenario = scenario
        self.seed = seed
        self.length_s = scenario.length_s
        self.warp = warp
        self._roles = [
            (tuple(journey.persona), tuple(accumulate(journey.persona.values()))) for journey in scenario.journeys
        ]
        self.streams = tuple(self._streams(scenario, scale))

    def _streams(self, scenario: Scenario, scale: float) -> Iterator[ArrivalStream]:
        common = [index for index, journey in enumerate(scenario.journeys) if journey.load is None]
        loads = [(scenario.load, common)] if scenario.load is not None else []
        loads += [(journey.load, [index]) for index, journey in enumerate(scenario.journeys) if journey.load]
        loads.sort(key=lambda pair: pair[0] is not None and pair[0].closed)
        first_k = 0
        for number, (load, indices) in enumerate(loads):
            if load is None:
                continue
            load = load if scale == 1.0 else load.scaled(scale)
            curve = load.curve(self.length_s, self.warp)
            arrivals = Arrivals(curve, scenario.spacing, self.seed, number)
            weights = tuple(accumulate(_weight(scenario.journeys[index]) for index in indices))
            yield ArrivalStream(arrivals, load.closed, first_k, tuple(indices), weights)
            first_k += arrivals.total

    @property
    def total(self) -> int:
        """Everybody planned; each place of a closed load once."""
        return sum(stream.arrivals.total for stream in self.streams)

    @property
    def closed(self) -> bool:
        """Whether any load is a closed loop."""
        return any(stream.closed for stream in self.streams)

    @property
    def places(self) -> int:
        """Places of all closed loads: the next person of a place has the number ``person_no + places``."""
        return sum(stream.arrivals.total for stream in self.streams if stream.closed)

    def person(self, person_no: int, stream: ArrivalStream, at_s: float) -> Arrival:
        """Person ``person_no`` of ``stream`` coming at ``at_s``."""
        journey = stream.journeys[0]
        if len(stream.journeys) > 1:
            journey = stream.journeys[pick(stream.weights, uniform(self.seed, "journey", person_no))]
        roles, weights = self._roles[journey]
        role = roles[0] if len(roles) == 1 else roles[pick(weights, uniform(self.seed, "role", person_no))]
        return Arrival(person_no, at_s, journey, role, self._first_of(person_no) if stream.closed else -1)

    def _first_of(self, person_no: int) -> int:
        """The number of who first filled the place that ``person_no`` fills; ``person_no`` itself in an open load."""
        return (
            person_no
            if person_no < self.total
            else person_no - self.places * -((self.total - 1 - person_no) // self.places)
        )

    def _stream_of(self, person_no: int) -> ArrivalStream:
        for stream in self.streams:
            if stream.first_k <= person_no < stream.first_k + stream.arrivals.total:
                return stream
        raise IndexError(f"nobody has the number {person_no}; there are {self.total} people")

    def arrival(self, person_no: int) -> Arrival:
        """Person ``person_no``, in O(block); IndexError when nobody has that number."""
        first = self._first_of(person_no) if self.closed else person_no
        stream = self._stream_of(first)
        return self.person(person_no, stream, stream.arrivals.at_s(first - stream.first_k))

    def retry(self, before: Arrival, at_s: float) -> Arrival:
        """Who fills the place of ``before``, a person of a closed load, when it is free again."""
        return self.person(before.person_no + self.places, self._stream_of(before.place), at_s)

    def in_order(
        self, worker: int = 0, workers: int = 1, from_s: float = 0.0, *, closed: bool | None = None
    ) -> Iterator[Arrival]:
        """Those with ``person_no % workers == worker`` from ``from_s`` on, in order of intended time; flat memory.

        ``closed`` asks for those of open or of closed loads only.
        """
        streams = [stream for stream in self.streams if closed is None or stream.closed is closed]
        return merge(*(self._stream(stream, worker, workers, from_s) for stream in streams), key=lambda one: one.at_s)

    def _stream(self, stream: ArrivalStream, worker: int, workers: int, from_s: float) -> Iterator[Arrival]:
        start = (worker - stream.first_k) % workers
        first = stream.arrivals.first_from(from_s)
        start += -((start - first) // workers) * workers if first > start else 0
        for index in range(start, stream.arrivals.total, workers):
            yield self.person(stream.first_k + index, stream, stream.arrivals.at_s(index))

    def expected(self, until_s: float) -> float:
        """People of open loads (and places of closed ones) expected before simulated second ``until_s``."""
        return sum(stream.arrivals.curve.expected(until_s) for stream in self.streams)

    @property
    def peak_per_real_s(self) -> float:
        """Most people starting within one real second by the plan; those who come at once count once, at any warp."""
        return sum(_most_within(stream.arrivals.curve, self.warp) for stream in self.streams)

    def curve(self) -> tuple[Curve, ...]:
        """The curves, one per stream."""
        return tuple(stream.arrivals.curve for stream in self.streams)


def _most_within(curve: Curve, length_s: float) -> float:
    """People who come in ``length_s`` simulated seconds at the highest rate, never more than there are."""
    steepest = max((max(piece.start, piece.end) for piece in curve.pieces), default=0.0)
    return min(curve.total, curve.burst + steepest * length_s)


def _weight(journey: Journey) -> float:
    return journey.weight
