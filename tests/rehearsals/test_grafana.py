"""A real rehearsal with a fault, errors, sensors and two workers, in a real InfluxDB, as the dashboards show it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.grafana.dashboards import NAMES, Panel, Viewer, board, everything, panels
from tests.influx import Influx, influx_server
from tests.rehearsals.conftest import Ran

SCENARIO = """
name: shown
load: {rate: 12}
duration: 4s
sensors: [target]
journeys:
  - name: look
    pace: none
    steps:
      - {visit: /apply-subsidy, name: form}
      - maybe: {share: 0.4, steps: [{visit: /nowhere, name: nowhere}]}
      - {visit: /, name: home}
faults: [{fault: latency, service: subsidy-svc, at: 1s, for: 2s, latency_ms: 60}]
checks: [success_rate > 0.1, latency_p95_ms < 20000, people > 2]
"""
WITHOUT_DATA = {
    ("cluster: Workers that went and came", "A"): "no worker was lost",
    ("history: Runs in the time range", "C"): "no run failed",
    ("history: Runs in the time range", "D"): "no run was INVALID",
    ("history: Runs in the time range", "E"): "no run was interrupted",
}
"""Panels and queries → why they have no data in this run."""


@pytest.fixture(scope="module")
def influx(needs: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A real one."""
    with influx_server(needs, tmp_path_factory.mktemp("influx")) as server:
        yield server


def _looking(influx: Influx) -> Viewer:
    """Whoever chooses the newest run, from its start to its end."""
    row = influx.query("SELECT run, scenario, from_ms, to_ms FROM esr_run WHERE verdict_code >= 0")[0]
    from_ms, to_ms = int(row["from_ms"]), int(row["to_ms"])
    return Viewer(row["scenario"], row["run"], from_ms, to_ms + 1000, row["run"])


def _no_data(influx: Influx, looks: Viewer, panel: Panel) -> list[tuple[str, str]]:
    found = []
    for letter, query in panel.queries.items():
        rows = influx.query(looks.sends(query))
        if not any(value is not None for row in rows for name, value in row.items() if name != "time"):
            found.append((panel.name, letter))
    return found


def _figure(influx: Influx, looks: Viewer, name: str, title: str) -> dict[str, Any]:
    panel = next(one for one in panels(name) if one.title == title)
    return influx.query(looks.sends(panel.queries["A"]))[0]


def test_every_panel_shows_a_real_run(influx: Influx, esr: Callable[..., Ran], tmp_path: Path) -> None:
    """All of them, but for those named with their reason; last values are the summary's; the fault is marked."""
    (tmp_path / "shown.yml").write_text(SCENARIO, encoding="utf-8")
    options = ["--workers", "2", "--quiet", "--max-late", "100%", *influx.options]
    ran = esr("run", "shown.yml", *options, env=influx.environment)
    assert ran.code == 0, ran.output + ran.errors
    looks = _looking(influx)
    assert {gap for panel in everything() for gap in _no_data(influx, looks, panel)} == set(WITHOUT_DATA)
    summary = json.loads((ran.folder / "summary.json").read_text(encoding="utf-8"))
    people = _figure(influx, looks, "rehearsal", "People so far")
    assert {name.lower(): people[name] for name in ("Completed", "Failed", "Dropped", "Lost", "Unfinished")} == {
        name: summary["people"][name] for name in ("completed", "failed", "dropped", "lost", "unfinished")
    }
    assert _figure(influx, looks, "rehearsal", "Verdict")["Verdict"] == summary["exit_code"]
    row = _figure(influx, looks, "history", "Runs")
    assert row["p95_ms"] == pytest.approx(summary["latency_ms"]["p95"], abs=0.001)
    marks = {one["name"]: one["query"] for one in board(NAMES[0])["annotations"]["list"]}
    assert [one["kind"] for one in influx.query(looks.sends(marks["Faults"]))] == ["fault_on", "fault_off"]
