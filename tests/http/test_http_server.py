"""Facts about what every server of ours has in common."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hms_esr.errors import EnvironmentProblem
from hms_esr.http.http_server import FEEDS, address, listen, server, tell_when_ready


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Answers of two packets leave at once: asyncio sets TCP_NODELAY where the socket names its protocol."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize("port", [None, 70000], ids=["taken", "no port"])
def test_a_port_that_cannot_be_had_is_told_with_the_way_out(port: int | None) -> None:
    """Place, reason and cure, and nothing of ours listens there afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = port or taken.getsockname()[1]
        with pytest.raises(EnvironmentProblem, match=rf"cannot listen on 127\.0\.0\.1:{wanted}: .*another --port"):
            listen("127.0.0.1", wanted)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://localhost:9"),
        ("0.0.0.0", "http://localhost:9"),
        ("::", "http://localhost:9"),
        ("::1", "http://[::1]:9"),
        ("2001:db8::1", "http://[2001:db8::1]:9"),
        ("stg.example.gov", "http://stg.example.gov:9"),
    ],
)
def test_an_address_can_be_opened(host: str, shown: str) -> None:
    """An address for every listener is no address to open; one of IPv6 is in brackets."""
    assert address(host, 9) == shown


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    """What follows the serving is still done; nothing is raised; the ready file named this process and its URL."""
    ready = tmp_path / "ready.json"
    heard: list[str] = []

    async def serve() -> None:
        with listen("127.0.0.1", 0) as listener:
            serving = server(lambda *_: None, **FEEDS)

            def announce(url: str) -> None:
                heard.append(url)
                os.kill(os.getpid(), number)

            telling = asyncio.create_task(tell_when_ready(serving, "http://here", ready, announce))
            await serving.serve([listener])
            await telling

    asyncio.run(serve())
    assert heard == ["http://here"]
    assert json.loads(ready.read_text()) == {"url": "http://here", "pid": os.getpid()}
    assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]


def test_holding_a_socket_loads_no_server() -> None:
    """A run holds its page's port without loading uvicorn, and so without its cost."""
    program = "import sys, hms_esr.http.http_server; sys.exit('uvicorn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
