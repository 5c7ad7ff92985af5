"""Owns the dashboard for those who look for the cause: steps, both latencies, load as planned, sensors.

Knows nothing of verdicts.
"""

from __future__ import annotations

from typing import Any

from grafana.board import Board
from grafana.panels import Column, Look, Said, heat, lines, rows
from grafana.queries import RUN, Query, over_time, whole_steps
from grafana.tokens import BAD, BLUE, DASHED, DOTTED, INK, MEDIAN, PLAN
from hms_esr.sinks.influx.buckets import COARSE, COARSE_MS

OF_STEPS = f'{RUN} AND "step" =~ /^$step$/'

PER_S = 'sum("count") * 1000 / $__interval_ms'
"""Not every second has every step, and several journeys may have one: a mean of points would be wrong."""

PLANNED_AGAINST_DELIVERED = Said(
    "Planned against delivered",
    "People planned and people started, each second. The line lies on the area when all came.",
    "suffix: people/s",
)
REQUESTS_AND_ERRORS = Said(
    "Requests and errors",
    "Each second, all steps; averaged where the screen is coarser. Polls are not requests.",
    "suffix: requests/s",
)
ANSWER_TIME_LAST_10_S = Said(
    "Answer time, last 10 s",
    "From the intended start, merged over 10 s and all workers; the worst 10 s where the screen is coarser.",
    "ms",
)
BOTH_LATENCIES_95_OF_100 = Said(
    "Both latencies, 95 of 100, run so far",
    "Merged from the start of the run. Where dashes leave the line, requests waited before they could be sent.",
    "ms",
)
ANSWER_TIMES_FROM_THE_INTENDED = Said(
    "Answer times from the intended start",
    "How many requests took how long; each row up to its time. Darker is more.",
    "locale",
)
ANSWER_TIMES_FROM_THE_ACTUAL = Said(
    "Answer times from the actual start",
    "The same without the wait before sending: what the site alone took.",
    "locale",
)
STEPS_WHOLE_RUN = Said(
    "Steps, whole run",
    "Requests, errors, the mean over all of them, the worst second's 95 of 100, the slowest request "
    "from both starts, bytes received. Percentiles of the whole run stand in the report: they cannot "
    "be made from those of seconds.",
    "none",
    24,
    9,
)
P95_BY_STEP = Said(
    "95 of 100 by step",
    "The worst second of each point drawn. Solid from the intended start, dashed from the actual start.",
    "ms",
    24,
    9,
)
REQUESTS_BY_STEP = Said(
    "Requests by step",
    "Requests per second, all journeys; over all of the time each point covers. Polls for an outcome stand apart.",
    "suffix: requests/s",
)
ERRORS_BY_STEP = Said(
    "Errors by step",
    "Requests that failed, in all of the time each point covers.",
    "locale",
)
TIMES_INSIDE_THE_SERVICES = Said(
    "Times inside the services",
    "What the services measured themselves. The difference to the times above is network and queues.",
    "ms",
)
PROCESSOR_OF_THE_SERVICES = Said(
    "Processor of the services",
    "Share of one core.",
    "percentunit",
)
MEMORY_OF_THE_SERVICES = Said(
    "Memory of the services",
    "Resident memory.",
    "decmbytes",
)
GAUGES_AND_COUNTS_OF_THE = Said(
    "Figures of the services, as chosen",
    "Whatever is chosen above under Figures of sensors: the services' own gauges and counts too.",
    "locale",
)


def board() -> Board:
    """Engineering."""
    about = "Where time and errors are: by step, from the intended and the actual start, inside the services."
    made = Board("esr-engineering", "HMS-ESR Engineering", about, since="now-30m", refresh="10s")
    made.scenario().run().steps().sensors().events()
    made.add(*_load()).row("Answer times").add(*_times()).row("Steps").add(*_steps())
    return made.row("Sensors of the target").add(*_sensors())


def _load() -> list[Any]:
    plan = {'mean("planned_per_s")': "Planned", 'mean("delivered_per_s")': "Delivered"}
    asked = {'mean("requests_per_s")': "Requests", 'mean("errors_per_s")': "Errors"}
    return [
        lines(
            PLANNED_AGAINST_DELIVERED,
            Query(over_time(plan), alias="$col"),
            looks={"Planned": Look(PLAN, width=1, fill=30), "Delivered": Look(BLUE)},
        ),
        lines(
            REQUESTS_AND_ERRORS,
            Query(over_time(asked), alias="$col"),
            looks={"Requests": Look(BLUE), "Errors": Look(BAD, width=1, fill=60, bars=True)},
        ),
    ]


