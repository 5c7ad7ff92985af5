"""Owns points as text: InfluxDB's line protocol, every field a float, every time in whole milliseconds.

Knows nothing of what is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from math import isfinite

LONGEST = 120
"""Characters of a tag's value; longer ones end in ``…`` and eight letters of their own."""
SENTENCE = 500
"""Characters of the verdict with its reason: there is one in a run, and people read it whole."""
_ESCAPED = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})


def tag_text(value: str, longest: int = LONGEST) -> str:
    """``value`` as a tag can hold it: one line, printable, no backslash (it would escape what follows), not too long.

    A text cut short stays different from others with the same beginning.
    """
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in value).split()).replace("\\", "/")
    if len(clean) <= longest:
        return clean
    own = blake2b(clean.encode(), digest_size=4).hexdigest()
    return f"{clean[: longest - 9]}…{own}"


def line(
    measurement: str,
    tags: Mapping[str, str],
    fields: Mapping[str, float | None],
    at_ms: int,
    longest: int = LONGEST,
) -> str:
    """One point; tags without a value and fields that are no finite number are left out; empty without fields.

    ``longest``: characters of a tag's value. ValueError when a tag and a field share a name.
    """
    if not tags.keys().isdisjoint(fields):
        raise ValueError(f"{measurement}: a tag and a field share a name: {sorted(tags.keys() & fields.keys())}")
    told = [
        f"{name.translate(_ESCAPED)}={float(value)!r}"
        for name, value in fields.items()
        if value is not None and isfinite(value)
    ]
    if not told:
        return ""
    kept = ((name, tag_text(value, longest)) for name, value in sorted(tags.items()))
    head = "".join(f",{name}={value.translate(_ESCAPED)}" for name, value in kept if value)
    return f"{measurement}{head} {','.join(told)} {at_ms}"
