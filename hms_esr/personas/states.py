"""Owns the 50 US states: code, name, one telephone area code, ZIP range, people.

Knows nothing of persons; everything is data.
"""

from __future__ import annotations

from typing import NamedTuple


class State(NamedTuple):
    """One state. ``people_100k`` is its population of 2020 in hundred thousands; ZIP codes lie in the closed range."""

    code: str
    name: str
    area_code: int
    zip_min: int
    zip_max: int
    people_100k: int


_ROWS = (
    ("AL", "Alabama", 205, 35004, 36925, 50),
    ("AK", "Alaska", 907, 99501, 99950, 7),
    ("AZ", "Arizona", 602, 85001, 86556, 72),
    ("AR", "Arkansas", 501, 71601, 72959, 30),
    ("CA", "California", 916, 90001, 96162, 395),
    ("CO", "Colorado", 303, 80001, 81658, 58),
    ("CT", "Connecticut", 860, 6001, 6389, 36),
    ("DE", "Delaware", 302, 19701, 19980, 10),
    ("FL", "Florida", 850, 32004, 34997, 215),
    ("GA", "Georgia", 404, 30001, 31999, 107),
    ("HI", "Hawaii", 808, 96701, 96898, 15),
    ("ID", "Idaho", 208, 83201, 83876, 18),
    ("IL", "Illinois", 217, 60001, 62999, 128),
    ("IN", "Indiana", 317, 46001, 47997, 68),
    ("IA", "Iowa", 515, 50001, 52809, 32),
    ("KS", "Kansas", 785, 66002, 67954, 29),
    ("KY", "Kentucky", 502, 40003, 42788, 45),
    ("LA", "Louisiana", 225, 70001, 71232, 47),
    ("ME", "Maine", 207, 3901, 4992, 14),
    ("MD", "Maryland", 410, 20812, 21930, 62),
    ("MA", "Massachusetts", 617, 1001, 2791, 70),
    ("MI", "Michigan", 517, 48001, 49971, 101),
    ("MN", "Minnesota", 651, 55001, 56763, 57),
    ("MS", "Mississippi", 601, 38601, 39776, 30),
    ("MO", "Missouri", 573, 63001, 65899, 62),
    ("MT", "Montana", 406, 59001, 59937, 11),
    ("NE", "Nebraska", 402, 68001, 68118, 20),
    ("NV", "Nevada", 775, 88901, 89883, 31),
    ("NH", "New Hampshire", 603, 3031, 3897, 14),
    ("NJ", "New Jersey", 609, 7001, 8989, 93),
    ("NM", "New Mexico", 505, 87001, 88441, 21),
    ("NY", "New York", 518, 10001, 14905, 202),
    ("NC", "North Carolina", 919, 27006, 28909, 104),
    ("ND", "North Dakota", 701, 58001, 58856, 8),
    ("OH", "Ohio", 614, 43001, 45999, 118),
    ("OK", "Oklahoma", 405, 73001, 73199, 40),
    ("OR", "Oregon", 503, 97001, 97920, 42),
    ("PA", "Pennsylvania", 717, 15001, 19640, 130),
    ("RI", "Rhode Island", 401, 2801, 2940, 11),
    ("SC", "South Carolina", 803, 29001, 29948, 51),
    ("SD", "South Dakota", 605, 57001, 57799, 9),
    ("TN", "Tennessee", 615, 37010, 38589, 69),
    ("TX", "Texas", 512, 75503, 79999, 291),
    ("UT", "Utah", 801, 84001, 84784, 33),
    ("VT", "Vermont", 802, 5001, 5495, 6),
    ("VA", "Virginia", 804, 22001, 24658, 86),
    ("WA", "Washington", 360, 98001, 99403, 77),
    ("WV", "West Virginia", 304, 24701, 26886, 18),
    ("WI", "Wisconsin", 608, 53001, 54990, 59),
    ("WY", "Wyoming", 307, 82001, 83128, 6),
)

STATES: tuple[State, ...] = tuple(State(*row) for row in _ROWS)
"""All 50, by name."""

BY_CODE: dict[str, State] = {state.code: state for state in STATES}
"""``IA`` → Iowa."""

BY_NAME: dict[str, State] = {state.name: state for state in STATES}
"""``Iowa`` → Iowa."""
