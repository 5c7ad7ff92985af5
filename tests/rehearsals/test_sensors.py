"""A rehearsal with sensors: the time inside the service stands beside the time outside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.rehearsals.conftest import fetch

SENSED = """
name: sensed
load: {rate: 20}
duration: 4s
drain: 5s
sensors: [target]
probes: [policy.rejections]
faults:
  - {fault: latency, service: subsidy-svc, latency_ms: 200, at: 0s, for: 4s}
journeys:
  - name: look
    pace: none
    steps: [visit: /apply-subsidy, visit: /]
checks: ["policy.rejections < 1"]
"""


def test_server_and_client_side_by_side(esr: Callable[..., Any], city: Callable[..., Any], tmp_path: Path) -> None:
    """What the service measured is the run's alone, slower where the fault was, and stands in the report."""
    target = city()
    for _ in range(5):
        fetch(f"{target.url}/__city/faults")
    (tmp_path / "sensed.yml").write_text(SENSED)
    ran = esr("run", "sensed.yml", "--target", target.url, "--max-late", "100%")
    assert ran.code == 0, ran.output + ran.errors
    sensors = ran.summary["sensors"]
    assert sensors["subsidy-svc"]["server.requests"] == sensors["gateway"]["server.requests"] == 80
    assert sensors["subsidy-svc"]["server.p50_ms"] >= 195 > sensors["gateway"]["server.p95_ms"]
    assert sensors["city"]["server.p95_ms GET /__city/faults"] < 195
    assert sensors["city"]["policy.rejections"] == 0
    page = (ran.folder / "report.html").read_text()
    assert "Where the time went" in page and "p95 at the server" in page


def test_a_sensor_that_is_not_there_stops_the_run(
    esr: Callable[..., Any], city: Callable[..., Any], tmp_path: Path
) -> None:
    """Asked for and not there: exit code 4, the address is named."""
    (tmp_path / "sensed.yml").write_text(SENSED.replace("[target]", "[http://127.0.0.1:9]"))
    ran = esr("run", "sensed.yml", "--target", city().url)
    assert ran.code == 4
    assert "http://127.0.0.1:9/.well-known/esr-sensors" in ran.errors + ran.output
