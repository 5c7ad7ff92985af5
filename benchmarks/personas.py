"""Measures people per second: ours against Faker, turn by turn in one run, so that a slow moment hits both.

Ten fields that forms usually ask for; ``ours_all_fields`` makes every field. Prints one JSON object.
"""

from __future__ import annotations

import json
from statistics import median
from time import process_time

from faker import Faker

from hms_esr.personas.fakers import faker_version
from hms_esr.personas.person import PeopleMaker
from hms_esr.personas.template import PersonaTemplate

ROUNDS = 7
OURS, FAKERS = 20_000, 300
TEN = ("first_name", "last_name", "email", "phone", "street", "city", "state", "zip", "ssn", "date_of_birth")
GOAL_PER_S = 50_000


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


def main() -> None:
    """Interleave the three, take medians, print one JSON object."""
    maker = PeopleMaker(PersonaTemplate(role="citizen"), 1, "fixed")
    fake, plain = Faker("en_US"), Faker("en_US", use_weighting=False)
    dict(maker.person(0).fields), fakers(fake), fakers(plain)
    rounds = [
        (ours(maker, turn * OURS), ours_all(maker, turn * OURS), fakers(fake), fakers(plain)) for turn in range(ROUNDS)
    ]
    ten, every, weighted, unweighted = (round(median(column)) for column in zip(*rounds, strict=True))
    result = {
        "what": "people per CPU second on one core, medians of interleaved rounds",
        "rounds": ROUNDS,
        "ours_ten_fields_per_s": ten,
        "ours_all_fields_per_s": every,
        "faker_per_s": weighted,
        "faker_without_weights_per_s": unweighted,
        "times_faker": round(ten / weighted, 1),
        "goal_per_s": GOAL_PER_S,
        "reached": ten >= GOAL_PER_S,
        "faker": faker_version(),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
