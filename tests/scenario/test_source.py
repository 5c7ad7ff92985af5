"""Reading YAML and JSON nobody vouches for."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.errors import BadInput
from hms_esr.scenario.source import MAX_BYTES, read_document
from tests.each import each

REFUSED: list[tuple[str, str | bytes, str]] = [
    ("empty", "", "f.yml:1:1  the file is empty"),
    ("only a comment", "# nothing\n", "f.yml:1:1  the file is empty"),
    ("tab as indentation", "a:\n\t- b: c\n", "f.yml:2:1  a tab stands here; indent with spaces"),
    ("tab in a block", "a: b\n\tc: d\n", "f.yml:2:1  a tab stands here; indent with spaces"),
    ("duplicate key", "a: 1\nb: 2\na: 3\n", "f.yml:3:1  the key 'a' is here twice; the first is on line 1"),
    ("duplicate key inside", "x:\n  - {a: 1, 'a': 2}\n", "f.yml:2:12  the key 'a' is here twice"),
    ("anchor", "a: &x 1\n", "f.yml:1:4  the anchor '&x' is not allowed"),
    ("alias", "a: *x\n", "f.yml:1:4  the alias '*x' is not allowed"),
    ("merge key", "a:\n  <<: {b: 1}\n", "f.yml:2:3  merge keys '<<' are not allowed"),
    ("tag", "a: !!python/object:os.system x\n", "f.yml:1:4  the tag 'tag:yaml.org,2002:python/object:os.system'"),
    ("own tag", "a: !include x\n", "f.yml:1:4  the tag '!include' is not allowed"),
    ("directive", "%TAG ! x\n---\na: 1\n", "f.yml:1:1  directives"),
    ("second document", "a: 1\n---\nb: 2\n", "f.yml:2:1  a second document starts here"),
    (
        "too large",
        "a: " + "x" * MAX_BYTES,
        "f.yml:1:1  262,147 bytes are too many; a scenario file has at most 262,144",
    ),
    ("too deep", "[" * 40 + "]" * 40, "f.yml:1:33  nested deeper than 32 levels"),
    ("not UTF-8", b"name: caf\xe9\n", "f.yml:1:10  not UTF-8, found byte 0xe9"),
    ("UTF-16", "name: x".encode("utf-16"), "f.yml:1:1  not UTF-8, found byte 0xff"),
    ("NUL", "a: 1\nb\0: 2", "f.yml:2:2  the control character U+0000 is not allowed"),
    ("escaped NUL", 'a: "\\0"', "f.yml:1:4  the control character U+0000 is not allowed in a value"),
    ("line separator", "a: x\u2028y", "f.yml:1:5  the control character U+2028"),
    ("lone surrogate", "a: \ud800", "f.yml:1:4  a lone surrogate is no character"),
    ("open list", "a: [1, 2\n", "f.yml:2:1  not YAML: did not find expected ',' or ']'"),
    ("open quote", 'a: "x\n', "f.yml:2:1  not YAML: found unexpected end of stream"),
    ("two colons", "a: b: c\n", "f.yml:1:5  a second ':' on this line; put the text in quotes"),
    ("key that is a list", "? [a]\n: b\n", "f.yml:1:3  a key is a word"),
    (
        "unquoted template",
        "a: {{ persona.x }}\n",
        "f.yml:1:5  a key is a word, not a list or mapping; text with braces",
    ),
    ("many items", "a: [" + "1," * 5001 + "]", "more than 5,000 items in one list"),
    ("many keys", "\n".join(f"k{i}: 1" for i in range(1005)), "more than 1,000 keys in one place"),
]


@each(("text", "expected"), [row[1:] for row in REFUSED])
def test_a_file_that_is_refused_says_where_and_why_in_one_line(text: str | bytes, expected: str) -> None:
    """Each kind of wrong file gets one problem with its place."""
    with pytest.raises(BadInput) as caught:
        read_document(text, "f.yml")
    (problem,) = caught.value.problems
    assert expected in str(problem)
    assert "\n" not in str(problem) and problem.line > 0 and problem.column > 0


def test_words_are_read_as_yaml_1_2_reads_them() -> None:
    """No, 1:30, dates and Null are text; 014 is a number that keeps its spelling."""
    text = "[no, on, 1:30, 2026-03-02, Null, 'true', True, 0x1F, 1_000, .inf, 1e999, 1.2.3]"
    assert read_document(text, "f").data == text.strip("[]").replace("'", "").split(", ")
    values = read_document("[014, 5, -3, 1.50, 1e3, .5, true, false, null, ~]", "f").data
    assert values == [14, 5, -3, 1.5, 1000.0, 0.5, True, False, None, None]
    assert [value.text for value in values[:6]] == ["014", "5", "-3", "1.50", "1e3", ".5"]


def test_json_is_read_as_it_is() -> None:
    """Tabs between values and escaped pairs of surrogates are JSON's own."""
    written = {"name": "x", "load_profile": [[0, 5.5]], "text": "a\tb 😀 \\ud83d \u00e9", "none": None, "yes": True}
    for indent in (None, 2, "\t"):
        text = json.dumps(written, indent=indent)
        assert read_document(text, "f.json").data == written


