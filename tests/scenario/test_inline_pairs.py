"""Several pairs on one list line."""

from __future__ import annotations

import pytest

from hms_esr.errors import BadInput
from hms_esr.scenario.source import read_document
from tests.each import each

READ: list[tuple[str, object]] = [
    ('- fill:   "id"  value: "X 1"', [{"fill": "id", "value": "X 1"}]),
    ('- upload: "photo.jpg"    sizeKB: 420', [{"upload": "photo.jpg", "sizeKB": 420}]),
    ("- fill: id  value: X1  # why", [{"fill": "id", "value": "X1"}]),
    ("- fill: id value: X1", [{"fill": "id", "value": "X1"}]),
    ("- click: Send it now  name: send", [{"click": "Send it now", "name": "send"}]),
    ("- expect: {page: /c, status: 200}  name: end", [{"expect": {"page": "/c", "status": 200}, "name": "end"}]),
    ("- fill: 'it''s'  value: \"a \\\" b\"", [{"fill": "it's", "value": 'a " b'}]),
    ("- a: [1, 2]  b: x,y{z", [{"a": [1, 2], "b": "x,y{z"}]),
    ("- a: 1  b: 2  c: 3\n- d: 4  e: 5\n", [{"a": 1, "b": 2, "c": 3}, {"d": 4, "e": 5}]),
    ("- a: 1  b: 2\n  c: 3\n", [{"a": 1, "b": 2, "c": 3}]),
    ("x:\n  - a: 1  b: 2\n  - m:\n      - c: 3  d: 4\n  - e: 5  f: 6\n",
     {"x": [{"a": 1, "b": 2}, {"m": [{"c": 3, "d": 4}]}, {"e": 5, "f": 6}]}),
    ('- a: http://x:80/y  b: "c: d"', [{"a": "http://x:80/y", "b": "c: d"}]),
]  # fmt: skip


@each(("text", "expected"), READ)
def test_pairs_on_one_line_are_read(text: str, expected: object) -> None:
    """Each pair becomes a key of the item."""
    assert read_document(text, "f").data == expected


def test_places_point_into_the_line_as_written() -> None:
    """Keys and values of every pair keep their columns."""
    document = read_document('steps:\n  - fill:   "id"  value: "X1"\n  - pay: card  failIf: "a>2"\n', "f")
    assert document.place(("steps", 0, "fill")) == (2, 13)
    assert document.place(("steps", 0, "value"), key=True) == (2, 19)
    assert document.place(("steps", 0, "value")) == (2, 26)
    assert document.place(("steps", 1, "failIf")) == (3, 24)


UNTOUCHED = [
    '- |\n  - fill: a  value: b\n- "- fill: a  value: b"\n',
    "- text: 'a  b: c'\n",
    "- a:\n    - b: 1\n      c: 2\n",
    "# - fill: a  value: b\n- x: 1\n",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_strict_yaml_reads_is_read_strictly(text: str) -> None:
    """The loose form is only looked for on a line that strict YAML refuses."""
    import yaml

    assert read_document(text, "f").data == yaml.safe_load(text)


@pytest.mark.parametrize("text", ["a: b: c", "- a: b: c", "- a:  b: c", "x:\n  a: 1  b: 2\n", "- a: 'x'y  b: 2"])
def test_other_lines_stay_refused(text: str) -> None:
    """Only items of a list, with a value behind each key, are read in the loose form."""
    with pytest.raises(BadInput):
        read_document(text, "f")


def test_a_key_twice_on_a_line_is_refused_at_its_place() -> None:
    """The loose form follows the same rules."""
    with pytest.raises(BadInput, match=r"f:1:11  the key 'a' is here twice"):
        read_document('- a: "1"  a: "2"', "f")
