"""``launch`` and ``report`` of ``hms_esr_client``: what they take, what they raise, how they wait."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import hms_esr
from hms_esr.errors import BadInput, EnvironmentProblem, TargetRefused
from hms_esr.scenario.builder import starting_is_disarmed
from hms_esr_client import Scenario, launch, report
from tests.control.conftest import LENIENT, SHORT, Server


@contextmanager
def answering(*answers: tuple[int, Any]) -> Iterator[tuple[str, list[tuple[str, str, dict[str, str], bytes]]]]:
    """A server that gives ``answers`` one after the other (None: it hangs up), the last for ever; what it was asked."""
    asked: list[tuple[str, str, dict[str, str], bytes]] = []
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            asked.append((self.command, self.path, dict(self.headers), body))
            status, said = left.pop(0) if len(left) > 1 else left[0]
            if said is None:
                self.close_connection = True
                return
            raw = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_launched_run_is_reported(dev: Server, town: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From a scenario by keywords, a fluent one, a dict, and a file; ESR_URL names the server."""
    monkeypatch.setenv("ESR_URL", dev.url)
    steps = [hms_esr.Step("look", path="/")]
    fluent = (
        hms_esr.Scenario("fluent").given(hms_esr.User.template(role="citizen").multiply(2)).when(*steps).duration("1s")
    )
    (tmp_path / "file.yml").write_text("name: file\nload: {people: 2, over: 1s}\njourneys: [{steps: [visit: /]}]\n")
    table = Scenario("keywords", duration_hours=1, time_warp=3600, load_profile="rps=2")
    runs = [launch(one, town.url, **LENIENT) for one in (table, fluent, SHORT, tmp_path / "file.yml")]
    assert report(runs[0])["state"] in ("QUEUED", "RUNNING", "FINISHED")
    for name, run_id in zip(["keywords", "fluent", "short", "file"], runs, strict=True):
        summary = report(run_id, wait=True)
        assert summary["state"] == "FINISHED" and summary["scenario"] == name
        assert summary["verdict"] in ("PASS", "FAIL") and summary["dashboard_url"].endswith(run_id)


def test_mistakes_keep_their_places(dev: Server) -> None:
    """BadInput with line and column, TargetRefused with words, BadInput for a run that is not there."""
    with pytest.raises(BadInput) as caught:
        launch(SHORT | {"laod": 1}, url=dev.url)
    assert caught.value.problems[0].line == 1 and "laod" in caught.value.problems[0].text
    with pytest.raises(TargetRefused, match=r"--allow prod\.example\.gov"):
        launch(SHORT, target="prod.example.gov", url=dev.url)
    with pytest.raises(BadInput, match="no run"):
        report("nothing", url=dev.url)
    with pytest.raises(BadInput, match="launch takes a Scenario"):
        launch(5, url=dev.url)


def test_no_server_is_said_with_the_cure() -> None:
    """Refused connections, other programs, and addresses that are none."""
    with pytest.raises(EnvironmentProblem, match=r"no control plane answers at .*refused.*esr\.mock_server"):
        launch(SHORT, url="http://127.0.0.1:1")
    with answering((200, b"<html>")) as (url, _), pytest.raises(EnvironmentProblem, match="is no control plane"):
        report("x", url=url)
    with answering((500, b"oops")) as (url, _), pytest.raises(EnvironmentProblem, match="is no control plane"):
        report("x", url=url)
    for wrong in ("localhost:9700", "ftp://x", "http://"):
        with pytest.raises(BadInput, match="no address of a server"):
            report("x", url=wrong)


def test_the_server_is_this_machines_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's government host: http://localhost:9700."""
    from hms_esr.control.settings import server_url

    monkeypatch.delenv("ESR_URL", raising=False)
    assert server_url() == "http://localhost:9700"
    monkeypatch.setenv("ESR_URL", "http://esr.example.test/ ")
    assert server_url() == "http://esr.example.test"


def test_the_token_and_a_key_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """ESR_TOKEN as a bearer token; each launch has an idempotency key of its own, the same when it is sent again."""
    monkeypatch.setenv("ESR_TOKEN", "esr_1_2")
    with answering((0, None), (201, {"run_id": "a"}), (201, {"run_id": "b"})) as (url, asked):
        assert [launch(SHORT, url=url, scale=2), launch(SHORT, url=url)] == ["a", "b"]
    keys = [one[2]["Idempotency-Key"] for one in asked]
    assert keys[0] == keys[1] != keys[2]
    assert {one[2]["Authorization"] for one in asked} == {"Bearer esr_1_2"}
    assert json.loads(asked[0][3])["options"] == {"scale": 2}


def test_waiting_bears_a_server_that_is_away() -> None:
    """It asks again until the run is FINISHED, through hang-ups and a server that is being started anew."""
    running, over = {"state": "RUNNING", "verdict": None}, {"state": "FINISHED", "verdict": "FAIL"}
    away = {"error": "starting", "problems": []}
    with answering((200, running), (0, None), (0, None), (503, away), (200, over)) as (url, asked):
        assert report("x", wait=True, url=url) == over
    assert len(asked) == 5


def test_a_file_that_is_only_read_starts_nothing() -> None:
    """``hms-esr run file.py`` reads a script whose last lines launch and wait."""
    with starting_is_disarmed():
        assert launch(SHORT, url="http://127.0.0.1:1") == ""
        assert report("", wait=True, url="http://127.0.0.1:1")["verdict"] is None


def test_the_client_knows_no_engine() -> None:
    """Neither the client nor the server imports what patches the process."""
    code = "import sys, hms_esr_client, hms_esr.control.server\nprint(sorted({'locust', 'gevent'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
