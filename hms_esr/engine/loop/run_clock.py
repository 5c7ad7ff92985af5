"""Owns the run's two clocks in this process: real seconds since the start, and simulated seconds from them.

Knows nothing of wall-clock time: jumps of it change nothing.
"""

from __future__ import annotations

from time import perf_counter

from hms_esr.clock import SimClock


class RunClock:
    """Starts when :meth:`start` is called; before that both clocks stand at 0."""

    def __init__(self, warp: float) -> None:
        self.sim = SimClock(warp)
        self.plan_warp = warp
        self.origin = perf_counter()

    def start(self) -> None:
        """Real second 0 is now."""
        self.origin = perf_counter()

    def now_s(self) -> float:
        """Real seconds since the start."""
        return perf_counter() - self.origin

    def sim_s(self) -> float:
        """Simulated seconds since the scenario's start."""
        return self.sim.sim_s(perf_counter() - self.origin)

    def until_s(self, sim_s: float) -> float:
        """Real seconds from now until ``sim_s``; infinity while the clock is paused before it."""
        return self.sim.real_s(sim_s) - self.now_s()
