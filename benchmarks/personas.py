"""Owns the measure of people per second: ours against Faker, turn by turn in one run, so that a slow moment hits both.

Knows nothing of rehearsals. Ten fields that forms usually ask for; :func:`ours_all` makes every field.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median
from time import process_time

from faker import Faker

from benchmarks._page import Row, Section, publish, spread
from hms_esr.personas.fakers import faker_version
from hms_esr.personas.person import PeopleMaker
from hms_esr.personas.template import PersonaTemplate

ROUNDS = 7
OURS, FAKERS = 20_000, 300
TEN = ("first_name", "last_name", "email", "phone", "street", "city", "state", "zip", "ssn", "date_of_birth")
GOAL_PER_S = 50_000
HOW = """People per CPU second on one core, ours and Faker's in turn: ten fields that forms usually ask for."""


def ours(maker: PeopleMaker, first: int) -> float:
    """People per CPU second, ten fields each."""
    started = process_time()
    for k in range(first, first + OURS):
        fields = maker.person(k).fields
        for name in TEN:
            fields[name]
    return OURS / (process_time() - started)


def ours_all(maker: PeopleMaker, first: int) -> float:
    """People per CPU second, every field each."""
    started = process_time()
    for k in range(first, first + OURS):
        dict(maker.person(k).fields)
    return OURS / (process_time() - started)


def fakers(fake: Faker) -> float:
    """People per CPU second, the ten fields by Faker's own providers."""
    started = process_time()
    for _ in range(FAKERS):
        fake.first_name(), fake.last_name(), fake.email(), fake.phone_number(), fake.street_address()
        fake.city(), fake.state(), fake.postcode(), fake.ssn(), fake.date_of_birth()
    return FAKERS / (process_time() - started)


def measure() -> Section:
    """Interleave the four, take medians."""
    maker = PeopleMaker(PersonaTemplate(role="citizen"), 1, "fixed")
    fake, plain = Faker("en_US"), Faker("en_US", use_weighting=False)
    dict(maker.person(0).fields), fakers(fake), fakers(plain)
    rounds = [
        (ours(maker, turn * OURS), ours_all(maker, turn * OURS), fakers(fake), fakers(plain)) for turn in range(ROUNDS)
    ]
    ten, every, weighted, unweighted = zip(*rounds, strict=True)
    rows = [
        Row("ours, ten fields, people per CPU second", spread(ten), f"≥ {GOAL_PER_S:,}", median(ten) >= GOAL_PER_S),
        Row("ours, every field", spread(every)),
        Row("Faker, the same ten fields", spread(weighted)),
        Row("Faker, `use_weighting=False`", spread(unweighted)),
        Row("ours / Faker", f"{median(ten) / median(weighted):.1f}"),
    ]
    return Section("People", "personas", f"{HOW} Faker {faker_version()}.", rows)


def main(arguments: list[str] | None = None) -> Section:
    """Measure and publish."""
    argparse.ArgumentParser(description="People per CPU second, against Faker.").parse_args(arguments)
    section = measure()
    publish(section)
    return section


if __name__ == "__main__":
    sys.exit(bool(main().missed))
