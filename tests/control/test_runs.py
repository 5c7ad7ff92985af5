"""Runs over HTTP: begun, queued, paused, stopped, followed, and found again after a kill."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from hms_esr.city.process import CityProcess
from hms_esr.control.children import running_by_id
from hms_esr.launch import subprocess_run
from hms_esr.library import read_scenario
from hms_esr.scenario.source import read_document
from tests.control.conftest import LENIENT, LONG, SHORT, Server

pytestmark = pytest.mark.long

FEW_SECONDS = {"name": "few", "load": {"people": 12, "over": "3s"}, "journeys": [{"steps": [{"visit": "/"}]}]}


def test_a_run_from_its_start_to_its_summary(dev: Server, town: CityProcess) -> None:
    """201 with where to look; RUNNING, then FINISHED with verdict, target, sim and every figure."""
    answer = dev.ask("POST", "/run?seed=7", {**SHORT, "target": town.url, "options": LENIENT | {"scale": 2}})
    assert answer.status == 201
    made = answer.json
    assert made["state"] == "RUNNING" and made["place"] == 0
    assert made["dashboard_url"].endswith(f"/dashboard/{made['run_id']}")
    assert answer.headers["location"] == made["summary_url"]
    first = dev.summary(made["run_id"])
    assert first["verdict"] is None and first["sim"] is True and first["scenario"] == "short"
    summary = dev.until(made["run_id"], "FINISHED")
    assert summary["verdict"] == "PASS" and summary["exit_code"] == 0
    assert summary["people"]["planned"] == 10 and summary["seed"] == 7
    assert summary["target"] == summary["target_requested"] == town.url
    listed = dev.ask("GET", "/runs?scenario=short&state=FINISHED").json
    assert made["run_id"] in [one["run_id"] for one in listed["runs"]]
    assert listed["runs"][0]["verdict"] == "PASS" and listed["runs"][0]["sim"] is True
    page = dev.ask("GET", "/").body.decode()
    assert made["run_id"] in page and "<script" not in page


def test_every_accent_as_yaml_or_json(dev: Server, town: CityProcess) -> None:
    """A flight plan with several pairs on a line, a fire drill, a load table: each begins and reaches a verdict."""
    steps = 'steps:\n  - visit: "/start"\n  - fill: "passport_id"  value: "X1234567"\n'
    plan = f'scenario: p\n{steps}personas: 3\nduration: "2s"\n'
    drill = 'name: d\nusers: 3\nramp_up: 1s\nscript:\n  - click: "/apply"\n'
    table = '{"name": "t", "duration_hours": 1, "time_warp": 3600, "load_profile": "rps=3"}'
    path = f"/run?target={town.url}&time_limit=20s&max_late=100%25"
    answers = [dev.ask("POST", path, text.encode()) for text in (plan, drill, table)]
    assert {answer.status for answer in answers} <= {201, 202}, answers
    for answer in answers:
        summary = dev.until(answer.json["run_id"], "FINISHED")
        assert summary["verdict"] in ("PASS", "FAIL", "INVALID") and summary["people"]["planned"] > 0


def test_pause_resume_stop(dev: Server, town: CityProcess) -> None:
    """PAUSED and RUNNING as asked; stop ends it INTERRUPTED; what is over cannot be paused; asking twice is fine."""
    run_id = dev.start(LONG, target=town.url)
    dev.recorded(run_id)
    dev.ask("POST", f"/run/{run_id}/pause")
    assert dev.until(run_id, "PAUSED")["verdict"] is None
    assert dev.ask("POST", f"/run/{run_id}/pause").json["done"] is True
    assert dev.ask("POST", f"/run/{run_id}/resume").json["asked"] == "resume"
    dev.until(run_id, "RUNNING")
    stopped = dev.ask("POST", f"/run/{run_id}/stop")
    assert stopped.status in (200, 202)
    assert dev.until(run_id, "FINISHED")["verdict"] == "INTERRUPTED"
    assert dev.ask("POST", f"/run/{run_id}/stop").status == 200
    assert dev.ask("POST", f"/run/{run_id}/pause").status == 409
    assert dev.ask("POST", "/run/nothing/stop").status == 404


def test_a_target_that_is_not_there_ends_the_run(dev: Server) -> None:
    """FINISHED, INVALID, and the reason in words: who waits never hangs."""
    run_id = dev.start(SHORT, target="http://127.0.0.1:1")
    summary = dev.until(run_id, "FINISHED")
    assert summary["verdict"] == "INVALID" and "connection refused" in summary["reason"]
    assert summary["exit_code"] == 4
    page = dev.ask("GET", f"/dashboard/{run_id}").body.decode()
    assert "connection refused" in page and "INVALID" in page


def test_the_queue_and_the_place_in_it(serve: Callable[..., Server], town: CityProcess) -> None:
    """One at a time: the others wait in order, one can be taken out, and the next begins when the first is over."""
    server = serve("--dev", "--max-runs", "1")
    first = server.start(LONG, target=town.url)
    answers = [server.ask("POST", "/run", {**SHORT, "target": town.url, "options": LENIENT}) for _ in range(3)]
    assert [one.status for one in answers] == [202] * 3
    assert [(one.json["state"], one.json["place"]) for one in answers] == [("QUEUED", 1), ("QUEUED", 2), ("QUEUED", 3)]
    waiting = [one.json["run_id"] for one in answers]
    assert server.ask("POST", f"/run/{waiting[0]}/pause").status == 409
    assert "place 2" in server.ask("GET", f"/dashboard/{waiting[1]}").body.decode()
    assert server.ask("POST", f"/run/{waiting[0]}/stop").json == {
        "run_id": waiting[0],
        "state": "FINISHED",
        "asked": "stop",
        "done": True,
    }
    assert server.summary(waiting[0])["verdict"] == "INTERRUPTED"
    assert [server.summary(run_id)["place"] for run_id in waiting] == [0, 1, 2]
    server.ask("POST", f"/run/{first}/stop")
    assert server.until(waiting[1], "FINISHED")["verdict"] == "PASS"


def test_a_repeated_request_starts_nothing(dev: Server, town: CityProcess) -> None:
    """The same idempotency key and body is the same run; another body with that key is refused."""
    body, key = {**SHORT, "target": town.url, "options": LENIENT}, {"Idempotency-Key": "once"}
    first, again = dev.ask("POST", "/run", body, key), dev.ask("POST", "/run", body, key)
    assert (first.status, again.status) == (201, 200)
    assert first.json["run_id"] == again.json["run_id"]
    assert dev.ask("POST", "/run", {**body, "name": "other"}, key).status == 409
    assert dev.ask("POST", "/run", body, {"Idempotency-Key": "two"}).json["run_id"] != first.json["run_id"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"target": "prod.example.gov"}, "--allow prod.example.gov"),
        ({"target": "http://10.0.0.5:8000"}, "--allow 10.0.0.5:8000"),
        ({"target": "http://169.254.169.254"}, "not on the list"),
        ({"targets": {"default": {"url": "http://127.0.0.1:1", "also": ["sso.example.gov"]}}}, "sso.example.gov"),
        ({"target": "http://127.0.0.1:1", "sensors": ["http://metrics.example.gov"]}, "metrics.example.gov"),
        ({"target": "http://127.0.0.1.nip.example"}, "not on the list"),
    ],
    ids=str,
)
def test_targets_that_were_not_allowed(dev: Server, more: dict[str, Any], words: str) -> None:
    """403 with what would allow it, and nothing is kept."""
    before = [path for path in dev.out.iterdir() if path.is_dir()]
    answer = dev.ask("POST", "/run", SHORT | more)
    assert answer.status == 403 and words in answer.json["error"]
    assert [path for path in dev.out.iterdir() if path.is_dir()] == before


def test_it_does_not_load_itself(dev: Server) -> None:
    """The control plane's own address is no target."""
    answer = dev.ask("POST", "/run", SHORT | {"target": dev.url})
    assert answer.status == 403 and "does not load itself" in answer.json["error"]


