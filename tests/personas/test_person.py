"""Who person k is: the same for the same template, seed and k, whoever asks, where and in what order."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.personas.defaults import USES, age_on
from hms_esr.personas.person import REFERENCE_DAY, PeopleMaker

from .people import maker, shipped, template

ROOT = Path(__file__).resolve().parents[2]
_THREE_FARMERS = """
import json, yaml
from hms_esr.personas.person import PeopleMaker
from hms_esr.personas.template import PersonaTemplate
farmers = PeopleMaker(PersonaTemplate.model_validate(yaml.safe_load(open("personas/farmer.yaml"))), 1, "fixed")
people = [farmers.person(k) for k in range(3)]
print(json.dumps([[dict(p.fields), p.patience_s, p.user_agent, p.account.password] for p in people]))
"""


def _in_another_process(hash_seed: str) -> list[object]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _THREE_FARMERS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_same_people_in_every_process() -> None:
    """Three farmers are the same in this process and in two others with other hash seeds."""
    farmers = PeopleMaker(shipped("farmer"), 1, "fixed")
    here = []
    for k in range(3):
        person = farmers.person(k)
        assert person.account is not None
        here.append([dict(person.fields), person.patience_s, person.user_agent, person.account.password])
    assert _in_another_process("1") == _in_another_process("77") == here


def test_what_we_draw_ourselves_is_pinned() -> None:
    """Fields that do not come from Faker's lists stay the same from version to version."""
    keys = {"crop": {"choice": {"corn": 3, "soy": 1}}, "acres": {"range": {"min": 40, "max": 3200, "step": 10}}}
    fields = maker(fields=keys).person(17).fields
    names = ("id", "password", "phone", "state_code", "zip", "age", "date_of_birth", "ssn", "crop", "acres")
    assert [fields[name] for name in names] == PINNED


PINNED = [
    "5e5e5e5e-0d6e-43f5-815e-ab71cdd19b0e",
    "Ab1-f930f4c952",
    "405-555-0176",
    "OK",
    "73006",
    "89",
    "1936-08-15",
    "951-05-3749",
    "soy",
    "2710",
]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_of_asking_changes_nothing(numbers: list[int], chance: random.Random) -> None:
    """People and fields asked for in any order are those asked for in the usual order."""
    farmers = PeopleMaker(shipped("farmer"), 9, "fixed")
    usual = {k: dict(PeopleMaker(shipped("farmer"), 9, "fixed").person(k).fields) for k in sorted(set(numbers))}
    for k in numbers:
        person = farmers.person(k)
        names = list(person.fields)
        chance.shuffle(names)
        assert {name: person.fields[name] for name in names} == usual[k]


def test_other_seed_other_k_other_role_other_person() -> None:
    """Seed, number and role each make another person."""
    base = maker(seed=1).person(5).fields
    for other in (maker(seed=2).person(5), maker(seed=1).person(6), maker(seed=1, role="other").person(5)):
        assert other.fields["id"] != base["id"]
        assert dict(other.fields) != dict(base)


def test_adding_a_field_leaves_the_others() -> None:
    """A template that declares one field more makes the same people otherwise."""
    before = maker(fields={"crop": {"choice": ["corn", "soy", "oats"]}}).person(3).fields
    after = maker(fields={"herd": {"range": {"min": 1, "max": 9}}, "crop": {"choice": ["corn", "soy", "oats"]}}).person(
        3
    )
    assert {name: after.fields[name] for name in before} == dict(before)


IDENTITY = {"id", "email", "username"}


def test_per_run_changes_identity_alone() -> None:
    """Under per_run, ids, e-mails and user names follow the run's id, and nothing else does."""
    farmers = shipped("farmer")
    first, second = (PeopleMaker(farmers, 1, "per_run", run).person(4).fields for run in ("run-1", "run-2"))
    again = PeopleMaker(farmers, 1, "per_run", "run-1").person(4).fields
    assert {name for name in first if first[name] != second[name]} == IDENTITY
    assert dict(first) == dict(again)


def test_fixed_ignores_the_run() -> None:
    """Under fixed, the run's id changes nothing."""
    farmers = shipped("farmer")
    assert dict(PeopleMaker(farmers, 1, "fixed", "a").person(4).fields) == dict(
        PeopleMaker(farmers, 1, "fixed", "b").person(4).fields
    )


def test_declared_identifiers_follow_the_run() -> None:
    """A uuid or e-mail that a template declares differs between runs, bare providers of Faker too."""
    keys = {
        "fields": {"case": "uuid", "work": {"email": {"domain": "farms.test"}}, "box": "company_email", "herd": "job"}
    }
    first, second = (PeopleMaker(template(**keys), 1, "per_run", run).person(0).fields for run in ("a", "b"))
    assert {name for name in first if first[name] != second[name]} == IDENTITY | {"case", "work", "box"}


def test_nobody_shares_an_id_or_address() -> None:
    """Ids, e-mails and user names of 20 000 people are all different."""
    made = maker()
    people = [made.person(k).fields for k in range(20_000)]
    for name in IDENTITY:
        assert len({fields[name] for fields in people}) == len(people)


