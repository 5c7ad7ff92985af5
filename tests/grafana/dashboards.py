"""Owns the dashboards' JSON as tests read it, and queries as Grafana would send them: macros and variables filled in.

Knows nothing of what the answers should be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.house.sources import ROOT

FOLDER = ROOT / "grafana" / "dashboards"
NAMES = ("rehearsal", "engineering", "cluster", "compare", "history")


@dataclass(frozen=True)
class Panel:
    """One panel of a dashboard, rows left out."""

    board: str
    told: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.told["title"])

    @property
    def name(self) -> str:
        return f"{self.board}: {self.title}"

    @property
    def queries(self) -> dict[str, str]:
        """By letter."""
        return {target["refId"]: target["query"] for target in self.told["targets"]}


def board(name: str) -> dict[str, Any]:
    """One dashboard, as shipped."""
    made: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return made


def panels(name: str) -> Iterator[Panel]:
    """Its panels."""
    yield from (Panel(name, told) for told in board(name)["panels"] if told["type"] != "row")


def everything() -> list[Panel]:
    """All panels of all dashboards."""
    return [panel for name in NAMES for panel in panels(name)]


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks: at which scenario and runs, from when to when, with how much time in each point drawn."""

    scenario: str
    run: str
    from_ms: int
    to_ms: int
    other: str = ""
    interval: str = "1s"

    def sends(self, query: str) -> str:
        """The query with Grafana's macros and the dashboards' variables filled in, as Grafana does in expressions."""
        filled = query.replace("$timeFilter", f"time >= {self.from_ms}ms and time <= {self.to_ms}ms")
        filled = filled.replace("$__interval_ms", f"{1000 * int(self.interval.removesuffix('s'))}")
        filled = filled.replace("$__interval", self.interval)
        values = {"run_a": self.run, "run_b": self.other, "run": self.run, "scenario": self.scenario}
        for name, value in values.items():
            filled = re.sub(rf"\${name}\b", lambda _, value=value: re.escape(value).replace("\\-", "-"), filled)
        filled = re.sub(r"\$(step|figure)\b", ".*", filled)
        assert "$" not in filled.replace("$/", ""), f"left over: {filled}"
        return filled
