"""Runs of a control plane stream to InfluxDB as those of a command line do; the token is seen nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable

import psutil
import pytest
from click.testing import CliRunner

from hms_esr.city.process import CityProcess
from hms_esr.cli.serve import command
from hms_esr.errors import BadInput
from tests.control.conftest import Server
from tests.sinks.influx.fault_server import fault_server, total

TOKEN = "a-token-nobody-may-see"
FEW = {"name": "few", "load": {"people": 12, "over": "2s"}, "journeys": [{"steps": [{"visit": "/"}]}]}


def test_every_run_streams(serve: Callable[..., Server], town: CityProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request's point arrives, with the token of the environment; no process, file or answer shows it."""
    monkeypatch.setenv("INFLUX_TOKEN", TOKEN)
    with fault_server() as influx:
        server = serve("--dev", "--influx", influx.url, "--influx-org", "agency")
        run_id = server.start(FEW, target=town.url)
        server.recorded(run_id)
        processes = psutil.Process(server.process.pid).children(recursive=True)
        shown = [word for process in processes for word in process.cmdline()]
        summary = server.until(run_id, "FINISHED")
        psutil.wait_procs(processes, timeout=60)  # the record is whole before the last point has left
        assert total(influx.of("esr_step"), "count") == summary["requests"] == 12
        assert influx.authorizations == {f"Token {TOKEN}"}
    assert influx.url in shown and "agency" in shown
    kept = [path.read_bytes() for path in server.out.parent.rglob("*") if path.is_file()]
    assert any(influx.url.encode() in content for content in kept)
    assert not any(TOKEN in text for text in (*shown, str(summary), *(os.fsdecode(content) for content in kept)))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--influx", "influx:8086"], "--influx  'influx:8086' is no address of an InfluxDB"),
        (["--influx-org", "agency"], "--influx-org  says nothing without an address"),
        (["--influx", "http://127.0.0.1:1", "--influx-token-file", "nowhere"], "cannot be read: no such file"),
    ],
)
def test_what_no_run_could_use_is_refused_at_once(options: list[str], said: str) -> None:
    """Before anything is served, as ``hms-esr run`` refuses it."""
    refused = CliRunner().invoke(command, ["--dev", "--port", "0", *options])
    assert isinstance(refused.exception, BadInput)
    assert said in str(refused.exception)
