"""Owns the dashboard for everybody: how the rehearsal stands, in words anyone can follow.

Knows nothing of steps, workers or the database.
"""

from __future__ import annotations

from typing import Any

from grafana.board import Board
from grafana.panels import Column, Look, Said, block, figures, gauges, lines, rows
from grafana.queries import EACH, RUN, Query, last, over_time
from grafana.tokens import BAD, BLUE, CHECKS, DASHED, DOTTED, INK, KINDS, MEDIAN, PLAN, ROOM, SO_FAR, VERDICTS

OF_CHECKS = f'SELECT last("code") AS "code" FROM "esr_check" WHERE {RUN} GROUP BY "check"'

VERDICT = Said(
    "Verdict",
    "How the rehearsal was judged at its end; WARN is PASS with a check past its warning level. Whole run, whatever "
    "the time range.",
    "none",
    5,
    4,
)
SO_FAR_BY_ITS_CHECKS = Said(
    "So far, by its checks",
    "The worst check as it stands. Judged every 5 s; a check may still mend.",
    "none",
    5,
    4,
)
IN_ONE_SENTENCE = Said(
    "In one sentence",
    "The verdict's reason, once the rehearsal is over.",
    "string",
    8,
    4,
)
BOTH_CLOCKS = Said(
    "Both clocks",
    "Time since the start: real, and simulated as the scenario's clock runs.",
    "dtdhms",
    6,
    4,
)
HOW_MUCH_OF_THE_ROOM = Said(
    "How much of the room is used",
    "One bar for each check with a limit: two thirds of the bar is the limit, beyond it the check "
    "does not hold. Close from 90% on. Shares over a limit count from 100% down, "
    "figures over one from twice the limit; checks with the limit 0 stand in "
    "the table only.",
    "percentunit",
    12,
    9,
)
EVERY_CHECK = Said(
    "Checks",
    "Every check: what was measured, its limit in the check's own unit, whether it holds.",
    "none",
    12,
    9,
)
PEOPLE_SO_FAR = Said(
    "People so far",
    "Planned = completed + failed + dropped + lost + unfinished + still on the site. Dropped and "
    "lost are the load generator's doing; a person who gives up has failed.",
    "locale",
    18,
    4,
)
PEOPLE_WHO_FINISHED = Said(
    "People who finished",
    "Completed, of all who completed or failed. Warm-up left out.",
    "percentunit",
    6,
    4,
)
PEOPLE_PER_SECOND = Said(
    "People per second",
    "Who started, completed and failed, each second, averaged where the screen is coarser.",
    "suffix: people/s",
)
PEOPLE_ON_THE_SITE = Said(
    "People on the site",
    "At once: on the site, and of them waiting for an answer of the agency.",
    "locale",
)
ANSWER_TIME_AGAINST_ITS_TARGET = Said(
    "Answer time against its target",
    "From the intended start, over the last 10 s: half and 95 of 100 requests were answered within "
    "it. Where the screen is coarser than 1 s, the worst 10 s. Dotted: the limit of the check of all "
    "requests' 95th percentile, if there is one.",
    "ms",
)
ERRORS_PER_SECOND = Said(
    "Errors per second",
    "Requests that failed, each second; averaged where the screen is coarser.",
    "suffix: requests/s",
    8,
)
ERRORS_SO_FAR = Said(
    "Errors so far",
    "Requests and expectations that failed: how many; and of 100 requests, how many failed, without the warm-up.",
    "locale",
    4,
    8,
)
EVENTS = Said(
    "Events",
    "Start, end, faults and their undoing, pauses, workers that went and came. Real times.",
    "none",
    24,
    7,
)


def board() -> Board:
    """Rehearsal."""
    about = "One rehearsal as it goes on, for everybody: verdict so far, checks, people, answer times, errors, events."
    made = Board("esr-rehearsal", "HMS-ESR Rehearsal", about, since="now-30m", refresh="5s")
    made.scenario().run().events()
    made.add(*_verdict()).row("Checks: by how much").add(*_checks())
    made.row("People").add(*_people()).row("Answer times and errors").add(*_times())
    return made.row("What happened").add(_events())


def _verdict() -> list[Any]:
    clocks = {"real_s": "Real time", "sim_s": "Simulated time", "warp": "Simulated seconds in one second"}
    sentence = f'SELECT "text", "value" FROM "esr_event" WHERE {RUN} AND "kind" = \'verdict\''
    return [
        block(
            VERDICT,
            Query(last({"shown_code": "Verdict"})),
            words=VERDICTS,
            missing="– none yet",
        ),
        block(
            SO_FAR_BY_ITS_CHECKS,
            Query(f'SELECT max("code") AS "So far" FROM ({OF_CHECKS})'),
            words=SO_FAR,
            missing="– No verdict yet",
        ),
        rows(
            IN_ONE_SENTENCE,
            Query(sentence, table=True),
            columns={"text": Column("Verdict and reason", wrapped=True)},
            heads=False,
            missing="The rehearsal goes on, or no run is chosen",
        ),
        figures(
            BOTH_CLOCKS,
            Query(last(clocks), alias="$col"),
            units={"Simulated seconds in one second": "none"},
            decimals=None,
        ),
    ]


