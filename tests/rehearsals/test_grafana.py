"""A minute with faults, errors, polls, sensors and two workers, in a real InfluxDB, as the dashboards show it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.grafana.dashboards import NAMES, Panel, Viewer, board, everything, panels
from tests.influx import Influx, influx_server
from tests.rehearsals.clusters import NO_LIMITS
from tests.rehearsals.conftest import Ran, fetch
from tests.rehearsals.shown import SHOWS, Figures
from tests.rehearsals.stored import Stored

KINDS = (
    "esr_step",
    "esr_latency",
    "esr_heat",
    "esr_run",
    "esr_worker",
    "esr_sensor",
    "esr_check",
    "esr_event",
    "esr_spool",
)

SCENARIO = """
name: shown
clock: {warp: 1200}
load: {people: 200, over: 12h}
sensors: [target]
journeys:
  - name: look
    weight: 8
    pace: none
    steps:
      - {visit: /apply-subsidy, name: form}
      - maybe: {share: 0.4, steps: [{visit: /nowhere, name: nowhere}]}
      - {visit: /, name: home}
  - name: claim
    weight: 2
    persona: claimant
    pace: none
    steps:
      - {visit: /claims/new, name: form, save: {draft: {css: "#case-id"}}}
      - fill: {employer: "{{ persona.company }}", state: "{{ persona.state }}"}
      - submit
      - await: {status: decided, within: 24h}
faults: [{fault: latency, service: subsidy-svc, at: 4h, for: 4h, latency_ms: 60}]
checks:
  - success_rate > 0.1
  - {check: latency_p95_ms < 20000, warn: < 1}
  - people > 2
  - sla_24h_success_rate > 0.5
"""
"""People come for 36 s; what is not decided 24 s later is too late."""
LEAST_S = 58
WITHOUT_DATA = {
    ("cluster: Workers that went and came", "A"): "no worker was lost",
    ("history: Runs in the time range", "C"): "no run failed",
    ("history: Runs in the time range", "D"): "no run was INVALID",
    ("history: Runs in the time range", "E"): "no run was interrupted",
}
"""Panels and queries → why they have no data in this run."""
OF_THE_SENDING = ("Points waiting", "How far behind", "Bytes in the spool", "Points so far")
"""Panels of the cluster about points on their way: no part of the record."""


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


def _shown(influx: Influx, looks: Viewer, panel: Panel, letter: str) -> Figures:
    """The last value of each series of a query, by tags and column."""
    found: Figures = {}
    for row in influx.query(looks.sends(panel.queries[letter])):
        tags = tuple(value for value in row.values() if isinstance(value, str))
        figures = {name: value for name, value in row.items() if name != "time" and not isinstance(value, str)}
        found |= {(*tags, name): value for name, value in figures.items() if value is not None}
    return found


def _series(influx: Influx, stored: Stored) -> dict[str, int]:
    """How many series there are, as docs/influx.md counts them."""
    record, events = stored.record, {(one.kind, one.text) for one in stored.record.events}
    ranges = {row["over"] for row in influx.query("SELECT * FROM esr_latency")}
    each = {"esr_step": len(stored.steps) + 1, "esr_latency": 2 * len(ranges), "esr_heat": 2, "esr_run": 1}
    each |= {"esr_worker": len(record.workers), "esr_sensor": len(record.sensors), "esr_spool": 1}
    return each | {"esr_check": len(stored.summary["checks"]), "esr_event": len(events) + 3}


def test_every_panel_shows_what_the_record_has(
    influx: Influx, esr: Callable[..., Ran], city: Callable[..., Any], tmp_path: Path
) -> None:
    """Requests are the city's count; every query's last values are the record's, but for those named; faults marked."""
    (tmp_path / "shown.yml").write_text(SCENARIO, encoding="utf-8")
    town = city()
    options = ["--target", town.url, "--workers", "2", "--quiet", *NO_LIMITS, *influx.options]
    ran = esr("run", "shown.yml", *options, env=influx.environment)
    assert ran.code == 0, ran.output + ran.errors
    summary, looks, stored = ran.summary, _looking(influx), Stored(ran.folder)
    assert stored.record.real_s > LEAST_S and summary["polls"] > 0 and summary["setup_requests"] > 0
    counted = fetch(f"{town.url}/__city/counts?run={summary['run_id']}")["requests"]
    whole = influx.query("SELECT sum(count) AS n FROM esr_step")[0]["n"]
    assert whole == summary["requests"] + summary["polls"] == counted - summary["setup_requests"]
    assert {kind: influx.series(f"FROM {kind}") for kind in KINDS} == _series(influx, stored)
    missing = set()
    for panel in everything():
        for letter in panel.queries:
            shown = _shown(influx, looks, panel, letter)
            if not shown:
                missing.add((panel.name, letter))
            elif panel.title not in OF_THE_SENDING:
                assert shown == pytest.approx(SHOWS[panel.name, letter](stored), rel=1e-9, abs=0.001), panel.name
    assert missing == set(WITHOUT_DATA)
    so_far = next(panel for panel in panels("cluster") if panel.title == "Points so far")
    sent = _shown(influx, looks, so_far, "A")
    assert sent[("Written",)] > 300 and sent[("Refused",)] == sent[("Lost",)] == 0
    marks = {one["name"]: one["query"] for one in board(NAMES[0])["annotations"]["list"]}
    assert [one["kind"] for one in influx.query(looks.sends(marks["Faults"]))] == ["fault_on", "fault_off"]
