"""Owns the kinds of load: one file each, one line each in this table; all of it is arithmetic.

Knows nothing of real time, warp or workers: a profile is a curve over simulated seconds.
Entry point group: ``hms_esr.loads``.
"""

from __future__ import annotations

from hms_esr.profiles.profile import Curve, Profile
from hms_esr.registry import Registry

PROFILES: Registry[type[Profile]] = Registry(
    "load",
    {
        "rate": "hms_esr.profiles.rate:RateLoad",
        "people": "hms_esr.profiles.people:PeopleLoad",
        "concurrent": "hms_esr.profiles.concurrent:ConcurrentLoad",
    },
)

__all__ = ["PROFILES", "Curve", "Profile"]
