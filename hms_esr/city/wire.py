"""Owns what goes over the wire: a request read with its limits, an answer ready to be sent, a refusal.

Knows nothing of services, pages or counting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from hms_esr.city.clerks import to_us
from hms_esr.errors import EsrError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

LARGEST_BODY_BYTES = 6 * 1024 * 1024
MOST_FIELDS = 200
COOKIE = "city_session"
_SESSION = re.compile(r"[A-Za-z0-9_-]{16,64}")

HTML = b"text/html; charset=utf-8"
JSON = b"application/json"


class RequestRefused(EsrError):
    """The city says no to one request: status and the message a person reads. Never leaves the city."""

    def __init__(self, status: int, message: str, service: str = "") -> None:
        self.status = status
        self.message = message
        self.service = service
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of a form; an input left empty has neither name nor bytes."""

    filename: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return sha256(self.data).hexdigest()


@dataclass(slots=True)
class CityAnswer:
    """Status, body, content type, and headers of its own."""

    status: int
    body: bytes = b""
    kind: bytes = HTML
    headers: list[Header] = field(default_factory=list)
    service: str = ""


def as_json(data: object, status: int = 200, headers: list[Header] | None = None) -> CityAnswer:
    """An answer in JSON."""
    return CityAnswer(status, json.dumps(data).encode(), JSON, headers or [])


def redirect(path: str) -> CityAnswer:
    """303 See Other to a local path."""
    return CityAnswer(303, b"", HTML, [(b"location", path.encode("ascii", "replace"))])


