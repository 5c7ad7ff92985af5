"""Owns the fields every person has unless a template says otherwise: names, address, birth, identifiers, account.

Knows nothing of templates' files. Each value is a function of the person's 16 numbers and of other fields, so that a
template may set ``state_code`` or ``age`` and what hangs on it follows. Addresses are in the US whatever the locale.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from hms_esr.personas.fields.email import EmailField, ascii_name
from hms_esr.personas.safe import make_phone, make_ssn
from hms_esr.personas.states import BY_CODE, BY_NAME, STATES
from hms_esr.personas.tables import Table, table


class Values(dict[str, str]):
    """Fields of one person, made when first asked for and kept; ``numbers`` are 16 draws of 32 bits."""

    __slots__ = ("makers", "numbers", "person_no")

    def __init__(self, person_no: int, numbers: tuple[int, ...], makers: Mapping[str, Maker]) -> None:
        self.person_no = person_no
        self.numbers = numbers
        self.makers = makers

    def __missing__(self, name: str) -> str:
        value = self[name] = self.makers[name](self)
        return value


Maker = Callable[[Values], str]

USES: dict[str, tuple[str, ...]] = {
    "id": (),
    "first_name": (),
    "last_name": (),
    "name": ("first_name", "last_name"),
    "email": ("first_name", "last_name", "id"),
    "username": ("first_name", "last_name", "id"),
    "password": (),
    "phone": ("state_code",),
    "street": (),
    "city": (),
    "state_code": (),
    "state": ("state_code",),
    "zip": ("state_code",),
    "age": (),
    "date_of_birth": ("age",),
    "ssn": (),
    "company": (),
    "job": (),
}
"""Fields every person has, in the order they are shown, and the fields each is made from."""

_YOUNGEST, _OLDEST = 18, 90
_STATE_CODES = Table([state.code for state in STATES], [state.people_100k for state in STATES])


def uses(declared: Collection[str]) -> dict[str, tuple[str, ...]]:
    """:data:`USES` for a template that declares these: then state decides its code, birth the age, not the reverse."""
    found = dict(USES)
    if "state" in declared and "state_code" not in declared:
        found["state_code"], found["state"] = ("state",), ()
    if "date_of_birth" in declared and "age" not in declared:
        found["age"], found["date_of_birth"] = ("date_of_birth",), ()
    return found


def makers(locale: str, today: date, declared: Collection[str]) -> dict[str, Maker]:
    """How each default field is made; ``today`` is the day on which ages are counted."""
    made: dict[str, Maker] = {
        "name": lambda person: f"{person['first_name']} {person['last_name']}",
        "email": lambda person: _EMAIL.make(_no_draw, person),
        "username": _username,
        "password": _password,
        "ssn": lambda person: make_ssn(person.numbers[10] << 32 | person.numbers[11]),
        "phone": _phone,
        "state": lambda person: BY_CODE[code].name if (code := person["state_code"]) in BY_CODE else code,
        "state_code": lambda person: _STATE_CODES.at(person.numbers[5]),
        "zip": _zip,
        "street": _street(table(_US, "street_name")),
        "age": lambda person: str(_YOUNGEST + (person.numbers[7] * (_OLDEST - _YOUNGEST + 1) >> 32)),
        "date_of_birth": _birth(today),
    }
    for number, (name, of_us) in _TABLED.items():
        made[name] = _from_table(table(_US if of_us else locale, name), number)
    turned = uses(declared)
    if turned["state_code"]:
        made["state_code"] = lambda person: BY_NAME[person["state"]].code if person["state"] in BY_NAME else "IA"
    if turned["age"]:
        made["age"] = lambda person: str(age_on(today, person["date_of_birth"]))
    return made


_US = "en_US"
_TABLED = {
    0: ("first_name", False),
    1: ("last_name", False),
    4: ("city", True),
    12: ("company", False),
    15: ("job", False),
}
"""Which of a person's numbers picks which Faker provider, and whether from the US list whatever the locale."""
_EMAIL = EmailField(None, "en_US")


def _no_draw(_: int) -> int:
    raise AssertionError("an e-mail address is made from the name and the id alone")


def _from_table(values: Table, number: int) -> Maker:
    at = values.at
    return lambda person: at(person.numbers[number])


def _street(names: Table) -> Maker:
    at = names.at
    return lambda person: f"{1 + (person.numbers[2] * 9899 >> 32)} {at(person.numbers[3])}"


def _phone(person: Values) -> str:
    state = BY_CODE.get(person["state_code"])
    return make_phone(person.numbers[9] << 32, state.area_code if state else 515)


def _zip(person: Values) -> str:
    state = BY_CODE.get(person["state_code"]) or BY_CODE["IA"]
    return f"{state.zip_min + (person.numbers[6] * (state.zip_max - state.zip_min + 1) >> 32):05d}"


def _username(person: Values) -> str:
    first, last = ascii_name(person["first_name"]), ascii_name(person["last_name"])
    return f"{first[:1] or 'p'}{last[:8]}{person['id'][-12:]}"


def _password(person: Values) -> str:
    """Takes what most rules ask for: a capital, a small letter, a digit, a sign, 14 in all."""
    return f"Ab1-{(person.numbers[13] << 32 | person.numbers[14]) >> 24:010x}"


def _birth(today: date) -> Maker:
    spans = [_birthdays(today, age) for age in range(0, 131)]

    def make(person: Values) -> str:
        text = person["age"]
        first, days = spans[min(int(text), 130)] if text.isdecimal() else spans[40]
        return date.fromordinal(first + (person.numbers[8] * days >> 32)).isoformat()

    return make


def _birthdays(today: date, age: int) -> tuple[int, int]:
    """First day (ordinal) and number of days on which somebody of ``age`` years can have been born."""
    first = _years_before(today, age + 1).toordinal() + 1
    return first, _years_before(today, age).toordinal() - first + 1


def _years_before(today: date, years: int) -> date:
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February: who was born on 1 March is not older yet
        return date(today.year - years, 2, 28)


def age_on(today: date, birth: str) -> int:
    """Whole years on ``today`` of somebody born on the ISO date ``birth``; 0 for a text that is no such date."""
    try:
        born = date.fromisoformat(birth)
    except ValueError:
        return 0
    return max(0, today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
