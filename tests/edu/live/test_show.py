"""Facts about opening a page: from Python, from a terminal, and beside a run."""

from __future__ import annotations

import json
import os
import pty
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from websockets.sync.client import connect

from hms_edu import Dashboard
from hms_esr.cli.run import _page
from hms_esr.edu.live.page_process import PageProcess, listen
from hms_esr.errors import BadInput
from hms_esr.scenario.builder import starting_is_disarmed
from tests.records import Day
from tests.store.kept import write_run

SCENARIO = """
name: look
load: {rate: 10}
duration: 3s
journeys:
  - name: look
    steps: [visit: /apply-subsidy]
checks: ["success_rate > 0.5"]
"""


def loopback(url: str) -> str:
    """The address without a name to resolve."""
    return url.replace("//localhost:", "//127.0.0.1:")


def test_show_serves_a_finished_run_and_its_feed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The address comes at once; the page and the WebSocket are at its port; twice shown is one page."""
    folder, _ = write_run(tmp_path, Day(people=60, length_s=20, fault=None))
    try:
        url = Dashboard.show("latest", out=tmp_path, port=0, browser=False)
        assert capsys.readouterr().out == f"Live page: {url}\n"
        assert url.endswith(f"/dashboard/{folder.name}")
        assert "A made-up day" in urlopen(loopback(url), timeout=20).read().decode()
        with connect(loopback(url).replace("http:", "ws:") + "/live") as feed:
            feed.send('{"e": "", "n": -1}')
            assert json.loads(feed.recv(timeout=10))["over"]
        assert Dashboard.show(folder.name, out=tmp_path, browser=False, quiet=True) == url
        assert capsys.readouterr().out == ""
    finally:
        Dashboard.close()


def test_a_run_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With what was probably meant; nothing is started, neither then nor while a file is only read."""
    with pytest.raises(BadInput):
        Dashboard.show("nobody", out=tmp_path, browser=False)
    with starting_is_disarmed():
        assert Dashboard.show("nobody", out=tmp_path) == ""
    assert not Dashboard._open


def test_a_taken_port_means_the_next_free_one() -> None:
    """Two pages at the same wish are at two ports."""
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with listen("127.0.0.1", port) as second:
            assert second.getsockname()[1] > port


def test_the_page_is_of_one_run_and_one_name(tmp_path: Path) -> None:
    """Another run of the folder is not shown, and another host's name is not answered (DNS rebinding)."""
    folder, _ = write_run(tmp_path, Day(people=20, length_s=8, fault=None))
    write_run(tmp_path, Day(people=20, length_s=8, fault=None), run_id="another")
    page = PageProcess(tmp_path, folder.name, port=0)
    try:
        assert "401" in _head(page.port, "/dashboard/another", "127.0.0.1")
        assert "200" in _head(page.port, f"/dashboard/{folder.name}", "127.0.0.1")
        assert "400" in _head(page.port, f"/dashboard/{folder.name}", "evil.test")
    finally:
        page.stop()
    assert not page.running()


def _head(port: int, path: str, host: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
        asking.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        return asking.recv(64).decode().splitlines()[0]


def test_the_page_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    """A killed parent leaves nothing behind."""
    folder, _ = write_run(tmp_path, Day(people=20, length_s=8, fault=None), state="RUNNING")
    program = (
        "import os, signal; from pathlib import Path; from hms_esr.edu.live.page_process import PageProcess; "
        f"page = PageProcess(Path({str(tmp_path)!r}), {folder.name!r}, port=0); "
        "print(page._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    page = psutil.Process(int(said.stdout))
    assert psutil.wait_procs([page], timeout=30)[1] == []


def test_a_run_from_a_terminal_serves_its_own_page(tmp_path: Path) -> None:
    """Its address is among the first lines; the page is there while people come, and gone a little after."""
    (tmp_path / "look.yml").write_text(SCENARIO)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "hms_esr", "run", "look.yml", "--max-late", "100%", "--max-dropped", "100%"]
    run = subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    said = _until(ours, rb"Live page: (\S+)")
    url = re.search(r"Live page: (\S+)", said)
    assert url is not None and len(said.splitlines()) < 12
    page = urlopen(loopback(url[1]), timeout=30).read().decode()
    assert "look" in page or "being prepared" in page
    named = url[1].rsplit("/", 1)[1]
    pages = [one for one in psutil.process_iter(["cmdline"]) if {"dashboard", named} <= set(one.info["cmdline"] or ())]
    assert len(pages) == 1
    said += _until(ours, rb"Report: ")
    assert run.wait(60) in (0, 3)
    os.close(ours)
    assert psutil.wait_procs(pages, timeout=30)[1] == []


def _until(terminal: int, wanted: bytes) -> str:
    """What the terminal shows until ``wanted`` is there."""
    said = b""
    while not re.search(wanted, said):
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
    return said.decode(errors="replace")


def test_a_run_elsewhere_serves_none(tmp_path: Path) -> None:
    """Without a terminal there is no page unless a port asks for one; --no-dashboard is the last word."""
    (tmp_path / "look.yml").write_text(SCENARIO.replace("3s", "1s"))
    asked = {"dashboard": None, "no_dashboard": False, "quiet": False, "out": tmp_path}
    assert _page(asked, "run") is None
    assert _page(asked | {"dashboard": 0, "no_dashboard": True}, "run") is None
    command = [sys.executable, "-m", "hms_esr", "run", "look.yml", "--only", "0", "--dashboard", "0"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert "Live page: http://localhost:" in done.stdout
