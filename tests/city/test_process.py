"""A city in a process of its own: journeys over real sockets, its start and its end."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil
import pytest

from hms_esr.city.process import CityProcess
from hms_esr.errors import EnvironmentProblem

from .browser import JPEG, PDF, multipart

LIMIT_S = 30


class Wire:
    """One kept connection with its cookie."""

    def __init__(self, url: str, run: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=LIMIT_S)
        self.headers = {"X-ESR-Run": run}
        self.sent = 0

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str, str]:
        """Status, text and where a redirect leads."""
        self.connection.request(method, path, body, self.headers | ({"Content-Type": kind} if kind else {}))
        self.sent += not path.startswith("/__city/")
        answer = self.connection.getresponse()
        if cookie := answer.headers["Set-Cookie"]:
            self.headers["Cookie"] = cookie.partition(";")[0]
        return answer.status, answer.read().decode(), answer.headers["Location"] or ""

    def form(self, path: str, values: dict[str, str], files: dict[str, tuple[str, bytes]]) -> str:
        """Open the form at ``path`` and send it; where the redirect leads."""
        token = re.search(r'name="csrf_token" value="(\w+)"', self.ask("GET", path)[1])
        assert token
        values = {"csrf_token": token[1], **values}
        if files:
            status, text, to = self.ask(
                "POST", path, multipart(values, files), "multipart/form-data; boundary=x5e5e5e5e"
            )
        else:
            status, text, to = self.ask("POST", path, urlencode(values).encode(), "application/x-www-form-urlencoded")
        assert status == 303, text
        return to


@pytest.fixture
def wire(city: CityProcess, request: pytest.FixtureRequest) -> Iterator[Wire]:
    made = Wire(city.url, request.node.name)
    yield made
    made.connection.close()


def test_a_passport_over_real_sockets(wire: Wire) -> None:
    """A renewal over one connection ends on the confirmation, and the city's count for the run is exact."""
    photo = {"photo": ("photo.jpg", JPEG)}
    assert wire.form("/start", {"passport_id": "X12345678"}, photo) == "/pay"
    card = {"amount": "130", "card_number": "4111111111111111", "card_expiry": "12/34", "card_cvc": "123"}
    assert wire.form("/pay", card, {}) == "/confirmation"
    assert wire.ask("GET", "/confirmation")[0] == 200
    counts = json.loads(wire.ask("GET", f"/__city/counts?run={wire.headers['X-ESR-Run']}")[1])
    assert counts["requests"] == wire.sent == 5


def test_a_subsidy_over_real_sockets(wire: Wire) -> None:
    """A subsidy is applied for over real sockets."""
    to = wire.form("/apply-subsidy", {"full_name": "Ann"}, {"schedule_f": ("f.pdf", PDF)})
    assert wire.ask("GET", to)[0] == 200


def test_a_body_over_the_cap_leaves_the_connection_good(wire: Wire) -> None:
    """After a 413 the same connection carries the next request."""
    assert wire.ask("POST", "/apply", bytes(8 * 1024 * 1024), "multipart/form-data; boundary=x")[0] == 413
    assert wire.ask("GET", "/apply")[0] == 200


def test_clients_that_leave_are_counted(city: CityProcess, wire: Wire) -> None:
    """Twenty clients that leave without waiting, and twenty in the middle of a body, are each counted once."""
    host, port, run = urlsplit(city.url).hostname, urlsplit(city.url).port, wire.headers["X-ESR-Run"]
    for head in ("GET /apply", "POST /apply") * 20:
        length = f"Content-Length: {10**6 * head.startswith('P')}"
        with socket.create_connection((host, port), timeout=LIMIT_S) as client:
            client.sendall(f"{head} HTTP/1.1\r\nHost: city\r\nX-ESR-Run: {run}\r\n{length}\r\n\r\n".encode())
    want = {("GET", 200): 20, ("POST", 0): 20}
    for _ in range(1000):
        table = json.loads(wire.ask("GET", f"/__city/counts?run={run}")[1])
        found = {(row["method"], row["status"]): row["n"] for row in table["by"]}
        if found == want:
            break
    assert found == want


