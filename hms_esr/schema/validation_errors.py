"""Owns the sentences for wrong values: what is wanted, what was found, an example.

Knows nothing of places or of which keys a scenario has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.registry import did_you_mean

_WANTED = {
    "string": "text is wanted here, such as 'abc'",
    "int": "a whole number is wanted here, such as 5",
    "float": "a number is wanted here, such as 5",
    "bool": "true or false is wanted here",
    "tuple": "a list is wanted here, such as [a, b]",
    "list": "a list is wanted here, such as [a, b]",
    "dict": "keys and values are wanted here, such as {key: value}",
    "mapping": "keys and values are wanted here, such as {key: value}",
    "model": "keys and values are wanted here, such as {key: value}",
    "datetime": "a date and time is wanted here, such as 2026-03-02T00:00:00",
}
_LIMITS = {
    "greater_than": ("gt", "over {}", 1),
    "greater_than_equal": ("ge", "at least {}", 0),
    "less_than": ("lt", "under {}", -1),
    "less_than_equal": ("le", "at most {}", 0),
}
_LONGEST_SHOWN = 60


def found(value: Any) -> str:
    """What a person wrote, short: a text in quotes, a number as it was spelled, otherwise its kind."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(getattr(value, "text", value))
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[: _LONGEST_SHOWN - 1]}…")
    if isinstance(value, Mapping):
        return "keys and values"
    return "a list" if isinstance(value, (list, tuple)) else type(value).__name__


def figure(value: float, groups: str = "") -> str:
    """A number as people write it, never as ``1e+08``; ``groups`` stands between thousands."""
    if abs(value) >= 1e-4 and value != int(value):
        return f"{value:{groups}.10f}".rstrip("0")
    return f"{int(value):{groups}d}" if value == int(value) else f"{value:g}"


def plain(one: Mapping[str, Any]) -> str:
    """A sentence for one error of pydantic (an item of ``errors()``); our own sentences pass unchanged."""
    kind, value, context = str(one["type"]), one["input"], one.get("ctx") or {}
    if kind == "missing":
        return f"'{one['loc'][-1]}' is missing" if one["loc"] else "a value is missing"
    if kind in _LIMITS and context:
        key, words, step = _LIMITS[kind]
        unit = "s" if isinstance(value, str) and not value.replace(".", "").isdigit() else ""
        limit = context[key]
        example = f"{figure(limit + step)}{unit}"
        return f"{words.format(figure(limit, ','))} is allowed here, such as {example}, found {found(value)}"
    if kind == "literal_error" and "expected" in context:
        names = [name.strip("'") for name in str(context["expected"]).replace(" or ", ", ").split(", ")]
        near = did_you_mean(str(value), names) if isinstance(value, str) else ""
        cure = near if near.startswith(" Did") else ""
        return f"{context['expected']} is allowed here, found {found(value)}.{cure}"
    if kind == "too_short" and "min_length" in context:
        return f"at least {context['min_length']} is wanted here, found {context.get('actual_length', 0)}"
    wanted = _WANTED.get(kind.partition("_")[0])
    if wanted and kind.partition("_")[2] in _SHAPES:
        return f"{wanted}, found {found(value)}"
    return str(one["msg"]).removeprefix("Value error, ")


_SHAPES = frozenset(
    [
        "type",
        "parsing",
        "from_float",
        "parsing_size",
        "from_date_parsing",
        "attributes_type",
        "sub_type",
        "unicode",
        "invalid",
        "past",
        "object_invalid",
    ]
)
