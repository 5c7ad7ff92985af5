"""Owns the dashboard of those who run the load generator: workers, lag, processor, the way of points to the database.

Knows nothing of the target.
"""

from __future__ import annotations

from typing import Any

from grafana.board import Board
from grafana.panels import Column, Look, Said, figures, lines, rows
from grafana.queries import RUN, Query, last, over_time
from grafana.tokens import BLUE, DASHED, INK, KINDS, MEDIAN

BY_WORKER = '"worker"'

WORKERS = Said(
    "Workers",
    "Workers that ever sent a second of this run.",
    "locale",
    4,
    4,
)
LATE_99_OF_100_PEOPLE = Said(
    "Late, 99 of 100 people",
    "How late people started against the plan, so far. Over 100 ms for more than 1 in 100: the run is INVALID.",
    "ms",
    6,
    4,
)
PEOPLE_THE_GENERATOR_FAILED = Said(
    "People the generator failed",
    "Planned people who never came (dropped) or whose end is unknown (lost). Over 1%: the run is INVALID.",
    "locale",
    6,
    4,
)
SECONDS_MISSING = Said(
    "Seconds missing",
    "Seconds that workers still owe their record of, by the newest word of each; they are asked for again.",
    "s",
    8,
    4,
)
PROCESSOR_OF_EACH_WORKER = Said(
    "Processor of each worker",
    "Share of one core; from 90% on a worker comes late.",
    "percentunit",
)
LAG_OF_EACH_WORKER = Said(
    "Lag of each worker",
    "How late the event loop is, 99 of 100 looks in a second. Over 100 ms people start late.",
    "ms",
)
PAUSES_OF_MEMORY_COLLECTION = Said(
    "Pauses of memory collection",
    "The longest pause of each worker in a second.",
    "ms",
)
PEOPLE_STARTED_BY_EACH_WORKER = Said(
    "People started by each worker",
    "In each second; workers share the plan evenly.",
    "suffix: people/s",
)
POINTS_WAITING = Said(
    "Points waiting",
    "In the spool on disk, not yet taken by the database. Falls to 0 once the database is back.",
    "locale",
    8,
)
HOW_FAR_BEHIND = Said(
    "How far behind",
    "Age of the oldest point that waits.",
    "s",
    8,
)
BYTES_IN_THE_SPOOL = Said(
    "Bytes in the spool",
    "What waits, on disk. Past the limit what comes next is lost, and counted.",
    "bytes",
    8,
)
POINTS_SO_FAR = Said(
    "Points so far",
    "Written: taken by the database. Refused: points it would never take, kept in a file beside the run. Lost: the "
    "spool was full; influx resend brings them back.",
    "locale",
    24,
    4,
)
WORKERS_WHOLE_RUN = Said(
    "Workers, whole run",
    "People each started, and its worst second.",
    "none",
    12,
    7,
)
WORKERS_THAT_WENT_AND_CAME = Said(
    "Workers that went and came",
    "Lost workers' people are taken over by the others.",
    "none",
    12,
    7,
)


def board() -> Board:
    """Cluster."""
    about = "Whether the load generator can be trusted: its workers, their lag and processor, points on their way here."
    made = Board("esr-cluster", "HMS-ESR Cluster", about, since="now-30m", refresh="10s")
    made.scenario().run().events()
    made.add(*_now()).row("Workers").add(*_workers()).row("Points on their way to the database").add(*_spool())
    return made.row("What happened to workers").add(*_tables())


def _now() -> list[Any]:
    doing = {"dropped": "Dropped", "lost": "Lost"}
    return [
        figures(
            WORKERS,
            Query(f'SELECT count("cpu") AS "Workers" FROM ({last({"cpu": "cpu"}, "esr_worker", by=BY_WORKER)})'),
        ),
        figures(
            LATE_99_OF_100_PEOPLE,
            Query(last({"late_p99_ms": "At most this late"}), alias="$col"),
            decimals=1,
        ),
        figures(
            PEOPLE_THE_GENERATOR_FAILED,
            Query(last(doing), alias="$col"),
        ),
        figures(
            SECONDS_MISSING,
            Query(
                f'SELECT sum("n") AS "All workers" FROM ({last({"ticks_missing": "n"}, "esr_worker", by=BY_WORKER)})'
            ),
        ),
    ]


def _workers() -> list[Any]:
    def each(what: str) -> Query:
        return Query(over_time({what: "it"}, "esr_worker", RUN, BY_WORKER), "$tag_worker")

    return [
        lines(
            PROCESSOR_OF_EACH_WORKER,
            each('max("cpu")'),
            most=1,
        ),
        lines(
            LAG_OF_EACH_WORKER,
            each('max("lag_p99_ms")'),
        ),
        lines(
            PAUSES_OF_MEMORY_COLLECTION,
            each('max("gc_pause_ms")'),
        ),
        lines(
            PEOPLE_STARTED_BY_EACH_WORKER,
            each('mean("started")'),
        ),
    ]


def _spool() -> list[Any]:
    def spool(fields: dict[str, str]) -> Query:
        return Query(over_time(fields, "esr_spool"), alias="$col")

    return [
        lines(
            POINTS_WAITING,
            spool({'max("waiting_points")': "Waiting"}),
            looks={"Waiting": Look(BLUE, fill=20)},
        ),
        lines(
            HOW_FAR_BEHIND,
            spool({'max("behind_s")': "Behind"}),
            looks={"Behind": Look(INK, DASHED)},
        ),
        lines(
            BYTES_IN_THE_SPOOL,
            spool({'max("bytes")': "Spool"}),
            looks={"Spool": Look(MEDIAN, fill=20)},
        ),
        figures(
            POINTS_SO_FAR,
            Query(
                last({"written_points": "Written", "dead_points": "Refused", "lost_points": "Lost"}, "esr_spool"),
                alias="$col",
            ),
        ),
    ]


def _tables() -> list[Any]:
    whole = (
        'SELECT sum("started") AS "started", max("cpu") AS "cpu", max("lag_p99_ms") AS "lag", '
        f'max("gc_pause_ms") AS "pause", last("ticks_missing") AS "missing" '
        f'FROM "esr_worker" WHERE {RUN} GROUP BY "worker"'
    )
    return [
        rows(
            WORKERS_WHOLE_RUN,
            Query(whole, table=True),
            columns={
                "worker": Column("Worker"),
                "started": Column("People started", "locale"),
                "cpu": Column("Processor, worst", "percentunit", 0),
                "lag": Column("Lag, worst", "ms", 1),
                "pause": Column("Memory pause, worst", "ms", 1),
                "missing": Column("Seconds missing", "locale"),
            },
            sort=("Worker", False),
            missing="No worker has sent anything yet",
        ),
        rows(
            WORKERS_THAT_WENT_AND_CAME,
            Query(f'SELECT "kind", "text", "value" FROM "esr_event" WHERE {RUN} AND "kind" =~ /^worker_/', table=True),
            columns={
                "Time": Column("When", width=190),
                "kind": Column("What", words=KINDS, width=140),
                "text": Column("In words"),
            },
            sort=("When", False),
            missing="No worker was lost",
        ),
    ]
