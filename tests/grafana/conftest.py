"""Owns the filled database that tests of queries share.

Knows nothing of dashboards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.grafana.dashboards import Viewer
from tests.grafana.filled import Sent, send
from tests.influx import Influx, influx_server

SCENARIO = "made-up-subsidy"
WEEK_MS = 7 * 86400 * 1000


@dataclass(frozen=True)
class Filled:
    """A server, two whole runs of one scenario a day apart, and three short ones with other verdicts."""

    server: Influx
    first: Sent
    second: Sent

    def looking(self, interval: str = "1s", run: str = "") -> Viewer:
        """Somebody who looks at the first run, and compares it with the second."""
        chosen = run or self.first.run
        return Viewer(SCENARIO, chosen, self.first.began_ms, self.first.end_ms, run or self.second.run, interval)

    def looking_back(self) -> Viewer:
        """Somebody who looks at all runs."""
        began_ms = self.first.began_ms
        return Viewer(SCENARIO, self.first.run, began_ms - WEEK_MS, began_ms + WEEK_MS, self.second.run)


@pytest.fixture(scope="package")
def filled(needs: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A real InfluxDB with runs in it."""
    with influx_server(needs, tmp_path_factory.mktemp("influx")) as server:
        first = send(server, f"20261120-140533-{SCENARIO}-7c1f", "2026-11-20T14:05:33-05:00")
        slower = {"seed": 9, "base_ms": 120.0, "fault": (20, 34), "people": 240}
        second = send(server, f"20261121-140533-{SCENARIO}-8d20", "2026-11-21T14:05:33-05:00", **slower)
        for day, (code, verdict) in enumerate({1: "FAIL", 3: "INVALID", 130: "INTERRUPTED"}.items(), 22):
            run, began = f"202611{day}-140533-{SCENARIO}-0000", f"2026-11-{day}T14:05:33-05:00"
            send(server, run, began, code, verdict, people=8, length_s=2, fault=None)
        yield Filled(server, first, second)