def _rows_of(kind: str) -> Query:
    heads = [f"{bound:g} ms" for bound in COARSE_MS] + [f"over {COARSE_MS[-1]:g} ms"]
    how = {f'sum("{name}")': head for name, head in zip(COARSE, heads, strict=True)}
    return Query(over_time(how, "esr_heat", f"{RUN} AND \"kind\" = '{kind}'", fill="none"), table=True)


def _times() -> list[Any]:
    lately = {f'max("p{p}_10s_ms")': f"{p} of 100, last 10 s" for p in (50, 95, 99)}
    both = {"p95_ms": "from the intended start", "actual_p95_ms": "from the actual start"}
    return [
        lines(
            ANSWER_TIME_LAST_10_S,
            Query(over_time(lately), alias="$col"),
            looks={
                "50 of 100, last 10 s": Look(MEDIAN, DASHED),
                "95 of 100, last 10 s": Look(BLUE, width=3),
                "99 of 100, last 10 s": Look(INK, DOTTED),
            },
            log=True,
        ),
        lines(
            BOTH_LATENCIES_95_OF_100,
            Query(over_time({f'last("{field}")': name for field, name in both.items()}), alias="$col"),
            looks={"from the intended start": Look(BLUE), "from the actual start": Look(INK, DASHED)},
            log=True,
        ),
        heat(
            ANSWER_TIMES_FROM_THE_INTENDED,
            _rows_of("planned"),
        ),
        heat(
            ANSWER_TIMES_FROM_THE_ACTUAL,
            _rows_of("actual"),
        ),
    ]


def _steps() -> list[Any]:
    p95 = {'max("p95_ms")': "intended"}
    return [
        rows(
            STEPS_WHOLE_RUN,
            Query(whole_steps(OF_STEPS, '"journey", "step"'), table=True),
            columns={
                "journey": Column("Journey"),
                "step": Column("Step"),
                "count": Column("Requests", "locale"),
                "errors": Column("Errors", "locale"),
                "mean_ms": Column("Mean", "ms", 1),
                "p95_ms": Column("95 of 100, worst second", "ms", 1),
                "max_ms": Column("Slowest, intended start", "ms", 1),
                "actual_max_ms": Column("Slowest, actual start", "ms", 1),
                "bytes": Column("Received", "bytes", 1),
            },
            sort=("Requests", True),
            missing="No requests yet",
        ),
        lines(
            P95_BY_STEP,
            Query(over_time(p95, "esr_step", OF_STEPS, '"step"'), "$tag_step"),
            Query(
                over_time({'max("actual_p95_ms")': "actual"}, "esr_step", OF_STEPS, '"step"'), "$tag_step, actual start"
            ),
            looks={"/, actual start$/": Look(INK, DASHED, width=1)},
            log=True,
        ),
        lines(
            REQUESTS_BY_STEP,
            Query(over_time({PER_S: "count"}, "esr_step", OF_STEPS, '"step"'), "$tag_step"),
        ),
        lines(
            ERRORS_BY_STEP,
            Query(over_time({'sum("errors")': "errors"}, "esr_step", OF_STEPS, '"step"'), "$tag_step"),
        ),
    ]


def _sensors() -> list[Any]:
    def of(fields: str) -> Query:
        return Query(
            over_time({f"mean({fields})": "s"}, "esr_sensor", RUN, '"service"').replace(' AS "s"', ""),
            "$tag_service: $col",
        )

    none = "No sensors: the scenario reads none (docs/sensors.md)"
    return [
        lines(
            TIMES_INSIDE_THE_SERVICES,
            of("/_ms$/"),
            missing=none,
        ),
        lines(PROCESSOR_OF_THE_SERVICES, of("/_cpu$/"), missing=none),
        lines(MEMORY_OF_THE_SERVICES, of("/_mb$/"), missing=none),
        lines(
            GAUGES_AND_COUNTS_OF_THE,
            of("/^$figure$/"),
            missing=none,
        ),
    ]
