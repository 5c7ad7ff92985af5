"""Owns the measure of people per second: ours against Faker, turn by turn in one run, so that a slow moment hits both.

Knows nothing of rehearsals. Ten fields that forms usually ask for; :func:`ours_all` makes every field.
"""

from __future__ import annotations

from time import process_time

from faker import Faker

from benchmarks._processes import GENERATOR_CORE, own_core
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from hms_esr.personas.fakers import faker_version
from hms_esr.personas.person import PeopleMaker
from hms_esr.personas.template import PersonaTemplate

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


def measure(setup: Setup) -> Found:
    """Interleave the four."""
    maker = PeopleMaker(PersonaTemplate(role="citizen"), 1, "fixed")
    fake, plain = Faker("en_US"), Faker("en_US", use_weighting=False)
    dict(maker.person(0).fields), fakers(fake), fakers(plain)
    own_core(GENERATOR_CORE)
    rounds = [
        (ours(maker, turn * OURS), ours_all(maker, turn * OURS), fakers(fake), fakers(plain))
        for turn in range(setup.size(2 * setup.rounds + 1, 1))
    ]
    ten, every, weighted, unweighted = (list(values) for values in zip(*rounds, strict=True))
    goal = Goal("people made per CPU second", ten, "≥", GOAL_PER_S, peer="Faker", beside=weighted)
    figures = [
        Figure("ours, ten fields, people per CPU second", ten),
        Figure("ours, every field", every),
        Figure("Faker, the same ten fields", weighted),
        Figure("Faker, `use_weighting=False`", unweighted),
    ]
    return Found("People", HOW, figures, [goal], versions={"Faker": faker_version()})
