"""Owns the guarded reading of YAML and JSON nobody vouches for: text to values with places, or one plain refusal.

Knows nothing of scenarios. Nothing is composed or constructed by the YAML library: its events are checked one by one
before anything is built from them, so no file costs more than its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from hms_esr.errors import BadInput, Problem
from hms_esr.scenario.inline_pairs import PairLines, split_pairs
from hms_esr.scenario.scalars import scalar
from hms_esr.scenario.source_locations import Document, SourceLocations, Spot

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_VALUES = 40_000
MAX_ITEMS = 5_000
"""In one list; a mapping has at most a fifth of it."""
_MOST_READ = 16 * MAX_BYTES
"""Characters read over all attempts at one file, so that repairing lines cannot take long."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PAIR_OF_ESCAPES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class _Refused(Exception):
    """A mistake at a line and column of the text as it was handed to the parser (both from 0)."""

    def __init__(self, line: int, column: int, text: str) -> None:
        self.line, self.column, self.text = line, column, text
        super().__init__(text)


def read_document(text: bytes | str, name: str) -> Document:
    """Values and places of a YAML or JSON text called ``name``.

    Raises BadInput with one Problem: not UTF-8, over 256 KB, deeper than 32, not YAML, tabs, duplicate keys, anchors,
    aliases, merge keys, tags, several documents, control characters. Lists may hold several ``key: value`` pairs on
    one line; where strict YAML refuses such a line, its pairs are read one by one.
    """
    lines = PairLines(_as_json(whole := _decoded(text, name)))
    budget = _MOST_READ
    while True:
        budget -= len(lines.text) + 1
        try:
            data, places = _read(lines)
            return Document(name, whole, data, places)
        except _Refused as refused:
            repaired = split_pairs(lines, refused.line) if budget > 0 else None
            if repaired is None:
                line, column = lines.original(refused.line, refused.column)
                raise BadInput([Problem(name, line + 1, column + 1, refused.text)]) from None
            lines = repaired


def _decoded(text: bytes | str, name: str) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise BadInput([Problem(name, 1, 1, f"{size:,} bytes are too many; a scenario file has at most {MAX_BYTES:,}")])
    if isinstance(text, bytes):
        text = _from_utf8(text, name)
    else:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise BadInput([_at(name, text, error.start, "a lone surrogate is no character")]) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _FORBIDDEN.search(text)
    if found:
        code = f"U+{ord(found[0]):04X}"
        raise BadInput([_at(name, text, found.start(), f"the control character {code} is not allowed in a text file")])
    return text


def _from_utf8(text: bytes, name: str) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8")
        found = f"found byte 0x{text[error.start]:02x}"
        raise BadInput([_at(name, before, len(before), f"not UTF-8, {found}; save the file as UTF-8")]) from None


def _at(name: str, text: str, index: int, what: str) -> Problem:
    return Problem(name, text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1, what)


