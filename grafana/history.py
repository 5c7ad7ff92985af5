"""Owns the dashboard of all runs of a scenario: verdicts and key figures, run by run.

Knows nothing of what happened within a run. A run stands here once it has its verdict.
"""

from __future__ import annotations

from typing import Any

from grafana.board import Board
from grafana.panels import Column, Look, Said, figures, lines, rows
from grafana.queries import SCENARIO, Query
from grafana.tokens import BAD, BLUE, CHECKS, DASHED, DOTTED, INK, MEDIAN, VERDICTS

JUDGED = f'{SCENARIO} AND "verdict_code" >= 0 AND $timeFilter'
OPEN = "/d/esr-rehearsal/hms-esr-rehearsal?var-scenario=${scenario}&var-run=${__data.fields.run}"
RANGE = '&from=${__data.fields["from_ms"].numeric}&to=${__data.fields["to_ms"].numeric}'
RANGE_FIELDS = ("from_ms", "to_ms")

RUNS_IN_THE_TIME_RANGE = Said(
    "Runs in the time range",
    "Judged runs of this scenario, by verdict; a verdict nobody got is left out. WARN counts as PASS.",
    "locale",
    24,
    4,
)
RUNS = Said(
    "Runs",
    "One row each. A click on a run opens it. Answer times from the intended start, merged over the run.",
    "none",
    24,
    11,
)
ANSWER_TIMES_FROM_RUN_TO = Said(
    "Answer times from run to run",
    "One point for each run: half, 95 and 99 of 100 requests, from the intended start.",
    "ms",
)
PEOPLE_AND_ERRORS_FROM_RUN = Said(
    "People and errors from run to run",
    "One point for each run: people who finished, requests that failed.",
    "percentunit",
)
CHECKS_OF_EVERY_RUN = Said(
    "Checks of every run",
    "Each check as it stood at the end of each run; the newest run first.",
    "none",
    24,
    11,
)


def board() -> Board:
    """History."""
    about = "Every judged run of a scenario in the time range: verdict, key figures, how they changed from run to run."
    made = Board("esr-history", "HMS-ESR History", about, since="now-90d")
    made.scenario()
    made.add(*_counts()).row("Runs").add(_runs()).row("From run to run").add(*_trends())
    return made.row("Checks").add(_checks())


def _counts() -> list[Any]:
    def counted(name: str, code: str) -> Query:
        return Query(f'SELECT count("verdict_code") AS "{name}" FROM "esr_run" WHERE {JUDGED}{code}', alias="$col")

    codes = {"All": "", "PASS": " = 0", "FAIL": " = 1", "INVALID": " = 3", "INTERRUPTED": " = 130"}
    queries = [counted(name, f' AND "verdict_code"{code}' if code else "") for name, code in codes.items()]
    return [
        figures(
            RUNS_IN_THE_TIME_RANGE,
            *queries,
        )
    ]


def _runs() -> Any:
    fields = (
        "shown_code",
        "success_share",
        "error_share",
        "p50_ms",
        "p95_ms",
        "p99_ms",
        "planned",
        "completed",
        "failed",
        "late_p99_ms",
        "real_s",
    )
    picked = ", ".join(f'"{field}"' for field in (*fields, *RANGE_FIELDS))
    return rows(
        RUNS,
        Query(f'SELECT "run", {picked} FROM "esr_run" WHERE {JUDGED}', table=True),
        columns={
            "Time": Column("Ended", width=170),
            "run": Column("Run", link=OPEN + RANGE, width=280),
            "shown_code": Column("Verdict", words=VERDICTS, filled=True, width=150),
            "success_share": Column("Finished", "percentunit", 1),
            "p50_ms": Column("Half", "ms", 1),
            "p95_ms": Column("95 of 100", "ms", 1),
            "p99_ms": Column("99 of 100", "ms", 1),
            "error_share": Column("Errors", "percentunit", 2),
            "planned": Column("Planned", "locale"),
            "completed": Column("Completed", "locale"),
            "failed": Column("Failed", "locale"),
            "late_p99_ms": Column("Late, 99 of 100", "ms", 1),
            "real_s": Column("Real time", "dtdhms"),
            **{field: Column(field, hidden=True) for field in RANGE_FIELDS},
        },
        sort=("Ended", True),
        missing="No judged run of this scenario in the time range",
    )


def _trends() -> list[Any]:
    def ends(fields: dict[str, str]) -> Query:
        picked = ", ".join(f'"{field}" AS "{name}"' for field, name in fields.items())
        return Query(f'SELECT {picked} FROM "esr_run" WHERE {JUDGED}', alias="$col")

    return [
        lines(
            ANSWER_TIMES_FROM_RUN_TO,
            ends({"p50_ms": "Half", "p95_ms": "95 of 100", "p99_ms": "99 of 100"}),
            looks={"Half": Look(MEDIAN, DASHED), "95 of 100": Look(BLUE, width=3), "99 of 100": Look(INK, DOTTED)},
        ),
        lines(
            PEOPLE_AND_ERRORS_FROM_RUN,
            ends({"success_share": "People who finished", "error_share": "Requests that failed"}),
            looks={"People who finished": Look(BLUE, width=3), "Requests that failed": Look(BAD, DASHED)},
            most=1,
        ),
    ]


def _checks() -> Any:
    newest = 'SELECT last("value") AS "value", last("limit") AS "limit", last("code") AS "code" FROM "esr_check"'
    return rows(
        CHECKS_OF_EVERY_RUN,
        Query(f'{newest} WHERE {SCENARIO} AND $timeFilter GROUP BY "run", "check"', table=True),
        columns={
            "run": Column("Run", width=280),
            "check": Column("Check"),
            "code": Column("Status", words=CHECKS, filled=True, width=190),
            "value": Column("Measured", decimals=3, width=110),
            "limit": Column("Limit", decimals=3, width=110),
        },
        sort=("Run", True),
        missing="No checks in the time range",
    )
