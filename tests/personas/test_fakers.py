"""Which of Faker's providers may be asked."""

from __future__ import annotations

import pytest

from hms_esr.personas import fakers
from hms_esr.personas.fakers import ask, check_provider, faker_version, provider_names


def test_the_version_is_known() -> None:
    """The version of Faker is told without importing it, for the record of a run."""
    import faker

    assert faker_version() == faker.VERSION


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("pt_BR", "cpf"),
        ("es_ES", "nif"),
        ("pl_PL", "pesel"),
        ("fr_FR", "siret"),
        ("es_MX", "curp"),
        ("de_DE", "vat_id"),
    ],
)
def test_national_numbers_are_refused(locale: str, name: str) -> None:
    """Numbers of persons and companies that only one country has are refused with the reason."""
    with pytest.raises(ValueError, match="exists in that locale only and may make a real number of somebody"):
        check_provider(name, locale)


def test_parts_of_local_addresses_are_allowed() -> None:
    """What only one locale's addresses have may be asked there."""
    assert "city_adjective" in provider_names("es_MX")
    assert ask("es_MX", "city_adjective", {}, lambda _: 1) in ("Nueva", "Vieja")


def test_a_drawn_number_of_the_wrong_shape_is_replaced() -> None:
    """A provider that is told to make Social Security numbers makes only ones that nobody has."""
    for seed in range(50):
        value = ask("en_US", "numerify", {"text": "###-##-####"}, lambda i, seed=seed: seed + i)  # type: ignore[misc]
        assert value[0] == "9" or value[:3] in ("000", "666") or "00" in (value[4:6], value[7:9])


def test_no_allowed_provider_follows_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every allowed provider makes the same value whatever the day is."""
    import datetime
    import time

    names = [name for name in provider_names("en_US") if name not in fakers.REPLACED]
    before = {name: ask("en_US", name, {}, lambda _: 7) for name in names}
    dated = ask("en_US", "date_time_this_century", {}, lambda _: 7)

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Later:
            return cls(2077, 5, 5, tzinfo=tz)

    for module in ("faker.providers.date_time", "faker.providers.credit_card", "faker.providers.passport"):
        monkeypatch.setattr(f"{module}.datetime", Later, raising=False)
    monkeypatch.setattr(time, "time", lambda: 3_387_000_000.0)
    assert ask("en_US", "date_time_this_century", {}, lambda _: 7) != dated, "the clock was not moved for Faker"
    assert {name: ask("en_US", name, {}, lambda _: 7) for name in names} == before
