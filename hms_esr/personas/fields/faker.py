"""Owns the field kind ``faker``: any value Faker makes that cannot be a real person's identifier.

Knows nothing of tables' contents. Common providers come from tables (1 microsecond), others ask Faker (about 25).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.personas import fakers
from hms_esr.personas.fields import FIELDS
from hms_esr.personas.safe import Draw
from hms_esr.personas.tables import TABLED, table


class FakerField:
    """``{faker: city}`` or ``{faker: {provider: random_int, min: 1, max: 6}}``; bare, the provider's name alone."""

    def __init__(self, spec: Any, locale: str) -> None:
        if isinstance(spec, Mapping) and isinstance(spec.get("provider"), str):
            provider = spec["provider"]
            arguments = {str(key): value for key, value in spec.items() if key != "provider"}
        elif isinstance(spec, str):
            provider, arguments = spec, {}
        else:
            raise ValueError(
                f"faker takes a provider such as city, or {{provider: random_int, min: 1, max: 6}}, found {spec!r}"
            )
        fakers.check_provider(provider, locale)
        fakers.check_arguments(provider, arguments)
        self._provider, self._arguments, self._locale = provider, arguments, locale
        self._safe = FIELDS.get(fakers.REPLACED[provider])(None, locale) if provider in fakers.REPLACED else None
        self.uses: tuple[str, ...] = self._safe.uses if self._safe else ()
        self.of_run: bool = getattr(self._safe, "of_run", False)
        self._tabled = provider in TABLED and not arguments
        if self._safe is None and not self._tabled:
            fakers.ask(locale, provider, arguments, lambda _: 0)

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """One value."""
        if self._safe is not None:
            return self._safe.make(draw, person)
        if self._tabled:
            return table(self._locale, self._provider).at(draw(0) >> 32)
        return fakers.ask(self._locale, self._provider, self._arguments, draw)
