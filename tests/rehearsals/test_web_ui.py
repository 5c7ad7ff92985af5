"""Locust's web UI on our runs: who may speak with it, what it starts and stops, and our tab in a browser."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.rehearsals.conftest import ROOT, Ran
from tests.rehearsals.locusts import Locust, free_port, scenario

pytestmark = pytest.mark.long

PASSWORD = "correct horse battery"
Answered = tuple[int, str, http.client.HTTPMessage]


def ask(place: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Answered:
    """(status, body, headers) of a GET, or of a POST of ``form``."""
    connection = http.client.HTTPConnection(place, timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if form is None:
        connection.request("GET", path, headers=sent)
    else:
        sent |= {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(form), sent)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body, answer.headers


def wait_until(seen: Callable[[], bool], what: str, process: subprocess.Popen[Any]) -> None:
    """Until ``seen()``, while the process lives."""
    until = time.monotonic() + 60
    while not seen():
        assert process.poll() is None, f"it ended before {what}"
        assert time.monotonic() < until, f"waited in vain until {what}"
        time.sleep(0.05)


def _listens(place: str) -> bool:
    try:
        ask(place, "/")
    except OSError:
        return False
    return True


class Ui:
    """``hms-esr run … --web`` in a process, spoken with as programs and pages do."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.out = folder / "ui.out"
        env = {name: value for name, value in os.environ.items() if not name.startswith(("LOCUST_", "ESR_"))}
        command = [sys.executable, "-m", "hms_esr", "run", "look.yml", "--web", "--web-port", "0", *options]
        with self.out.open("w") as out:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=env | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.wait_until(lambda: "Web UI: " in self.out.read_text(), "it listens")
        self.url = self.out.read_text().split("Web UI: ")[1].split()[0]
        self.place = urlsplit(self.url).netloc

    def wait_until(self, seen: Callable[[], bool], what: str) -> None:
        """Until ``seen()``."""
        wait_until(seen, what, self.process)

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answered:
        """As :func:`ask`."""
        return ask(self.place, path, form, **headers)

    def figures(self) -> dict[str, Any]:
        """What the page shows."""
        found: dict[str, Any] = json.loads(self.ask("/rehearsal.json")[1])
        return found

    def state(self) -> str:
        """Locust's."""
        return str(json.loads(self.ask("/stats/requests")[1])["state"])

    def end(self) -> Ran:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=60)
        return Ran(code, self.out.read_text(), "", self.folder / "results")

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@pytest.fixture
def ui(tmp_path: Path) -> Iterator[Callable[..., Ui]]:
    """``ui("--workers", "3")``."""
    started: list[Ui] = []

    def start(*options: str) -> Ui:
        started.append(Ui(tmp_path, *options, "--max-late", "100%"))
        return started[-1]

    yield start
    for one in started:
        one.close()


def test_a_run_in_the_browser(tmp_path: Path, ui: Any, logging_target: Any, chromium: Any) -> None:
    """Three workers: pick a scenario, start, our tab and page show figures, and it stops by itself with a verdict."""
    target = logging_target()
    (tmp_path / "scenarios").mkdir()
    scenario(tmp_path / "scenarios", duration_s=3)
    scenario(tmp_path)
    run = ui("--workers", "3")
    page = chromium.new_page(viewport={"width": 1200, "height": 900})
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(run.url)
    page.get_by_text("Custom parameters").click()
    page.locator("select[name=scenario], [name=scenario]").first.wait_for(state="attached")
    page.get_by_role("combobox", name="Scenario").select_option("scenarios/look.yml")
    page.locator("input[name=target]").fill(target.url)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("tab", name="Rehearsal").click()
    page.get_by_text("Worker 3").wait_for(timeout=60_000)
    page.screenshot(path=str(tmp_path / "tab.png"))
    own = chromium.new_page(viewport={"width": 1000, "height": 1300})
    own.on("pageerror", lambda fault: faults.append(str(fault)))
    own.goto(f"{run.url}/rehearsal")
    own.get_by_text("PASS: The site kept its promise").wait_for(timeout=60_000)
    own.screenshot(path=str(tmp_path / "page.png"), full_page=True)
    page.get_by_text("PASS: The site kept its promise").wait_for(timeout=60_000)
    run.wait_until(lambda: run.state() == "stopped", "Locust says that it stopped")
    assert own.locator("#workers tr").count() == 3
    assert own.locator("#people polyline").count() == own.locator("#times polyline").count() == 2
    assert own.locator("#seconds tr").first.locator("td").count() == 7
    assert not faults
    people = run.figures()["people"]
    assert (people["planned"], people["started"], people["completed"]) == (60, 60, 60)
    stats = json.loads(run.ask("/stats/requests")[1])
    assert stats["stats"][-1]["num_requests"] == len(target.log()) == 120
    assert len(stats["workers"]) == 3
    page.close()
    own.close()
    assert run.end().code == 0