class CityRequest:
    """One request, its headers read, its body complete. Forms, query and cookies are read when asked for."""

    __slots__ = (
        "_fields",
        "_files",
        "_json",
        "body",
        "headers",
        "ids",
        "method",
        "new_session",
        "path",
        "query_bytes",
        "session_id",
        "sim_text",
    )

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query_bytes: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.sim_text = self.headers.get(b"x-esr-sim-time", b"")
        self.body = b""
        self.ids: tuple[str, ...] = ()
        self.session_id = self._session()
        self.new_session = ""
        self._fields: dict[str, str] | None = None
        self._files: dict[str, UploadedFile] = {}
        self._json: Any = None

    def header(self, name: bytes, longest: int = 200) -> str:
        """A header's text, cut at ``longest`` characters; empty when there is none."""
        return self.headers.get(name, b"")[:longest].decode("latin-1")

    @property
    def run(self) -> str:
        """The run this request belongs to, from ``X-ESR-Run``; empty outside of runs."""
        return self.header(b"x-esr-run", 128)

    def sim_us(self) -> int | None:
        """The request's simulated time in microseconds; None without ``X-ESR-Sim-Time``, refused when not a time."""
        if not self.sim_text:
            return None
        try:
            return to_us(self.sim_text.decode("ascii"))
        except (ValueError, OverflowError):
            raise RequestRefused(400, "X-ESR-Sim-Time is not a time such as 2026-03-02T08:00:00.123456") from None

    def warp(self) -> float:
        """The plan's warp, from ``X-ESR-Warp``; 1 without the header."""
        text = self.header(b"x-esr-warp") or "1"
        try:
            warp = float(text)
        except ValueError:
            warp = 0.0
        if not 0.001 <= warp <= 1_000_000:
            raise RequestRefused(400, "X-ESR-Warp is not a number from 0.001 to 1000000")
        return warp

    def _session(self) -> str:
        """The session's id from the cookie; empty when there is none or it has not the form of one."""
        if b"cookie" not in self.headers:
            return ""
        for pair in self.header(b"cookie", 8192).split(";"):
            name, _, value = pair.strip().partition("=")
            if name == COOKIE and _SESSION.fullmatch(value):
                return value
        return ""

    def query(self, name: str) -> str | None:
        """One value of the query; None when it is not there."""
        if not self.query_bytes:
            return None
        try:
            pairs = parse_qsl(self.query_bytes.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise RequestRefused(400, f"more than {MOST_FIELDS} values in the query") from None
        return dict(pairs).get(name)

    def prefers_html(self) -> bool:
        """Whether ``Accept`` names HTML before JSON."""
        accept = self.header(b"accept", 500)
        at_html, at_json = accept.find("text/html"), accept.find("json")
        return at_html >= 0 and (at_json < 0 or at_html < at_json)

    def is_json(self) -> bool:
        """Whether the body says it is JSON."""
        return b"json" in self.headers.get(b"content-type", b"")

    def json(self) -> Any:
        """The body as JSON, whatever its content type; refused with 400 when it is not."""
        if self._json is None:
            try:
                self._json = json.loads(self.body)
                if b"\\u" in self.body:
                    json.dumps(self._json, ensure_ascii=False).encode()
            except (ValueError, RecursionError):
                raise RequestRefused(400, "the body is not JSON") from None
        return self._json

    def fields(self) -> dict[str, str]:
        """The form's values; the last one counts when a name comes twice. Refused when it cannot be read."""
        if self._fields is None:
            self._fields = self._read_form()
        return self._fields

    def files(self) -> dict[str, UploadedFile]:
        """The form's files by name of their input."""
        self.fields()
        return self._files

    def _read_form(self) -> dict[str, str]:
        kind, options = parse_options_header(self.headers.get(b"content-type", b""))
        if kind == b"multipart/form-data":
            boundary = options.get(b"boundary", b"")
            if not 0 < len(boundary) <= 200:
                raise RequestRefused(400, "multipart body without a boundary")
            fields, self._files = _read_multipart(self.body, boundary)
            return fields
        if kind == b"application/x-www-form-urlencoded" or not self.body:
            try:
                text = self.body.decode("ascii")
                return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
            except ValueError:
                raise RequestRefused(400, "the form's body cannot be read") from None
        raise RequestRefused(415, "a form is sent as application/x-www-form-urlencoded or multipart/form-data")

    def values_seen(self, hidden: frozenset[str]) -> dict[str, str]:
        """What a person sent, without ``hidden`` fields; a file as ``name:bytes:sha256``."""
        if not self.body:
            return {}
        try:
            if self.is_json():
                data = self.json()
                pairs = data.items() if isinstance(data, dict) else [("", data)]
                return {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in pairs}
            values = {name: value for name, value in self.fields().items() if name not in hidden}
        except RequestRefused:
            return {}
        return values | {name: f"{f.filename}:{len(f.data)}:{f.digest}" for name, f in self._files.items()}


def _read_multipart(body: bytes, boundary: bytes) -> tuple[dict[str, str], dict[str, UploadedFile]]:
    """Fields and files of a multipart body (RFC 7578); refused with 400 when it is malformed or cut short."""
    parts: list[tuple[dict[bytes, bytes], bytearray]] = []
    name, value = bytearray(), bytearray()
    ended = []

    def begin() -> None:
        if len(parts) >= MOST_FIELDS:
            raise RequestRefused(400, f"more than {MOST_FIELDS} parts in the form")
        parts.append(({}, bytearray()))

    def header_end() -> None:
        parts[-1][0][bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": begin,
            "on_part_data": lambda data, start, end: parts[-1][1].extend(data[start:end]),
            "on_header_field": lambda data, start, end: name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: value.extend(data[start:end]),
            "on_header_end": header_end,
            "on_end": lambda: ended.append(True),
        },
    )
    try:
        parser.write(body)
        parser.finalize()
        return _sort_parts(parts if ended else None)
    except (FormParserError, UnicodeDecodeError, ValueError):
        raise RequestRefused(400, "the multipart body cannot be read") from None


def _sort_parts(
    parts: list[tuple[dict[bytes, bytes], bytearray]] | None,
) -> tuple[dict[str, str], dict[str, UploadedFile]]:
    if parts is None:
        raise ValueError("no final boundary")
    fields: dict[str, str] = {}
    files: dict[str, UploadedFile] = {}
    for headers, data in parts:
        _, options = parse_options_header(headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise ValueError("a part without a name")
        name = options[b"name"].decode()
        if b"filename" in options:
            files[name] = UploadedFile(options[b"filename"].decode(), bytes(data))
        else:
            fields[name] = data.decode()
    return fields, files


async def read_body(request: CityRequest, receive: Receive) -> bool:
    """Read the whole body into ``request``; False when the client went away first. Refused with 413 when too large."""
    declared = request.headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > LARGEST_BODY_BYTES:
        raise RequestRefused(413, f"the body is too large: at most {LARGEST_BODY_BYTES:,} bytes are taken")
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return False
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY_BYTES:
            raise RequestRefused(413, f"the body is too large: at most {LARGEST_BODY_BYTES:,} bytes are taken")
        chunks.append(chunk)
        if not message.get("more_body", False):
            break
    request.body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return True
