"""What random.x makes, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.personas.random_values import check_random_name, known_random_names, random_maker, random_value
from hms_esr.personas.safe import Draw, real_looking
from hms_esr.personas.states import BY_CODE, BY_NAME
from hms_esr.seeded import draw
from tests.each import each

ROOT = Path(__file__).resolve().parents[2]


def draws(seed: int) -> Draw:
    """Draws of one value."""
    return lambda number: draw(seed, "test", number)


def test_states() -> None:
    """random.states is one of the 50 states, and all of them come."""
    found = {random_value("states", draws(seed)) for seed in range(2000)}
    assert found == set(BY_NAME)
    assert len(found) == 50
    assert {random_value("state_codes", draws(seed)) for seed in range(2000)} == set(BY_CODE)


@each("name", known_random_names())
def test_every_known_name_makes_a_safe_text(name: str) -> None:
    """Each known name makes a text, the same for the same draw, that cannot be somebody's identifier."""
    check_random_name(name)
    made = random_maker(name)
    for seed in range(3):
        value = made(draws(seed))
        assert isinstance(value, str)
        assert value == random_value(name, draws(seed))
        assert real_looking(value) == ""


@given(st.integers(0, 2**62))
@settings(deadline=None, max_examples=50)
def test_shapes(seed: int) -> None:
    """Digits, dates and numbers have the shapes their names promise."""
    assert len(random_value("digits", draws(seed))) == 6
    assert 1 <= int(random_value("number", draws(seed))) <= 1000
    assert "2000-01-01" <= random_value("date", draws(seed)) <= "2025-12-31"
    assert random_value("sentence", draws(seed)).endswith(".")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("stats", "unknown random value 'stats'. Did you mean 'states'?"),
        ("citty", "Did you mean 'city'?"),
        ("iban", "can make what belongs to somebody real"),
        ("past_date", "follows today's date"),
        ("seed_instance", "unknown random value"),
        ("__class__", "unknown random value"),
    ],
)
def test_refused(name: str, why: str) -> None:
    """An unknown name is answered with the nearest one, a refused one with the reason."""
    with pytest.raises(ValueError, match=why.replace("?", r"\?").replace("'", "'")):
        check_random_name(name)


def test_checking_our_own_names_does_not_import_faker() -> None:
    """A file that says random.states is checked without the cost of importing Faker."""
    code = (
        "import sys\nfrom hms_esr.personas.random_values import check_random_name as check\n"
        "from hms_esr.personas.template import PersonaTemplate\n"
        "check('states'); check('email'); check('company')\n"
        "PersonaTemplate.model_validate({'role': 'r', 'fields': {'a': 'city', 'b': 'email', 'c': '{a}'}})\n"
        "print('faker' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
