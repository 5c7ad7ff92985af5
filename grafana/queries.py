"""Owns a query of InfluxQL as Grafana's data source takes it, and the conditions they share.

Knows nothing of panels. InfluxQL as InfluxDB 1.8, 2 and 3 all answer it. Values of variables stand in regular
expressions, where Grafana escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

SOURCE = DataSourceRef("influxdb", "${datasource}")
RUN = '"run" =~ /^$run$/'
SCENARIO = '"scenario" =~ /^$scenario$/'
EACH = "$timeFilter GROUP BY time($__interval)"
"""As fine as the screen shows."""


@dataclass
class Query(Dataquery, Builder["Query"]):
    """One query; ``alias`` names its series (``$col``, ``$tag_step``); as a ``table`` it is rows and columns."""

    text: str
    alias: str = ""
    table: bool = False
    ref: str = "A"

    def build(self) -> Query:
        """Itself."""
        return self

    def to_json(self) -> dict[str, object]:
        """As a panel's target."""
        return {
            "datasource": SOURCE,
            "refId": self.ref,
            "rawQuery": True,
            "query": self.text,
            "alias": self.alias,
            "resultFormat": "table" if self.table else "time_series",
        }


def last(fields: dict[str, str], of: str = "esr_run", where: str = RUN, by: str = "") -> str:
    """The newest values of some fields, whatever the time range shows: ``{"field": "Name"}``."""
    picked = ", ".join(f'last("{field}") AS "{name}"' for field, name in fields.items())
    return f'SELECT {picked} FROM "{of}" WHERE {where}' + (f" GROUP BY {by}" if by else "")


def over_time(how: dict[str, str], of: str = "esr_run", where: str = RUN, by: str = "", fill: str = "null") -> str:
    """Values over the time range: ``{'mean("active")': "On the site"}``, grouped by tags as well if ``by`` says so."""
    picked = ", ".join(f'{what} AS "{name}"' for what, name in how.items())
    tags = f", {by}" if by else ""
    return f'SELECT {picked} FROM "{of}" WHERE {where} AND {EACH}{tags} fill({fill})'


def whole_steps(where: str, by: str) -> str:
    """Steps over whole runs: sums, the mean over all requests, the worst of seconds; a row for each of ``by``."""
    inner = '"count", "errors", "bytes", "p95_ms", "max_ms", "actual_max_ms", "mean_ms" * "count" AS "taken_ms"'
    sums = ", ".join(f'sum("{field}") AS "{field}"' for field in ("count", "errors", "bytes"))
    worst = ", ".join(f'max("{field}") AS "{field}"' for field in ("p95_ms", "max_ms", "actual_max_ms"))
    mean = 'sum("taken_ms") / sum("count") AS "mean_ms"'
    return f'SELECT {sums}, {worst}, {mean} FROM (SELECT {inner} FROM "esr_step" WHERE {where}) GROUP BY {by}'