@pytest.fixture(scope="module")
def own(serve: Callable[..., Server]) -> Server:
    """A server that may load one place more, with a metric function in its folder."""
    server = serve("--dev", "--allow", "stg.example.test:8000")
    folder = server.out.parent / "metrics"
    folder.mkdir()
    (folder / "own.py").write_text("def cost_per_claim(metrics):\n    return metrics['requests'] * 0.001\n")
    return server


def test_an_allowed_target_is_taken(own: Server) -> None:
    """--allow HOST[:PORT] lets a run begin; its own guard decides the rest."""
    server = own
    assert server.ask("POST", "/run", SHORT | {"target": "stg.example.test"}).status == 403
    run_id = server.start(SHORT, target="stg.example.test:8000")
    assert "stg.example.test" in server.until(run_id, "FINISHED")["reason"]


def test_events_over_a_websocket(dev: Server, town: CityProcess) -> None:
    """Numbered events and figures until the run is over; who comes later asks for those after a number."""
    run_id = dev.start(FEW_SECONDS, target=town.url)
    address = f"ws://127.0.0.1:{dev.place[1]}/run/{run_id}/events"
    with connect(address) as socket:
        messages = [json.loads(message) for message in socket]
    events = [event for message in messages for event in message["events"]]
    assert [event["n"] for event in events] == list(range(1, len(events) + 1)) and events
    last = messages[-1]["now"]
    assert last["state"] == "FINISHED" and last["verdict"] == "PASS" and last["completed"] == 12
    assert all(message["now"]["sim"] is True for message in messages)
    with connect(f"{address}?after={len(events) - 1}") as socket:
        assert [event["n"] for message in socket for event in json.loads(message)["events"]] == [len(events)]


