"""Owns one request to InfluxDB and what its answer means for the points in it.

Knows nothing of spools, retries or clocks.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from hms_esr.sinks.influx.connection import InfluxConnection

CONNECT_S, ANSWER_S = 5.0, 10.0
Meaning = Literal["written", "later", "refused", "smaller", "bad"]
"""``later``: the server cannot now. ``refused``: a person must change something. ``smaller``, ``bad``: these points."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class InfluxAnswer:
    """``status`` 0: none came. ``reason`` in words; ``wait_s`` what the server asks for (``Retry-After``)."""

    status: int
    reason: str
    wait_s: float | None = None

    @property
    def meaning(self) -> Meaning:
        """What becomes of the points."""
        if self.status == 204:
            return "written"
        if self.status == 413:
            return "smaller"
        if self.status in (400, 422):
            return "bad"
        if self.status in (0, 408, 425, 429) or self.status >= 500:
            return "later"
        return "refused"


class InfluxTransport:
    """Requests to one server, one after another. ``answer_s``: how long an answer may take."""

    def __init__(self, connection: InfluxConnection, answer_s: float = ANSWER_S) -> None:
        from influxdb_client import InfluxDBClient
        from influxdb_client.service.write_service import WriteService

        self._connection = connection
        self._client = InfluxDBClient(
            connection.url,
            token=connection.token or None,
            org=connection.org,
            timeout=(round(CONNECT_S * 1000), round(answer_s * 1000)),
            retries=False,
        )
        self._writes = WriteService(self._client.api_client)

    def write(self, lines: list[str]) -> InfluxAnswer:
        """Points out, and what the server says; never raises for what a network or a server does."""
        body = gzip.compress("\n".join(lines).encode(), compresslevel=1)

        def ask() -> tuple[Any, int, Any]:
            told: tuple[Any, int, Any] = self._writes.post_write_with_http_info(
                self._connection.org,
                self._connection.bucket,
                body,
                precision="ms",
                content_encoding="gzip",
                content_type="text/plain; charset=utf-8",
            )
            return told

        return _answer(ask)[0]

    def query(self, text: str) -> tuple[InfluxAnswer, list[dict[str, Any]]]:
        """Rows of an InfluxQL query (times in seconds), and what the server says; 200 is good here."""

        def ask() -> tuple[Any, int, Any]:
            told: tuple[Any, int, Any] = self._client.api_client.call_api(
                "/query",
                "GET",
                query_params=[("db", self._connection.bucket), ("q", text), ("epoch", "s")],
                auth_settings=[],
                response_type="object",
                _return_http_data_only=False,
            )
            return told

        answer, data = _answer(ask)
        if answer.status != 200:
            return answer, []
        try:
            results = data["results"]
            wrong = next((str(result["error"]) for result in results if "error" in result), "")
            series = [one for result in results for one in result.get("series", ())]
            rows = [dict(zip(one["columns"], row, strict=True)) for one in series for row in one["values"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            return InfluxAnswer(406, "the answer to a query is none of InfluxDB's"), []
        return InfluxAnswer(400 if wrong else 200, wrong), rows

    def close(self) -> None:
        """Connections are given back."""
        self._client.close()


def _answer(ask: Any) -> tuple[InfluxAnswer, Any]:
    from influxdb_client.rest import ApiException
    from urllib3.exceptions import HTTPError

    try:
        data, status, _ = ask()
    except ApiException as error:
        return InfluxAnswer(int(error.status or 0), _told(error), _wait_s(error.headers or {})), None
    except (HTTPError, OSError) as error:
        return InfluxAnswer(0, _network(error)), None
    return InfluxAnswer(int(status), ""), data


def _told(error: Any) -> str:
    """What the server says is wrong, from its JSON; otherwise the status in words."""
    body = error.body.decode(errors="replace") if isinstance(error.body, bytes) else str(error.body or "")
    try:
        whole = json.loads(body)
        text = str(whole.get("message") or whole.get("error") or "")
    except (ValueError, AttributeError):
        text = ""
    return " ".join(f"{error.status} {text or error.reason or ''}".split())[:LONGEST]


def _network(error: Exception) -> str:
    """``connection refused``, ``no answer in time`` …"""
    text = f"{type(error).__name__} {error}".lower()
    for sign, words in (
        ("refused", "connection refused"),
        ("read timed out", "no answer in time"),
        ("timed out", "no connection in time"),
        ("name or service not known", "the host's name is not known"),
        ("nameresolution", "the host's name is not known"),
        ("failed to resolve", "the host's name is not known"),
        ("certificate", "its TLS certificate is not accepted"),
        ("wrong version number", "it does not speak TLS"),
        ("reset", "the connection was reset"),
        ("remotedisconnected", "the connection was closed without an answer"),
        ("unreachable", "the host cannot be reached"),
    ):
        if sign in text:
            return words
    return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]


def _wait_s(headers: Any) -> float | None:
    """Seconds of ``Retry-After``, a number or a date."""
    text = str(headers.get("Retry-After") or "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