def _as_json(text: str) -> str:
    """JSON made readable as YAML: tabs between values become spaces, escaped surrogate pairs one escape."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    return _PAIR_OF_ESCAPES.sub(_one_escape, text.replace("\t", " "))


def _one_escape(found: re.Match[str]) -> str:
    code = 0x10000 + ((int(found[2], 16) - 0xD800) << 10) + (int(found[3], 16) - 0xDC00)
    return f"{found[1]}\\U{code:08x}"


def _read(lines: PairLines) -> tuple[Any, SourceLocations]:
    """One document out of the events of the parser."""
    builder = _Builder(lines)
    try:
        for event in _events(lines.text):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _translated(error, lines.text) from None
    except yaml.YAMLError as error:
        raise _Refused(0, 0, f"not YAML: {' '.join(str(error).split())[:200]}") from None
    if not builder.root:
        raise _Refused(0, 0, "the file is empty; a scenario is keys and values, such as name: my-first")
    top = builder.places.values[0]
    return builder.root[0], top if isinstance(top, SourceLocations) else SourceLocations(top)


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=_LOADER))


def _translated(error: yaml.MarkedYAMLError, text: str) -> _Refused:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    rows = text.split("\n")
    row = rows[line] if line < len(rows) else ""
    problem = str(error.problem or "not YAML").strip()
    if "\t" in row[: column + 1] and (
        "tab" in problem or "cannot start any token" in problem or not row[:column].strip()
    ):
        return _Refused(line, row.find("\t"), "a tab stands here; indent with spaces")
    if "mapping values are not allowed" in problem:
        return _Refused(
            line, column, "a second ':' on this line; put the text in quotes, or the next key on its own line"
        )
    context = f" {error.context}" if error.context else ""
    return _Refused(line, column, f"not YAML: {problem}{context}")


class _Builder:
    """Values and places from events, one at a time; the first event that is not allowed is refused."""

    def __init__(self, lines: PairLines) -> None:
        self._lines = lines
        self.root: list[Any] = []
        self.places = SourceLocations()
        self._documents = 0
        self._open: list[tuple[Any, SourceLocations]] = [(self.root, self.places)]
        self._keys: list[str | None] = [None]
        self._values = 0

    def take(self, event: Any) -> None:
        """Check and use one event."""
        if isinstance(event, yaml.ScalarEvent):
            self._guard(event)
            self._scalar(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._guard(event)
            self._start(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise _refuse(event, f"the alias '*{str(event.anchor)[:40]}' is not allowed; write the value out")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if event.tags or event.version:
                raise _refuse(event, "directives (%YAML, %TAG) are not allowed; leave them out")
            if self._documents > 1:
                raise _refuse(event, "a second document starts here; write one scenario per file")

    def _guard(self, event: Any) -> None:
        self._count(event)
        if event.anchor is not None:
            raise _refuse(
                event, f"the anchor '&{event.anchor[:40]}' is not allowed; write the value out where it is used"
            )
        if event.tag is not None:
            raise _refuse(event, f"the tag '{event.tag[:60]}' is not allowed; values need no tags")

    def _scalar(self, event: Any) -> None:
        text = event.value
        hidden = _HIDDEN.search(text)
        if hidden:
            raise _refuse(event, f"the control character U+{ord(hidden[0]):04X} is not allowed in a value")
        container = self._open[-1][0]
        if isinstance(container, dict) and self._keys[-1] is None:
            self._key(event, text)
            return
        quoted = event.style in ("'", '"', "|", ">")
        self._put(text if quoted else scalar(text), self._spot(event))

    def _key(self, event: Any, text: str) -> None:
        container, places = self._open[-1]
        if text == "<<" and not event.style:
            raise _refuse(event, "merge keys '<<' are not allowed; write the keys out")
        if text in container:
            first = places.keys[text][0]
            raise _refuse(event, f"the key '{text[:80]}' is here twice; the first is on line {first}")
        places.keys[text] = self._spot(event)
        container[text] = None
        self._keys[-1] = text

    def _start(self, event: Any) -> None:
        container = self._open[-1][0]
        if isinstance(container, dict) and self._keys[-1] is None:
            raise _refuse(event, "a key is a word, not a list or mapping; text with braces needs quotes")
        if len(self._open) > MAX_DEPTH:
            raise _refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        places = SourceLocations(self._spot(event))
        self._put(made, places)
        self._open.append((made, places))
        self._keys.append(None)

    def _count(self, event: Any) -> None:
        """Refuse what no scenario has that many of, so that checking it takes no longer than reading it."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise _refuse(event, f"more than {MAX_VALUES:,} values; no scenario has that many")
        container = self._open[-1][0]
        if isinstance(container, list) and len(container) >= MAX_ITEMS:
            raise _refuse(event, f"more than {MAX_ITEMS:,} items in one list; no scenario has that many")
        if isinstance(container, dict) and len(container) > MAX_ITEMS // 5:
            raise _refuse(event, f"more than {MAX_ITEMS // 5:,} keys in one place; no scenario has that many")

    def _put(self, value: Any, where: Spot | SourceLocations) -> None:
        container, places = self._open[-1]
        if isinstance(container, dict):
            key = self._keys[-1]
            assert key is not None
            container[key] = value
            places.values[key] = where
            self._keys[-1] = None
        else:
            places.values[len(container)] = where
            container.append(value)

    def _spot(self, event: Any) -> Spot:
        line, column = self._lines.original(event.start_mark.line, event.start_mark.column)
        return line + 1, column + 1


def _refuse(event: Any, text: str) -> _Refused:
    return _Refused(event.start_mark.line, event.start_mark.column, text)
