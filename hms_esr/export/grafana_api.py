"""Owns the shipped dashboards of Grafana: their files, and putting them into a Grafana by its HTTP API.

Knows nothing of what is on them, nor of command lines. API: grafana.com/docs, "HTTP API", folders and dashboards.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from hms_esr.errors import BadInput, EnvironmentProblem, Problem
from hms_esr.library.folders import shipped

NAMES = ("rehearsal", "engineering", "cluster", "compare", "history")
FOLDER = "HMS-ESR"
_PATIENCE_S = 30.0
_LARGEST_ANSWER = 10_000_000


def files() -> Iterator[Path]:
    """The dashboards' files, in the order of :data:`NAMES`."""
    folder = shipped("grafana/dashboards")
    yield from (folder / f"{name}.json" for name in NAMES)


def export(folder: Path) -> list[Path]:
    """Write the files into ``folder``, over those of the same name. BadInput when that cannot be."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in files():
            (folder / path.name).write_bytes(path.read_bytes())
            written.append(folder / path.name)
    except OSError as error:
        raise BadInput([Problem(str(folder), 0, 0, f"cannot be written: {error.strerror}")]) from None
    return written


@dataclass(frozen=True)
class Pushed:
    """A dashboard that is there now."""

    title: str
    url: str


@dataclass(frozen=True)
class Grafana:
    """One Grafana, and a token of a service account that may edit."""

    url: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        """BadInput for what is no address."""
        try:
            parts = urlsplit(self.url)
            whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            whole = False
        if not whole or parts.username or parts.query or parts.fragment:
            text = f"{self.url!r} is no address of a Grafana; allowed: http://HOST:PORT or https://HOST/PATH"
            raise BadInput([Problem("--url", 0, 0, text)])
        if not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise BadInput([Problem("--token-file", 0, 0, "holds letters that no token has; it is one line of ASCII")])

    def push(self, folder: str = FOLDER, datasource: str = "") -> Iterator[Pushed]:
        """Put every dashboard into ``folder``, over its earlier version; ``datasource``: chosen when one is opened.

        Raises EnvironmentProblem: not reachable, not allowed, no such data source.
        """
        chosen = self._datasource(datasource) if datasource else None
        uid = self._folder(folder)
        for path in files():
            board = json.loads(path.read_bytes())
            if chosen:
                _choose(board, chosen)
            asked = {
                "dashboard": board | {"id": None},
                "folderUid": uid,
                "overwrite": True,
                "message": "hms-esr grafana push",
            }
            told = self._ask("POST", "/api/dashboards/db", asked)
            yield Pushed(board["title"], self._address(str(told.get("url", ""))))

    def _address(self, path: str) -> str:
        """Where a person opens it; Grafana's own path holds the prefix it is served under."""
        prefix = urlsplit(self.url).path.rstrip("/")
        return self.url.rstrip("/").removesuffix(prefix) + path

    def _folder(self, title: str) -> str:
        """Its uid; made when there is none of that title."""
        there = self._ask("GET", "/api/folders?limit=1000")
        for one in there if isinstance(there, list) else ():
            if one.get("title") == title:
                return str(one["uid"])
        return str(self._ask("POST", "/api/folders", {"title": title})["uid"])

    def _datasource(self, name: str) -> dict[str, str]:
        told = self._ask(
            "GET", f"/api/datasources/name/{quote(name, safe='')}", missing=f"no data source called {name!r}"
        )
        if told.get("type") != "influxdb":
            raise EnvironmentProblem(
                f"{self.url}  the data source {name!r} is of type {told.get('type')}, not influxdb"
            )
        return {"text": name, "value": str(told["uid"])}

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, missing: str = "") -> Any:
        status, text = self._send(method, path, json.dumps(body).encode() if body is not None else None)
        try:
            told = json.loads(text)
        except ValueError:
            told = None
        if 200 <= status < 300 and isinstance(told, dict | list):
            return told
        said = f" ({told['message']})" if isinstance(told, dict) and told.get("message") else ""
        raise EnvironmentProblem(f"{self.url}  {_reason(status, path, missing)}{said}")

    def _send(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        heads = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        host = str(parts.hostname)
        connection: HTTPConnection
        if parts.scheme == "https":
            connection = HTTPSConnection(host, parts.port, timeout=_PATIENCE_S, context=ssl.create_default_context())
        else:
            connection = HTTPConnection(host, parts.port, timeout=_PATIENCE_S)
        try:
            connection.request(method, parts.path.rstrip("/") + path, body, heads)
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise EnvironmentProblem(f"{self.url}  is not reachable: {str(error) or type(error).__name__}") from None
        finally:
            connection.close()


def _choose(board: dict[str, Any], source: dict[str, str]) -> None:
    for variable in board["templating"]["list"]:
        if variable["type"] == "datasource":
            variable["current"] = {"selected": True, **source}


def _reason(status: int, path: str, missing: str) -> str:
    """What an answer other than 2xx means."""
    if 300 <= status < 400:
        return "answers with a redirect; give the address where Grafana itself is"
    known = {
        401: "does not know the token: it is wrong, expired, or of another Grafana",
        403: f"does not allow the token to do this ({path}): its service account needs the role Editor, and for "
        "--datasource the right datasources:read",
        404: missing or f"knows no {path}: it is no Grafana, or Grafana is served under a path; give that too",
        412: "has another dashboard in its place: a provisioned one cannot be written over",
    }
    if 200 <= status < 300:
        return "answers, but not as Grafana does"
    return known.get(status, f"answers {status}")
