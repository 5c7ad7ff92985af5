"""Owns the field kind ``email``: addresses in domains that no mail can reach, one per person.

Knows nothing of accounts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hms_esr.personas.safe import EMAIL_DOMAIN, Draw, safe_domain


@lru_cache(maxsize=8192)
def ascii_name(name: str) -> str:
    """``José Muñoz`` → ``josemunoz``; empty for names that have no Latin letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())[:20]


class EmailField:
    """``work_email: email`` or ``{email: {domain: farms.test}}``; unique, for it carries the end of the person's id."""

    uses: tuple[str, ...] = ("first_name", "last_name", "id")
    of_run = True

    def __init__(self, spec: Any, locale: str) -> None:
        self._domain = EMAIL_DOMAIN
        if spec in (None, {}, True):
            return
        if not isinstance(spec, Mapping) or set(spec) != {"domain"}:
            raise ValueError(
                f"email takes domain or nothing, such as {{email: {{domain: farms.test}}}}, found {spec!r}"
            )
        self._domain = str(spec["domain"]).lower()
        labels = self._domain.split(".")
        if not safe_domain(self._domain) or not all(
            re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", one) for one in labels
        ):
            raise ValueError(
                f"'{self._domain}' may belong to somebody; "
                "a domain ends in .test, or is example.com, example.org or example.net"
            )

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """``maria.garcia.0a1b2c3d4e5f@people.test``."""
        first, last = ascii_name(person["first_name"]) or "p", ascii_name(person["last_name"]) or "p"
        return f"{first}.{last}.{person['id'][-12:]}@{self._domain}"
