"""Owns a whole fuzz: so many odd answers, what became of them, and how the memory went."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

import psutil

from tests.engine.fuzz.answers import odd_answer
from tests.engine.fuzz.person import Crowd

STEPS_EACH = 25


@dataclass
class Fuzzed:
    """``escaped``: last lines of exceptions that left a person, with their number. Memory in bytes, at 10 % and end."""

    answers: int = 0
    people: int = 0
    escaped: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    slowest_s: float = 0.0
    rss_early: int = 0
    rss_end: int = 0


def fuzz(answers: int, seed: int) -> Fuzzed:
    """People come one after the other until they have met ``answers`` answers."""
    found = Fuzzed()
    chance = Random(seed)

    def next_answer() -> list[bytes]:
        found.answers += 1
        return odd_answer(chance)

    crowd = Crowd(chance, next_answer)
    while found.answers < answers:
        began = perf_counter()
        crowd.live(crowd.person(found.people), STEPS_EACH)
        found.slowest_s = max(found.slowest_s, perf_counter() - began)
        found.people += 1
        if not found.people % 100:
            crowd.context.recorder.take(2**31, 0.0)
        if not found.rss_early and found.answers >= answers // 10:
            found.rss_early = _rss()
    found.rss_end = _rss()
    found.escaped, found.outcomes = dict(crowd.escaped), dict(crowd.outcomes)
    crowd.context.close()
    return found


def _rss() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)