def test_a_byte_order_mark_and_windows_line_ends_are_taken() -> None:
    """Editors of every system write files we read, with the same places."""
    document = read_document(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n", "f")
    assert document.data == {"a": 1, "b": ["x"]}
    assert document.place(("b", 0)) == (3, 5)


def test_places_are_those_of_the_file() -> None:
    """Values, keys, and the longest known part of what is not there."""
    document = read_document("name: x\njourneys:\n  - steps:\n      - visit: /a\n        nme: y\n", "f")
    step = ("journeys", 0, "steps", 0)
    assert document.place(("name",)) == (1, 7)
    assert document.place((*step, "visit")) == (4, 16)
    assert document.place((*step, "nme"), key=True) == (5, 9)
    assert document.place((*step, "visit", "path")) == (4, 16)
    assert document.place((*step, "save", "x")) == (4, 9)
    assert document.place(()) == (1, 1)


BOMBS = {
    "open lists": "[" * 100_000,
    "open mappings": "{" * 200_000,
    "open lists on lines": "[\n" * 100_000,
    "dashes": "- " * 100_000,
    "question marks": "? " * 100_000,
    "colons": "a: " * 80_000,
    "one long text": '"' + "a" * 250_000,
    "nested pairs": "[a," * 80_000,
    "pairs on lines": "- a: b  c: d\n" * 19_000,
    "pairs in many lists": "".join(f"x{i}:\n - a: b  c: d\n" for i in range(11_000)),
    "quotes in pairs": "- a: " + "' " * 100_000,
    "backslashes": '{"a": "' + "\\" * 250_000,
    "tags": "!" * 200_000,
    "merge bomb": "a: &a {x: 1}\n" + "".join(f"b{i}: &b{i} {{<<: [*a, *a]}}\n" for i in range(500)),
    "alias bomb": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n",
    "unknown keys": "\n".join(f"k{i}: {{}}" for i in range(900)),
    "unknown steps": "name: x\njourneys: [{steps: [" + "clik," * 4900 + "]}]",
    "many mistakes": "name: x\nload: {rate: [" + "[1s, a]," * 4900 + "]}",
}


def test_no_file_costs_more_than_a_second_or_256_mb(tmp_path: Path) -> None:
    """Every bomb we know is read and judged by a process of its own under hard limits on memory and processor time."""
    for name, text in BOMBS.items():
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    program = (
        "import sys, time, resource\n"
        "from pathlib import Path\n"
        "from hms_esr.errors import BadInput\n"
        "from hms_esr.library import read_scenario\n"
        "from hms_esr.scenario.source import read_document\n"
        "read_scenario(read_document('name: x\\nload: {people: 1, over: 1s}', 'x'))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for path in map(Path, sys.argv[1:]):\n"
        "    start = time.process_time()\n"
        "    try:\n"
        "        read_scenario(read_document(path.read_bytes(), path.name))\n"
        "        raise SystemExit(f'{path.name} was accepted')\n"
        "    except BadInput as error:\n"
        "        assert all(one.line > 0 for one in error.problems), path.name\n"
        "    print(path.name, round(time.process_time() - start, 2))\n"
        "    assert time.process_time() - start < 1.0, path.name\n"
        "assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 * 1024\n"
    )
    files = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(
        [sys.executable, "-c", program, *files],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (30, 30)),
    )
    assert done.returncode == 0, done.stdout + done.stderr


_TEXTS = st.text(max_size=20)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_what_json_writes_we_read_or_refuse_with_a_place(value: dict[str, object]) -> None:
    """JSON of printable text comes back equal; only control characters are refused."""
    text = json.dumps(value)
    try:
        assert read_document(text, "f").data == value
    except BadInput as error:
        assert "control character" in str(error) or "surrogate" in str(error) or "escape code" in str(error)