def test_started_stopped_and_started_again(tmp_path: Path, ui: Any, logging_target: Any) -> None:
    """Stop is INTERRUPTED; a start that is not possible says why; the exit code is that of the last run."""
    target = logging_target()
    scenario(tmp_path, duration_s=60)
    run = ui("--target", target.url)
    assert json.loads(run.ask("/swarm", {"scale": "much"})[1])["message"].startswith("scale  'much' is no scale")
    assert "no such file" in json.loads(run.ask("/swarm", {"scenario": "gone.yml"})[1])["message"]
    assert "--i-may-load" in json.loads(run.ask("/swarm", {"target": "http://10.0.0.1"})[1])["message"]
    assert json.loads(run.ask("/swarm", {})[1])["success"]
    run.wait_until(lambda: target.count() > 10, "people came")
    assert json.loads(run.ask("/stop", {})[1])["success"]
    assert run.figures()["verdict"] == "INTERRUPTED"
    scenario(tmp_path, duration_s=1)
    assert json.loads(run.ask("/swarm", {"scale": "0.5"})[1])["success"]
    run.wait_until(lambda: run.figures().get("verdict") == "PASS", "the second run passed")
    assert run.figures()["people"]["planned"] == 10
    ran = run.end()
    assert ran.code == 0, ran.output
    assert len([one for one in (tmp_path / "results").iterdir() if (one / "summary.json").exists()]) >= 2


def test_only_its_own_pages_may_speak_with_it(tmp_path: Path, ui: Any) -> None:
    """A start asked for by another site's page, or under another name, is refused; so is reading figures."""
    scenario(tmp_path)
    run = ui()
    assert run.ask("/swarm", {}, Origin="http://evil.example")[0] == 403
    assert run.ask("/swarm", {}, Origin="null")[0] == 403
    assert run.ask("/stop", {}, Sec_Fetch_Site="cross-site")[0] == 403
    assert run.ask("/stats/requests", Origin="http://evil.example")[0] == 403
    assert run.ask("/rehearsal.json", Host="evil.example")[0] == 403
    assert run.ask("/rehearsal.json", Origin=run.url)[0] == 200
    assert run.figures()["state"] == "ready"
    assert "default-src 'none'" in run.ask("/rehearsal")[2]["Content-Security-Policy"]
    assert run.end().code == 0


def test_a_login(tmp_path: Path, ui: Any, esr: Any) -> None:
    """Where others reach it, it wants a login, and shows nothing without."""
    scenario(tmp_path)
    refused = esr("run", "look.yml", "--web", "--web-host", "0.0.0.0")
    assert refused.code == 2
    assert "--web-login" in refused.errors
    (tmp_path / "login").write_text(f"ann:{PASSWORD}\n")
    run = ui("--web-host", "0.0.0.0", "--web-login", "login")
    for path in ("/", "/rehearsal", "/rehearsal.json", "/stats/requests"):
        status, _, headers = run.ask(path)
        assert (status, "/login" in headers["Location"]) == (302, True)
    assert run.ask("/swarm", {})[0] == 302
    wrong = run.ask("/login_submit", {"username": "ann", "password": "wrong"})
    assert "/login" in wrong[2]["Location"]
    right = run.ask("/login_submit", {"username": "ann", "password": PASSWORD})
    cookie = right[2]["Set-Cookie"]
    assert "SameSite=Strict" in cookie
    assert run.ask("/rehearsal.json", Cookie=cookie.partition(";")[0])[0] == 200
    assert run.end().code == 0


def test_plain_locust_has_the_fields_and_the_page(tmp_path: Path, logging_target: Any) -> None:
    """``locust -f locustfiles/scenario.py``: loopback only, our fields in its form, our page, other sites refused."""
    target, port = logging_target(), free_port()
    scenario(tmp_path)
    run = Locust(tmp_path, "--web-port", port, "--scenario", "look.yml", "--target", target.url, "--max-late", "100%")
    place = f"127.0.0.1:{port}"
    try:
        run.wait_for(f"Starting web interface at http://{place}")
        wait_until(lambda: _listens(place), "it listens", run.process)
        fields = json.loads(ask(place, "/")[1].split("window.templateArgs = ")[1].split("\n")[0])["extra_options"]
        assert {"scenario", "scale", "seed", "target"} <= fields.keys()
        assert "look.yml" in fields["scenario"]["choices"]
        assert fields["scenario"]["is_required"]
        assert "secret_file" not in fields
        assert ask(place, "/swarm", {}, Origin="http://evil.example")[0] == 403
        assert json.loads(ask(place, "/swarm", {"seed": "x"})[1])["message"].startswith("seed  'x' is no seed")
        assert json.loads(ask(place, "/swarm", {"seed": "5"})[1])["success"]
        figures = "/rehearsal.json"
        wait_until(lambda: json.loads(ask(place, figures)[1]).get("verdict") == "PASS", "it passed", run.process)
        run.interrupt()
        assert run.end().code == 0
    finally:
        run.close()
    assert len(target.log()) == 80
