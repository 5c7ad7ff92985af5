"""Owns files nobody wrote on purpose: scenarios bent at random, a pure function of a seed.

Knows nothing of what becomes of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

WORDS = [
    *(
        "[",
        "]",
        "{",
        "}",
        "- ",
        ": ",
        ":",
        ",",
        "&a ",
        "*a",
        "<<: ",
        "!!x ",
        "| ",
        ">",
        "? ",
        "#",
        "'",
        '"',
        "\t",
        "\n",
        "---\n",
    ),
    *(
        "null",
        "~",
        "true",
        "no",
        "1:30",
        "014",
        "-1",
        "0",
        "1e999",
        "5m",
        "5",
        "99999999999999999999999",
        "NaN",
        ".inf",
    ),
    *(
        "{{ persona.x }}",
        "{{ vars.y }}",
        "{{",
        "}}",
        "{{ random.states }}",
        "{{ data.a.b }}",
        "../../x",
        "\\",
        "%",
        "@",
        "`",
    ),
    *(
        "visit",
        "click",
        "fill",
        "maybe",
        "await",
        "steps",
        "journeys",
        "load",
        "people",
        "rate",
        "faults",
        "checks",
        "name",
    ),
    *(
        "scenario",
        "users",
        "script",
        "load_profile",
        "changes",
        "box",
        "probes",
        "personas",
        "rps=80",
        "db_down@hour12",
        "warn",
    ),
    *("\0", "\x07", "\u2028", "\ud800", "é", "😀", "\ufeff", "a" * 300, "[" * 40, "  " * 40, "- " * 40),
]

KEYS = [word for word in WORDS if word.isidentifier()]


def bent(texts: list[str], seed: int) -> bytes:
    """One of ``texts`` with one to six changes; now and then bytes that are no text."""
    chance = Random(seed)
    text = chance.choice(texts)
    for _ in range(chance.randint(1, 6)):
        text = chance.choice(_CHANGES)(text, chance, texts)
    raw = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.05:
        at = chance.randrange(len(raw) + 1)
        raw = raw[:at] + chance.randbytes(chance.randint(1, 4)) + raw[at:]
    return raw


VALUES: list[Any] = [None, True, -1, 0, 5, 1.5, 10**40, "", "x", "5m", "0s", "{{ persona.x }}", "{{ vars.y }}", "../x"]
VALUES += [
    [],
    {},
    [1],
    {"a": 1},
    [[0, 5]],
    ["submit"],
    {"visit": "/"},
    {"people": 5, "over": "1m"},
    "latency_p95_ms < 5",
    "a" * 500,
]


def reshaped(documents: list[Any], seed: int) -> bytes:
    """One of ``documents`` with one to four values replaced, removed, doubled or moved, as JSON."""
    chance = Random(seed)
    document = json.loads(json.dumps(chance.choice(documents)))
    for _ in range(chance.randint(1, 4)):
        _reshape(document, chance, documents)
    return json.dumps(document).encode()


def _reshape(document: Any, chance: Random, documents: list[Any]) -> None:
    container = chance.choice([one for one in _containers(document) if one] or [document])
    key = chance.choice(list(container) if isinstance(container, dict) else list(range(len(container))) or [0])
    if not container:
        return
    value = chance.choice([*VALUES, chance.choice(list(_containers(chance.choice(documents))))])
    match chance.randrange(4):
        case 0:
            del container[key]
        case 1 if isinstance(container, dict):
            container[chance.choice([*KEYS, f"{key}x"])] = container.pop(key)
        case 2 if isinstance(container, list):
            container.insert(key, container[key])
        case _:
            container[key] = json.loads(json.dumps(value))


def _containers(value: Any) -> Iterator[Any]:
    """Every list and mapping in ``value``, itself included."""
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _containers(inner)


def _insert(text: str, chance: Random, texts: list[str]) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(WORDS) + text[at:]


def _replace_word(text: str, chance: Random, texts: list[str]) -> str:
    words = text.split(" ")
    words[chance.randrange(len(words))] = chance.choice(WORDS)
    return " ".join(words)


def _cut(text: str, chance: Random, texts: list[str]) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at + chance.randint(1, 40) :]


def _end(text: str, chance: Random, texts: list[str]) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _lines(text: str, chance: Random, texts: list[str]) -> str:
    lines = text.split("\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]
    if chance.random() < 0.5:
        lines.insert(chance.randrange(len(lines) + 1), lines[at])
    return "\n".join(lines)


def _indent(text: str, chance: Random, texts: list[str]) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = lines[at][chance.randint(1, 3) :] if chance.random() < 0.5 else " " * chance.randint(1, 3) + lines[at]
    return "\n".join(lines)


def _key(text: str, chance: Random, texts: list[str]) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    head, sign, tail = lines[at].partition(":")
    if chance.random() < 0.5:
        lines[at] = f"{head}{sign} {chance.choice(WORDS)}"
    else:
        lines[at] = f"{head[: len(head) - len(head.lstrip())]}{chance.choice(WORDS)}{sign}{tail}"
    return "\n".join(lines)


def _splice(text: str, chance: Random, texts: list[str]) -> str:
    other = chance.choice(texts).split("\n")
    at = chance.randrange(len(other))
    lines = text.split("\n")
    lines[chance.randrange(len(lines)) :] = other[at:]
    return "\n".join(lines)


_CHANGES = [_insert, _replace_word, _cut, _end, _lines, _indent, _key, _key, _splice]