def test_everybody_has_the_usual_fields() -> None:
    """A template without fields has all the usual ones, none of them empty."""
    fields = maker().person(0).fields
    assert list(fields) == list(USES)
    assert all(fields.values())
    assert len(fields) == len(USES)
    assert "name" in fields and "nmae" not in fields


def test_unknown_field_is_named() -> None:
    """Asking for a field nobody has names the nearest one."""
    with pytest.raises(KeyError, match=r"unknown field 'emial'\. Did you mean 'email'"):
        maker().person(0).fields["emial"]


@given(st.integers(0, 2**62), st.integers(0, 2**40), st.dates(date(1930, 1, 1), date(2090, 12, 31)))
@settings(max_examples=200, deadline=None)
def test_age_and_birth_agree(seed: int, k: int, today: date) -> None:
    """Age is the age on the day it is counted, leap days included."""
    fields = PeopleMaker(template(), seed, "fixed", today=today).person(k).fields
    assert age_on(today, fields["date_of_birth"]) == int(fields["age"])
    assert 18 <= int(fields["age"]) <= 90


def test_age_follows_a_declared_birth_and_the_reverse() -> None:
    """A template may declare the age or the date of birth; the other follows."""
    by_age = maker(fields={"age": {"range": {"min": 17, "max": 26}}})
    by_birth = maker(fields={"date_of_birth": {"range": {"min": "1990-01-01", "max": "1991-12-31"}}})
    for k in range(50):
        fields = by_age.person(k).fields
        assert 17 <= int(fields["age"]) == age_on(REFERENCE_DAY, fields["date_of_birth"]) <= 26
        assert by_birth.person(k).fields["age"] in ("34", "35", "36")


def test_state_zip_and_phone_agree() -> None:
    """State, its code, ZIP and telephone belong together, whichever of code and name is declared."""
    by_code = maker(fields={"state_code": {"choice": ["IA"]}}).person(1).fields
    by_name = maker(fields={"state": {"choice": ["Iowa"]}}).person(1).fields
    for fields in (by_code, by_name):
        assert (fields["state"], fields["state_code"]) == ("Iowa", "IA")
        assert 50001 <= int(fields["zip"]) <= 52809
        assert fields["phone"].startswith("515-555-01")


def test_name_and_email_follow_a_declared_name() -> None:
    """Who declares a first name gets it in the whole name and the address, letters made plain."""
    fields = maker(fields={"first_name": {"choice": ["Íñigo"]}, "last_name": {"choice": ["山田"]}}).person(0).fields
    assert fields["name"] == "Íñigo 山田"
    assert fields["email"].startswith("inigo.p.")
    assert fields["email"].isascii()


def test_common_names_are_common() -> None:
    """Names come as often as Faker's own weights say."""
    people = maker()
    found = Counter(people.person(k).fields["last_name"] for k in range(20_000))
    assert found.most_common(1)[0][0] == "Smith"


def test_states_come_by_their_people() -> None:
    """California is met about 66 times as often as Wyoming."""
    people = maker()
    found = Counter(people.person(k).fields["state_code"] for k in range(20_000))
    assert 0.105 < found["CA"] / 20_000 < 0.133
    assert found["WY"] < 100


def test_patience_browser_and_language() -> None:
    """Patience is spread around its median, browsers are those of the template, the language is the locale's."""
    people = maker(patience={"median": "20s", "spread": 0.4}, user_agents=["A/1", "B/2"], locale="es_MX")
    patience = sorted(people.person(k).patience_s or 0.0 for k in range(2001))
    assert 19 < patience[1000] < 21
    assert patience[0] < 10 < 40 < patience[-1]
    assert {people.person(k).user_agent for k in range(40)} == {"A/1", "B/2"}
    assert people.person(0).accept_language == "es-MX,es;q=0.9,en;q=0.5"
    assert maker().person(0).patience_s is None
    assert maker().person(0).accept_language == "en-US,en;q=0.9"
    assert people.person(3).patience_s == people.person(3).patience_s


def test_accounts() -> None:
    """An account is made of the person's fields, or of the texts a template gives; others have none."""
    assert maker().person(0).account is None
    own = maker(account=True).person(0)
    assert own.account is not None
    assert (own.account.email, own.account.password) == (own.fields["email"], own.fields["password"])
    told = maker(fields={"badge": {"range": {"min": 7, "max": 7}}}, account={"username": "clerk-{badge}"}).person(0)
    assert told.account is not None
    assert (told.account.username, told.account.email) == ("clerk-7", told.fields["email"])
    assert told.fields["username"] == "clerk-7"
    assert maker(account={"email": "{email}"}).person(0).fields["email"] == maker().person(0).fields["email"]


def test_behavior_is_the_templates() -> None:
    """Role, pace, rage and skips of a person are the template's."""
    farmer = PeopleMaker(shipped("farmer"), 1, "fixed").person(0)
    assert farmer.role == "farmer"
    assert farmer.pace is not None and farmer.pace.median_s == 6.0
    assert farmer.rage is not None and (farmer.rage.probability, farmer.rage.refreshes, farmer.rage.pause_s) == (
        0.6,
        3,
        2.0,
    )
    assert farmer.skips == {"upload": 0.1}
