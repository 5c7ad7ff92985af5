"""Owns the table of benchmarks, in the order of the page: a name, its module, what it measures.

Knows nothing of how they measure.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from benchmarks._results import Found
from benchmarks._setup import Setup


class Benchmark(Protocol):
    """What a module of this table has."""

    def measure(self, setup: Setup) -> Found:
        """Measure, ours and peers turn by turn; LeftOut when a program it cannot do without is missing."""
        ...


BENCHMARKS = {
    "form_journey": "CPU of a form journey, beside FastHttpUser by hand",
    "get": "CPU of a plain GET, beside hey, wrk, autocannon, FastHttpUser and HttpUser",
    "open_load": "2000 people a second on one core, on time, beside Locust",
    "stall": "what is reported when the target stands still for 2 s, beside Locust",
    "burst": "a thousand people in one second",
    "percentiles": "percentiles merged over 5 workers against the exact ones, beside Locust",
    "thinking": "memory of people who think, plain and TLS, beside Locust",
    "killed": "seconds until the rate is back when a worker is killed, beside Locust",
    "master": "CPU of the master at 10 workers and 20 steps, beside Locust",
    "growth": "how cost grows with steps, workers and people",
    "personas": "made-up people per second, beside Faker",
    "city": "page views and forms per second of the mock city",
    "sensors": "what middleware adds to a request of a service",
    "commands": "how long whole commands take",
}


def benchmark(name: str) -> Benchmark:
    """The benchmark called ``name``, a key of the table: the module of that name."""
    return cast(Benchmark, import_module(f"benchmarks.{name}"))