def test_a_killed_server_loses_no_run(serve: Callable[..., Server], town: CityProcess) -> None:
    """SIGKILL amid three runs and one that waits: they go on, the next server finds them, and all get their verdict."""
    server = serve("--dev", "--max-runs", "3")
    key = {"Idempotency-Key": "before the kill"}
    body = {**FEW_SECONDS, "target": town.url, "options": LENIENT}
    first = server.ask("POST", "/run", body, key).json["run_id"]
    runs = [first, *(server.start(FEW_SECONDS, target=town.url) for _ in range(2))]
    waits = server.start(SHORT, target=town.url)
    assert server.summary(waits)["state"] == "QUEUED"
    server.end(signal.SIGKILL)
    assert set(runs) <= set(running_by_id())
    again = serve("--dev", "--max-runs", "3", out=server.out)
    assert again.ask("POST", "/run", body, key).json["run_id"] == first
    for run_id in [*runs, waits]:
        assert again.until(run_id, "FINISHED")["verdict"] == "PASS"
    assert len(again.ask("GET", "/runs").json["runs"]) == 4
    deadline = time.monotonic() + 30
    while ended_in_log(again) != dict.fromkeys([*runs, waits], "PASS"):
        assert time.monotonic() < deadline, ended_in_log(again)


def ended_in_log(server: Server) -> dict[str, str]:
    """Verdicts by run, as the audit log has them."""
    lines = [json.loads(line) for line in (server.out / "audit.jsonl").read_text().splitlines()]
    return {line["run"]: line["result"] for line in lines if line["what"] == "run.ended"}


def test_runs_from_a_command_line_are_seen_and_steered_too(dev: Server, town: CityProcess) -> None:
    """A run nobody asked this server for, in its folder: listed, paused, stopped."""
    run_id = subprocess_run.start(
        read_scenario(read_document(json.dumps(LONG), "l")).scenario, target=town.url, out=dev.out
    )
    dev.recorded(run_id)
    assert dev.until(run_id, "RUNNING")["scenario"] == "long"
    assert run_id in [one["run_id"] for one in dev.ask("GET", "/runs?state=RUNNING").json["runs"]]
    dev.ask("POST", f"/run/{run_id}/pause")
    dev.until(run_id, "PAUSED")
    assert dev.ask("POST", f"/run/{run_id}/stop").status in (200, 202)
    assert dev.until(run_id, "FINISHED")["verdict"] == "INTERRUPTED"
    subprocess_run.wait_for(run_id, dev.out)


def test_a_killed_run_is_over(dev: Server, town: CityProcess) -> None:
    """Its process gone without a report: FINISHED, INVALID, with how to make one."""
    import psutil

    run_id = dev.start(LONG, target=town.url)
    dev.recorded(run_id)
    psutil.Process(running_by_id()[run_id].known["pid"]).kill()
    summary = dev.until(run_id, "FINISHED")
    assert summary["verdict"] == "INVALID" and f"hms-esr report {run_id}" in summary["reason"]


def test_two_servers_do_not_share_results(dev: Server, serve: Callable[..., Server]) -> None:
    """The second is refused, in words."""
    with pytest.raises(AssertionError, match="served already"):
        serve("--dev", out=dev.out)


def test_uploads_are_made_up_and_files_stay_here(dev: Server, town: CityProcess, tmp_path: Path) -> None:
    """A file of the server's folder is not sent; data files and certificates are refused with their place."""
    (dev.out.parent / "secret.pdf").write_text("the server's own")
    steps = [{"visit": "/apply-subsidy"}, {"upload": "secret.pdf"}, "submit"]
    scenario = {"name": "up", "load": {"people": 2, "over": "1s"}, "journeys": [{"steps": steps}]}
    summary = dev.until(dev.start(scenario, target=town.url), "FINISHED")
    assert summary["made_up_files"] == ["secret.pdf"]
    refused = dev.ask("POST", "/run", SHORT | {"data": {"a": {"file": "secret.pdf"}}})
    assert refused.status == 422 and "sent in" in refused.json["problems"][0]["text"]


def test_metric_functions_are_those_on_the_server(own: Server, town: CityProcess) -> None:
    """A check on a function in metrics/ of the server's folder is computed; an unknown one is 422 with the cure."""
    server = own
    run_id = server.start(SHORT | {"checks": ["cost_per_claim < 0.05"]}, target=town.url)
    assert server.until(run_id, "FINISHED")["checks"][0]["verdict"] == "PASS"
    refused = server.ask("POST", "/run", SHORT | {"checks": ["price_per_claim < 0.05"]})
    assert refused.status == 422 and "metrics/*.py" in refused.json["problems"][0]["text"]
