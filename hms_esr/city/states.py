"""Owns the list of US states, the District of Columbia and the territories, with their postal codes.

Knows nothing of forms.
"""

from __future__ import annotations

STATES: dict[str, str] = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
}  # fmt: skip

_MORE = {
    "FM": "Federated States of Micronesia",
    "MH": "Marshall Islands",
    "PW": "Palau",
    "VIRGIN ISLANDS": "U.S. Virgin Islands",
    "VIRGIN ISLANDS, U.S.": "U.S. Virgin Islands",
    "UNITED STATES VIRGIN ISLANDS": "U.S. Virgin Islands",
    "WASHINGTON, D.C.": "District of Columbia",
}
_BY_TEXT = (
    STATES | _MORE | {name.upper(): name for name in STATES.values()} | {name.upper(): name for name in _MORE.values()}
)


def state_name(text: str) -> str | None:
    """The full name meant by a full name or a postal code, in any case; None when there is no such place."""
    return _BY_TEXT.get(" ".join(text.split()).upper())
