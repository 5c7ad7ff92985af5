"""Owns the text an owner puts on a host to say that it may be loaded: how it is written and read.

Knows nothing of how it is fetched; the date is handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from hms_esr.scenario.hosts import host_name
from hms_esr.scenario.target_caps import TargetCaps
from hms_esr.units import duration_s, duration_text

PATH = "/.well-known/hms-esr.txt"
_FIRST = "hms-esr: proof 1"
_LINE = re.compile(r"([a-z-]+)\s*:\s*(.*)")
_RATE = re.compile(r"(\d+(?:\.\d+)?)(?:\s*/\s*s)?")
_CONTACT = re.compile(r"[^\s\x00-\x1f()<>\"]{3,100}")
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Proof:
    """An owner's word: ``host`` may be loaded within ``caps`` until the end of the day ``until``."""

    host: str
    until: date
    contact: str
    caps: TargetCaps = field(default_factory=TargetCaps)


def write_proof(proof: Proof) -> str:
    """The text of the file, which :func:`read_proof` reads back to an equal proof."""
    return (
        f"{_FIRST}\nhost: {proof.host}\nmax-rate: {proof.caps.people_per_s:g}/s\n"
        f"max-length: {duration_text(proof.caps.length_s)}\nmax-people: {proof.caps.at_once}\n"
        f"until: {proof.until.isoformat()}\ncontact: {proof.contact}\n"
    )


def read_proof(text: str, host: str, today: date) -> Proof:
    """The proof for ``host`` in ``text``; ValueError says what is missing, wrong or over."""
    lines = [line.strip() for line in text[:_LONGEST].lstrip("\ufeff").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines or lines[0].lower() != _FIRST:
        raise ValueError(f"its first line is not '{_FIRST}'")
    values: dict[str, str] = {}
    for line in lines[1:]:
        match = _LINE.fullmatch(line)
        if match is None or match[1] in values:
            raise ValueError(f"'{line[:80]}' is not one 'key: value'")
        values[match[1]] = match[2].strip()
    missing = [key for key in ("host", "until", "contact") if not values.get(key)]
    if missing:
        raise ValueError(f"it does not say {', '.join(missing)}")
    named = host_name(values["host"])
    if named != host_name(host):
        raise ValueError(f"it is for {named}, not for {host}")
    until = proof_date(values["until"])
    if until < today:
        raise ValueError(f"it was good until {until.isoformat()}")
    return Proof(named, until, proof_contact(values["contact"]), _caps(values))


def _caps(values: dict[str, str]) -> TargetCaps:
    usual = TargetCaps()
    rate = proof_rate(values["max-rate"]) if "max-rate" in values else usual.people_per_s
    length = duration_s(values["max-length"]) if "max-length" in values else usual.length_s
    people = values.get("max-people", str(usual.at_once))
    if not people.isascii() or not people.isdigit():
        raise ValueError(f"max-people is {people!r}; a whole number is allowed")
    return TargetCaps(rate, length, int(people[:9]))


def proof_rate(text: str) -> float:
    """People per second from ``200`` or ``200/s``."""
    match = _RATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a rate; write people per second, such as 200/s")
    return float(match[1])


def proof_date(text: str) -> date:
    """A day from ``2026-12-31``."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a day; write it as 2026-12-31") from None


def proof_contact(text: str) -> str:
    """A mail address, telephone number or page under which the owner is reached, without spaces."""
    if not _CONTACT.fullmatch(text):
        raise ValueError(f"{text!r} is not a contact; write a mail address, number or page without spaces")
    return text
