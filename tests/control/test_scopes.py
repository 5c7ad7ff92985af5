"""Every route with every kind of token: who gets in, who is told 401, who 403."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from hms_esr.city.process import CityProcess
from hms_esr.control.tokens import TokenFile
from tests.control.conftest import LONG, Server

ROUTES = [
    ("GET", "/", "observe all"),
    ("GET", "/runs", "observe"),
    ("GET", "/run/{queued}/summary", "observe queued"),
    ("GET", "/run/{running}/summary", "observe running"),
    ("GET", "/dashboard/{queued}", "observe queued"),
    ("GET", "/dashboard/{running}", "observe running"),
    ("GET", "/dashboard/{running}/state.json", "observe running"),
    ("WEBSOCKET", "/run/{queued}/events", "observe queued"),
    ("POST", "/run", "run all"),
    ("POST", "/run/{queued}/pause", "run queued"),
    ("POST", "/run/{queued}/resume", "run queued"),
    ("POST", "/run/{over}/stop", "run over"),
    ("GET", "/docs", ""),
    ("GET", "/openapi.json", ""),
    ("GET", "/health", ""),
]
"""What each takes: a scope, and of which run; nothing for what everybody may have."""
KINDS = {
    "none": "",
    "unknown": "",
    "tampered": "",
    "revoked": "",
    "expired": "",
    "observe": "observe all",
    "observe of the queued": "observe queued",
    "run": "run all",
    "run of the queued": "run queued",
}
"""What each token is good for."""
LIST_ROUTES = ("/", "/runs")


@dataclass
class Guarded:
    """A server that wants tokens, tokens of every kind, and three runs."""

    server: Server
    tokens: dict[str, str]
    runs: dict[str, str]

    def status(self, method: str, path: str, kind: str) -> int:
        """How it answers."""
        token = self.tokens[kind]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        asked = path.format(**self.runs)
        if method != "WEBSOCKET":
            return (
                replace(self.server, headers={})
                .ask(method, asked, b"name: x" if asked == "/run" else None, headers)
                .status
            )
        try:
            with connect(f"ws://127.0.0.1:{self.server.place[1]}{asked}", additional_headers=headers):
                return 101
        except InvalidStatus as error:
            return error.response.status_code


@pytest.fixture(scope="module")
def guarded(serve: Callable[..., Server], town: CityProcess, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    """One run that goes on, one that waits, one that was stopped before it began."""
    file = TokenFile(tmp_path_factory.mktemp("tokens") / "tokens.json")
    every, _ = file.make("run", name="every")
    server = serve("--max-runs", "1", "--tokens", str(file.path))
    server.headers["Authorization"] = f"Bearer {every}"
    runs = {name: server.start(LONG, target=town.url) for name in ("running", "queued", "over")}
    assert server.ask("POST", f"/run/{runs['over']}/stop").json["state"] == "FINISHED"
    server.recorded(runs["running"])
    gone, revoked = file.make("run")
    file.revoke(revoked.ident)
    tokens = {
        "none": "",
        "unknown": "esr_00000000_" + "x" * 43,
        "tampered": every[:-1] + ("A" if every[-1] != "A" else "B"),
        "revoked": gone,
        "expired": file.make("run", lasts=timedelta(seconds=-1))[0],
        "observe": file.make("observe")[0],
        "observe of the queued": file.make("observe", run=runs["queued"])[0],
        "run": every,
        "run of the queued": file.make("run", run=runs["queued"])[0],
    }
    return Guarded(server, tokens, runs)


def expected(path: str, takes: str, good_for: str) -> str:
    """``in``, ``401`` or ``403``."""
    if not takes:
        return "in"
    if not good_for:
        return "401"
    scope, _, run = takes.partition(" ")
    has, _, of = good_for.partition(" ")
    enough = has in ("run", scope) and (of == "all" or path in LIST_ROUTES or of == run)
    return "in" if enough else "403"


@pytest.mark.parametrize(("method", "path", "takes"), ROUTES, ids=[f"{one[0]} {one[1]}" for one in ROUTES])
def test_each_route_lets_in_whom_its_table_says(guarded: Guarded, method: str, path: str, takes: str) -> None:
    """In, 401 or 403 for every kind of token, and nobody else."""
    found = {kind: guarded.status(method, path, kind) for kind in KINDS}
    for kind, good_for in KINDS.items():
        wanted = expected(path, takes, good_for)
        if method == "WEBSOCKET":
            assert (found[kind] == 101) == (wanted == "in"), (kind, found[kind])
        elif path.startswith("/dashboard/") or path == "/":
            assert (found[kind] == 200) == (wanted == "in") and found[kind] in (200, 401), (kind, found[kind])
        elif wanted == "in":
            assert found[kind] in (200, 202, 409, 422), (kind, found[kind])
        else:
            assert found[kind] == int(wanted), (kind, found[kind])


def test_a_token_for_one_run_sees_one_run(guarded: Guarded) -> None:
    """The list holds that run alone, and so does the page."""
    headers = {"Authorization": f"Bearer {guarded.tokens['observe of the queued']}"}
    listed = guarded.server.ask("GET", "/runs", headers=headers).json
    assert [one["run_id"] for one in listed["runs"]] == [guarded.runs["queued"]]
    page = guarded.server.ask("GET", "/", headers=headers).body.decode()
    assert guarded.runs["queued"] in page and guarded.runs["running"] not in page


def test_an_observers_link_opens_the_page_and_nothing_else(guarded: Guarded) -> None:
    """?token= opens it and leaves a cookie for reading this run; neither is good for an action."""
    run_id, token = guarded.runs["queued"], guarded.tokens["run of the queued"]
    nobody = replace(guarded.server, headers={})
    page = nobody.ask("GET", f"/dashboard/{run_id}?token={token}")
    assert page.status == 200 and "no-referrer" in page.headers["referrer-policy"]
    cookie = page.headers["set-cookie"]
    assert f"Path=/dashboard/{run_id}" in cookie and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    again = {"Cookie": cookie.partition(";")[0]}
    assert nobody.ask("GET", f"/dashboard/{run_id}", headers=again).status == 200
    assert nobody.ask("GET", f"/dashboard/{guarded.runs['running']}", headers=again).status == 401
    assert nobody.ask("POST", f"/run/{run_id}/pause", headers=again).status == 401
    assert nobody.ask("POST", f"/run/{run_id}/pause?token={token}").status == 401


def test_a_revoked_token_is_refused_at_once(guarded: Guarded) -> None:
    """The server reads the file again when it changes."""
    kept = TokenFile(_path(guarded))
    text, token = kept.make("observe")
    headers = {"Authorization": f"Bearer {text}"}
    assert guarded.server.ask("GET", "/runs", headers=headers).status == 200
    kept.revoke(token.ident)
    refused = guarded.server.ask("GET", "/runs", headers=headers)
    assert refused.status == 401 and "revoked" in refused.json["error"]
    assert refused.headers["www-authenticate"].startswith("Bearer")


def _path(guarded: Guarded) -> Path:
    arguments: Any = guarded.server.process.args
    return Path(arguments[arguments.index("--tokens") + 1])


def test_refused_actions_are_in_the_audit_log(guarded: Guarded) -> None:
    """Who tried what, and why it was refused; never a token."""
    headers = {"Authorization": f"Bearer {guarded.tokens['observe']}"}
    assert guarded.server.ask("POST", f"/run/{guarded.runs['queued']}/stop", headers=headers).status == 403
    log = (guarded.server.out / "audit.jsonl").read_text()
    line = log.splitlines()[-1]
    assert '"what": "run.stop"' in line and guarded.runs["queued"] in line and "refused: 403" in line
    assert not [token for token in guarded.tokens.values() if token and token in log]