@pytest.mark.parametrize(
    "raw",
    [b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n", b"\r\n\r\nX\r\n\r\n"],
)
def test_bytes_that_are_no_http_do_no_harm(city: CityProcess, wire: Wire, raw: bytes) -> None:
    """What is no HTTP gets a 400 or a closed connection, and the city goes on."""
    host, port = urlsplit(city.url).hostname, urlsplit(city.url).port
    with socket.create_connection((host, port), timeout=LIMIT_S) as stranger:
        stranger.sendall(raw)
        stranger.shutdown(socket.SHUT_WR)
        assert stranger.recv(4096)[:12] in (b"", b"HTTP/1.1 400")
    assert wire.ask("GET", "/")[0] == 200


def test_a_stopped_city_is_gone_and_clean(tmp_path: Path) -> None:
    """After stop the process is gone, the port is free and the folder of records purged; stop twice is no mistake."""
    state = tmp_path / "state"
    with CityProcess(state=state) as city:
        process, port = psutil.Process(city.pid), urlsplit(city.url).port or 0
        assert state.exists() and city.running()
    assert not process.is_running() and not state.exists() and (city.url, city.pid) == ("", 0)
    with socket.create_server(("127.0.0.1", port)):
        city.stop()


def test_a_port_that_is_taken_is_said() -> None:
    """A taken port is an environment problem that names the port and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EnvironmentProblem, match=rf"status 4: cannot listen on 127.0.0.1:{port}.*another --port"):
            CityProcess(port=port).start()


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_is_a_clean_end(signal_: signal.Signals) -> None:
    """The command says its URL in one line and ends with 0 at SIGTERM and Ctrl-C, without a word more."""
    command = [sys.executable, "-m", "hms_esr", "city", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        process.send_signal(signal_)
        rest, _ = process.communicate(timeout=LIMIT_S)
    assert re.fullmatch(r"Mock City ready at http://127\.0\.0\.1:\d+ .*\n", line)
    assert (process.returncode, rest) == (0, b"")


def test_a_city_ends_with_its_parent(tmp_path: Path) -> None:
    """When the process that started it is killed, the city ends by itself and leaves no file behind."""
    code = (
        "import time; from hms_esr.city.process import CityProcess\n"
        "city = CityProcess(); city.start(); print(city.pid, flush=True); time.sleep(600)"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        city = psutil.Process(int(parent.stdout.readline()))
        assert [path.name[:13] for path in tmp_path.iterdir()] == ["hms-esr-city-"]
        parent.kill()
    assert city.wait(LIMIT_S) is None
    assert not list(tmp_path.iterdir())


def test_a_patched_process_can_start_one() -> None:
    """In a process that gevent has patched, a city is started and stopped as in any other."""
    code = (
        "from gevent import monkey; monkey.patch_all()\n"
        "from urllib.request import urlopen; from hms_esr.city.process import CityProcess\n"
        "with CityProcess() as city: print(urlopen(city.url + '/__city/health').status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=LIMIT_S, check=False)
    assert (done.stdout, done.stderr) == (b"200\n", b"")


@pytest.mark.parametrize("option", [["--port", "70000"], ["--clerks", "0"], ["--clerks", "nan"], ["--colour"]])
def test_wrong_options_are_bad_input(option: list[str]) -> None:
    """A wrong option ends with 2, names what is allowed, and shows no traceback."""
    command = [sys.executable, "-m", "hms_esr", "city", "--port", "0", *option]
    done = subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 2 and option[0].encode() in done.stderr and b"Traceback" not in done.stderr


def test_nothing_is_left_behind(city: CityProcess) -> None:
    """The city of these tests is a child of this process, alone in a session of its own."""
    assert os.getsid(city.pid) == city.pid
