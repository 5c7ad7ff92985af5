"""Owns the dashboard of two runs, laid over each other by time since their start.

Knows nothing of dates: InfluxQL cannot shift times by a variable, so each point carries its seconds since the start.
"""

from __future__ import annotations

from typing import Any

from grafana.board import Board
from grafana.panels import Column, Look, Said, against, block, rows
from grafana.queries import Query, last, whole_steps
from grafana.tokens import BLUE, CHECKS, DASHED, INK, VERDICTS

A, B = '"run" =~ /^$run_a$/', '"run" =~ /^$run_b$/'
BOTH = '("run" =~ /^$run_a$/ OR "run" =~ /^$run_b$/)'
SINCE = "Seconds since the start"
LOOKS = {"A": Look(BLUE, width=3), "B": Look(INK, DASHED)}
ABOUT = "Run A solid, run B dashed, by real seconds since each run's start. Whole runs, whatever the time range."


def board() -> Board:
    """Compare."""
    about = "Two runs of a scenario side by side, and over each other by time since their start."
    made = Board("esr-compare", "HMS-ESR Compare", about, since="now-90d")
    made.scenario().run("run_a", "Run A (solid)").run("run_b", "Run B (dashed)")
    made.add(_verdict("A"), _verdict("B"), _key_figures()).row("Over each other, by time since the start")
    made.add(
        _over(
            "Answer time, 95 of 100 requests", f"From the intended start, over 10 s each. {ABOUT}", "ms", "p95_10s_ms"
        ),
        _over(
            "People who finished, so far",
            f"Completed, of all who completed or failed. {ABOUT}",
            "percentunit",
            "success_share",
        ),
        _over("People started per second", ABOUT, "suffix: people/s", "delivered_per_s"),
        _over("Errors per second", f"Requests that failed. {ABOUT}", "suffix: requests/s", "errors_per_s"),
        _over("People on the site", f"At once. {ABOUT}", "locale", "active"),
        _over(
            "Answer time, half of the requests", f"From the intended start, over 10 s each. {ABOUT}", "ms", "p50_10s_ms"
        ),
    )
    return made.row("In figures").add(_checks(), _steps())


def _verdict(which: str) -> Any:
    run = f"$run_{which.lower()}"
    return block(
        Said(f"Run {which}", f"Verdict of {run}.", "none", 4, 5),
        Query(last({"shown_code": "Verdict"}, where=A if which == "A" else B)),
        words=VERDICTS,
        missing="– none yet",
    )


def _over(title: str, about: str, unit: str, field: str) -> Any:
    def of(name: str, which: str) -> Query:
        return Query(
            f'SELECT "real_s" AS "{SINCE}", "{field}" AS "{name}" FROM "esr_run" WHERE {which} AND "real_s" >= 0',
            table=True,
        )

    return against(Said(title, about, unit), of("A", A), of("B", B), SINCE, LOOKS)


def _key_figures() -> Any:
    fields = ("planned", "completed", "failed", "success_share", "error_share", "p50_ms", "p95_ms", "p99_ms", "real_s")
    return rows(
        Said(
            "Key figures",
            "Each run as far as it is. Answer times from the intended start, all requests, merged over the run.",
            "none",
            16,
            5,
        ),
        Query(last({field: field for field in fields}, where=BOTH, by='"run"'), table=True),
        columns={
            "run": Column("Run", width=260),
            "success_share": Column("Finished", "percentunit", 1),
            "p50_ms": Column("Half", "ms", 1),
            "p95_ms": Column("95 of 100", "ms", 1),
            "p99_ms": Column("99 of 100", "ms", 1),
            "error_share": Column("Errors", "percentunit", 2),
            "planned": Column("Planned", "locale"),
            "completed": Column("Completed", "locale"),
            "failed": Column("Failed", "locale"),
            "real_s": Column("Real time", "dtdhms"),
        },
        missing="Choose two runs",
    )


def _checks() -> Any:
    return rows(
        Said(
            "Checks of both runs",
            "What was measured, the limit in the check's own unit, whether it holds.",
            "none",
            12,
            10,
        ),
        Query(
            last({"value": "value", "limit": "limit", "code": "code"}, "esr_check", BOTH, '"check", "run"'), table=True
        ),
        columns={
            "check": Column("Check"),
            "run": Column("Run"),
            "code": Column("Status", words=CHECKS, filled=True, width=180),
            "value": Column("Measured", decimals=3, width=100),
            "limit": Column("Limit", decimals=3, width=100),
        },
        sort=("Check", False),
        missing="No checks",
    )


def _steps() -> Any:
    return rows(
        Said(
            "Steps of both runs",
            "Requests, errors, the mean over all of them, and the worst second's 95 of 100.",
            "none",
            12,
            10,
        ),
        Query(whole_steps(BOTH, '"step", "run"'), table=True),
        columns={
            "step": Column("Step"),
            "run": Column("Run"),
            "count": Column("Requests", "locale"),
            "errors": Column("Errors", "locale"),
            "mean_ms": Column("Mean", "ms", 1),
            "p95_ms": Column("95 of 100, worst second", "ms", 1),
        },
        sort=("Step", False),
        missing="No requests",
    )