def _checks() -> list[Any]:
    used = 'AS "used" FROM "esr_check" WHERE ' + RUN + ' AND "limit" > 0 AND "check" =~'
    return [
        gauges(
            HOW_MUCH_OF_THE_ROOM,
            Query(f'SELECT last("value") / last("limit") {used} /</ GROUP BY "check"', "$tag_check"),
            Query(
                f'SELECT (1 - last("value")) / (1 - last("limit")) {used} />/ AND "limit" < 1 GROUP BY "check"',
                "$tag_check",
            ),
            Query(
                f'SELECT 2 - last("value") / last("limit") {used} />/ AND "limit" >= 1 GROUP BY "check"',
                "$tag_check",
            ),
            words=ROOM,
            most=1.5,
            missing="– no data yet",
        ),
        rows(
            EVERY_CHECK,
            Query(last({"value": "value", "limit": "limit", "code": "code"}, "esr_check", by='"check"'), table=True),
            columns={
                "code": Column("Status", words=CHECKS, filled=True, width=190),
                "check": Column("Check"),
                "value": Column("Measured", decimals=3, width=110),
                "limit": Column("Limit", decimals=3, width=110),
            },
            sort=("Status", True),
            missing="Waiting for the first checks",
        ),
    ]


def _people() -> list[Any]:
    states = {name: name.capitalize() for name in ("completed", "failed", "dropped", "lost", "unfinished")}
    per_s = {
        'mean("delivered_per_s")': "Started",
        'mean("completed_per_s")': "Completed",
        'mean("failed_per_s")': "Failed",
    }
    return [
        figures(
            PEOPLE_SO_FAR,
            Query(
                last({"planned": "Planned so far", "started": "Started", **states, "active": "On the site"}),
                alias="$col",
            ),
        ),
        figures(
            PEOPLE_WHO_FINISHED,
            Query(last({"success_share": "Share who completed"}), alias="$col"),
            decimals=1,
        ),
        lines(
            PEOPLE_PER_SECOND,
            Query(over_time(per_s), alias="$col"),
            looks={
                "Started": Look(PLAN, width=1, fill=20),
                "Completed": Look(BLUE, width=3),
                "Failed": Look(BAD, DASHED),
            },
        ),
        lines(
            PEOPLE_ON_THE_SITE,
            Query(over_time({'max("active")': "On the site", 'max("waiting")': "Waiting"}), alias="$col"),
            looks={"On the site": Look(BLUE, width=3), "Waiting": Look(INK, DASHED)},
        ),
    ]


def _times() -> list[Any]:
    limit = (
        f'SELECT last("limit") AS "limit" FROM "esr_check" WHERE {RUN} AND "check" =~ /^latency_p95_ms *</ AND {EACH}'
    )
    within = {'max("p95_10s_ms")': "95 of 100 requests", 'max("p50_10s_ms")': "Half of the requests"}
    return [
        lines(
            ANSWER_TIME_AGAINST_ITS_TARGET,
            Query(over_time(within), alias="$col"),
            Query(limit + ', "check" fill(previous)', "Limit: $tag_check"),
            looks={
                "95 of 100 requests": Look(BLUE, width=3),
                "Half of the requests": Look(MEDIAN, DASHED),
                "/^Limit/": Look(INK, DOTTED),
            },
            log=True,
        ),
        lines(
            ERRORS_PER_SECOND,
            Query(over_time({'mean("errors_per_s")': "Errors"}), alias="$col"),
            looks={"Errors": Look(BAD, width=1, fill=60, bars=True)},
        ),
        figures(
            ERRORS_SO_FAR,
            Query(last({"errors": "Errors", "error_share": "Share of requests"}), alias="$col"),
            units={"Share of requests": "percentunit"},
            decimals=None,
        ),
    ]


def _events() -> Any:
    return rows(
        EVENTS,
        Query(f'SELECT "kind", "text", "value" FROM "esr_event" WHERE {RUN}', table=True),
        columns={
            "Time": Column("When", width=190),
            "kind": Column("What", words=KINDS, width=200),
            "text": Column("In words", wrapped=True),
        },
        sort=("When", False),
        missing="Nothing has happened yet",
    )
