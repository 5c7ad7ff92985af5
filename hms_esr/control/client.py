"""Owns ``launch`` and ``report``: a run started over HTTP from Python, waited for, its summary read.

Knows nothing of the server's inside; standard library only, so that it is at home in anybody's script.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

from hms_esr.control.settings import client_token, is_loopback, server_url
from hms_esr.errors import BadInput, EnvironmentProblem, EsrError, Problem, TargetRefused
from hms_esr.scenario.builder import is_disarmed

TIMEOUT_S = 30.0
FIRST_LOOK_S, LONGEST_LOOK_S = 0.2, 2.0
AWAY_S = 120.0
"""So long ``report(wait=True)`` waits for a server that was there and is away: runs outlive it."""


def launch(
    scenario: Any, target: str | None = None, *, url: str | None = None, token: str | None = None, **options: Any
) -> str:
    """Start a run on a control plane and give its id at once; ``options`` are those of a run: ``scale=3``, ``seed=2``.

    ``scenario`` is a Scenario of hms_esr_client or hms_esr, a dict in any dialect, or a path to a file. The
    server is ``url``, else ``ESR_URL``, else this machine's; ``token`` else ``ESR_TOKEN``. Raises BadInput with every
    mistake's place, TargetRefused, EnvironmentProblem when no server answers. Within a file that is only read for its
    scenario it starts nothing and returns "".
    """
    if is_disarmed():
        return ""
    document = _document(scenario)
    beside = {"target": target} if target else {}
    body = json.dumps(document | beside | ({"options": options} if options else {})).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
    answer = _Server(url, token).ask("POST", "/run", body, headers)
    return str(answer["run_id"])


def report(run_id: str, wait: bool = False, *, url: str | None = None, token: str | None = None) -> dict[str, Any]:
    """A run's summary: ``state``, ``verdict`` (None before the end), ``dashboard_url`` and, at the end, every figure.

    With ``wait`` it returns when the run is FINISHED, however it ended. Raises BadInput: no such run. Within a
    file that is only read for its scenario it asks nobody.
    """
    if is_disarmed():
        return {"run_id": run_id, "state": "FINISHED", "verdict": None, "dashboard_url": ""}
    server = _Server(url, token)
    path = f"/run/{quote(run_id, safe='')}/summary"
    found: dict[str, Any] = server.ask("GET", path)
    look_s, seen_s = FIRST_LOOK_S, monotonic()
    while wait and found.get("state") != "FINISHED":
        sleep(look_s)
        look_s = min(LONGEST_LOOK_S, look_s * 1.5)
        try:
            found, seen_s = server.ask("GET", path), monotonic()
        except EnvironmentProblem:
            if monotonic() - seen_s > AWAY_S:
                raise
    return found


def _document(scenario: Any) -> dict[str, Any]:
    if isinstance(scenario, (str, Path)):
        from hms_esr.library.folders import document

        scenario = document(Path(scenario)).data
    elif hasattr(scenario, "to_dict"):
        scenario = scenario.to_dict()
    elif hasattr(scenario, "canonical"):
        scenario = scenario.canonical().model_dump(by_alias=True, exclude_defaults=True, mode="json")
    if not isinstance(scenario, Mapping):
        text = f"launch takes a Scenario, a dict, or a path to a YAML or JSON file; found {type(scenario).__name__}"
        raise BadInput([Problem("launch", 0, 0, text)])
    return dict(scenario)


class _Server:
    """A control plane somewhere."""

    def __init__(self, url: str | None, token: str | None) -> None:
        self.url = (url or server_url()).rstrip("/")
        self._token = token or client_token()
        try:
            parts = urlsplit(self.url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("no address")
        except ValueError:
            text = f"{self.url!r} is no address of a server; write one such as http://localhost:9700"
            raise BadInput([Problem("ESR_URL" if url is None else "url", 0, 0, text)]) from None
        self._opener = _opener(parts.hostname)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
        """The answer's JSON; once more when the connection broke, for a repeated request starts nothing twice."""
        given = {"Accept": "application/json"} | (headers or {})
        if self._token:
            given["Authorization"] = f"Bearer {self._token}"
        request = Request(f"{self.url}{path}", body, given, method=method)
        try:
            return self._read(request)
        except (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, HTTPException):
            pass
        try:
            return self._read(request)
        except (OSError, HTTPException) as error:
            raise self._away(error) from None

    def _read(self, request: Request) -> Any:
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise _refused(error.code, error.read(1_000_000), self.url) from None
        except URLError as error:
            if isinstance(error.reason, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)):
                raise error.reason from None
            raise self._away(error.reason) from None
        except TimeoutError as error:
            raise self._away(error) from None
        except ValueError:
            raise EnvironmentProblem(f"what answers at {self.url} is no control plane: its answer is no JSON") from None

    def _away(self, reason: object) -> EnvironmentProblem:
        why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        cure = "start one with: hms-esr serve --dev, or python -m esr.mock_server; name another with ESR_URL"
        return EnvironmentProblem(f"no control plane answers at {self.url} ({str(why).lower()}); {cure}")


def _opener(host: str) -> OpenerDirector:
    """This machine is asked directly, whatever proxy the environment names."""
    return build_opener(ProxyHandler({})) if is_loopback(host) else build_opener()


def _refused(status: int, body: bytes, url: str) -> EsrError:
    try:
        said = json.loads(body)
        words = str(said["error"])
        problems = [Problem(one["source"], one["line"], one["column"], one["text"]) for one in said.get("problems", [])]
    except (ValueError, KeyError, TypeError):
        return EnvironmentProblem(f"what answers at {url} is no control plane: it says {status}")
    if problems:
        return BadInput(problems)
    if status == 403 and words.startswith("refused:"):
        return TargetRefused(words)
    if status in (401, 403):
        return EnvironmentProblem(f"{url} refuses: {words}; clients read it from ESR_TOKEN")
    return EnvironmentProblem(f"{url}: {words}") if status >= 429 else BadInput(words)
