"""Owns the control plane's own pages: all runs, a run that has no record (yet), the API's description. No script.

Knows nothing of how runs are found; style and marks are the report's.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from starlette.responses import HTMLResponse

from hms_esr import formatting
from hms_esr.charts.markup import Markup, join, tag
from hms_esr.reports.html.page import style
from hms_esr.reports.html.parts import Column, icon, para, status, table, text

KINDS = {"PASS": "ok", "FAIL": "bad", "INVALID": "inv", "INTERRUPTED": "int"}
_TREND = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A run as the page shows it. ``state`` is one of the four, ``verdict`` empty before the end."""

    run_id: str
    scenario: str
    state: str
    verdict: str
    place: int
    started_at: str
    real_s: float | None
    people: int | None


def runs_page(rows: Sequence[Row], total: int, query: str = "") -> HTMLResponse:
    """All runs: running now, the trend of each scenario, and a table."""
    now = [row for row in rows if row.state != "FINISHED"]
    over = [row for row in rows if row.state == "FINISHED"]
    at = datetime.now(UTC)
    body = [
        tag("h1", "Rehearsals"),
        para(f"As of {at:%H:%M:%S} UTC. Reload the page for a newer state.", class_="small mute"),
        _section("now", "Running now", _now(now, query)),
        _section("trend", "Verdicts by scenario", _trends(over, query)),
        _section("runs", "All runs", _table(rows, total, query)),
    ]
    return _page(f"{len(now)} running · HMS-ESR" if now else "Rehearsals · HMS-ESR", body)


def run_without_record(run_id: str, summary: Mapping[str, Any], place: int) -> HTMLResponse:
    """A run that waits, or ended before it left anything to show."""
    verdict = summary.get("verdict")
    if verdict:
        said = [para(status(KINDS[verdict], verdict)), para(text(str(summary.get("reason", "")), 800))]
    elif place:
        said = [para(f"It waits in the queue, place {place}. Reload this page to see whether it has begun.")]
    else:
        said = [para("It is being prepared: its target is looked at, then the first person comes. Reload this page.")]
    name = para(text(str(summary.get("scenario", "")), 120), class_="mono mute small")
    return _page(f"{verdict or 'Waiting'} · {run_id}", [tag("h1", text(f"Run {run_id}", 200)), name, *said])


def locked_page(why: str) -> HTMLResponse:
    """For somebody who came without a token."""
    words = "Ask whoever runs this server for a link (hms-esr observe RUN), or for a token to add as ?token=…"
    return _page("Token wanted · HMS-ESR", [tag("h1", "Not without a token"), para(text(why, 300)), para(words)], 401)


def api_page(schema: Mapping[str, Any]) -> HTMLResponse:
    """The API in words, made from its OpenAPI description."""
    parts: list[object] = [
        tag("h1", "Run API"),
        para("Machines read the same as ", tag("a", "openapi.json", href="/openapi.json"), "."),
        para(text(str(schema.get("info", {}).get("description", "")), 2000)),
    ]
    for path, methods in schema.get("paths", {}).items():
        parts += [_operation(path, method, one) for method, one in methods.items()]
    return _page("Run API · HMS-ESR", [tag("div", *parts, class_="api")])


def _operation(path: str, method: str, one: Mapping[str, Any]) -> Markup:
    said = [tag("h3", text(f"{method.upper()} {path}", 200))]
    said += [para(text(part, 1200)) for part in str(one.get("description") or one.get("summary", "")).split("\n\n")]
    given = one.get("parameters", [])
    if given:
        rows = [
            [
                tag("code", text(item["name"])),
                text(item["in"]),
                text(str(item.get("description") or item.get("schema", {}).get("description") or ""), 300),
            ]
            for item in given
        ]
        said.append(
            table([Column("parameter"), Column("where"), Column("what")], rows, _hidden(f"Parameters of {path}"))
        )
    answers = [
        [tag("code", text(code)), text(str(what.get("description", "")), 200)]
        for code, what in one["responses"].items()
    ]
    said.append(table([Column("status"), Column("meaning")], answers, _hidden(f"Answers of {path}")))
    return join(said)


def _now(rows: Sequence[Row], query: str) -> Markup:
    if not rows:
        return para("Nothing is running.", class_="empty")
    shown = [[_link(row, query), text(row.scenario, 120), _state(row), _when(row.started_at)] for row in rows]
    columns = [Column("run"), Column("scenario"), Column("state"), Column("since")]
    return table(columns, shown, _hidden("Runs that go on or wait"))


def _trends(rows: Sequence[Row], query: str) -> Markup:
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.scenario, []).append(row)
    if not by_name:
        return para("No run is over yet.", class_="empty")
    shown = []
    for name, ones in by_name.items():
        last = list(reversed(ones[:_TREND]))
        marks = [
            tag(
                "a",
                icon(KINDS[one.verdict]),
                href=_address(one, query),
                class_=KINDS[one.verdict],
                aria_label=_told(one),
            )
            for one in last
        ]
        passed = sum(one.verdict == "PASS" for one in last)
        said = f"{passed} of the last {len(last)} passed" if len(last) > 1 else "one run"
        newest = status(KINDS[ones[0].verdict], ones[0].verdict)
        shown.append([text(name or "–", 120), newest, tag("div", *marks, class_="trend"), said])
    columns = [Column("scenario"), Column("last verdict"), Column("oldest to newest"), Column("passed")]
    return table(columns, shown, _hidden("The last verdicts of each scenario"))


def _table(rows: Sequence[Row], total: int, query: str) -> Markup:
    if not rows:
        return para("No runs yet. Start one: hms-esr run FILE, or POST /run", class_="empty")
    shown = []
    for row in rows:
        real = formatting.MISSING if row.real_s is None else formatting.whole_s(row.real_s)
        people = formatting.MISSING if row.people is None else formatting.count(row.people)
        shown.append([_link(row, query), text(row.scenario, 120), _state(row), _when(row.started_at), real, people])
    columns = [Column("run"), Column("scenario"), Column("verdict"), Column("started")]
    columns += [Column("real time", number=True), Column("people", number=True)]
    more = f"The last {len(rows):,} of {total:,} runs." if total > len(rows) else _hidden("Every run, the last first")
    return table(columns, shown, more)


def _hidden(caption: str) -> Markup:
    """A caption for those who hear the page; those who see it have the heading."""
    return tag("span", caption, class_="vh")


def _state(row: Row) -> Markup:
    if row.state == "FINISHED":
        return status(KINDS[row.verdict], row.verdict)
    return status("none", f"queued, place {row.place}" if row.place else row.state.lower())


def _told(row: Row) -> str:
    return f"{row.verdict}, {row.started_at[:16].replace('T', ' ')}"


def _address(row: Row, query: str) -> str:
    return f"/dashboard/{row.run_id}{query}"


def _link(row: Row, query: str) -> Markup:
    return tag("a", text(row.run_id, 200), href=_address(row, query))


def _when(moment: str) -> str:
    try:
        return f"{datetime.fromisoformat(moment).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return formatting.MISSING


def _section(ident: str, title: str, *content: object) -> Markup:
    return tag("section", tag("header", tag("h2", title, id=ident)), tag("div", *content), class_="s")


def _page(title: str, body: Sequence[object], status_code: int = 200) -> HTMLResponse:
    css, digest = _css()
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", css),
    )
    simulation = "Simulation: made-up people, made-up data, no one’s real application"
    mast = tag("header", tag("span", tag("b", "HMS-ESR"), " control tower"), tag("span", simulation), class_="mast")
    links = [tag("a", "Runs", href="/"), " · ", tag("a", "Run API", href="/docs")]
    foot = tag("footer", *links, " · tagged sim=true", class_="end")
    skip = tag("a", "Skip to the content", class_="skip", href="#main")
    main = tag("main", *body, id="main")
    whole = tag("html", head, tag("body", skip, _sprite(), tag("div", mast, main, foot, class_="page")), lang="en-US")
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(f"<!doctype html>\n{whole}\n", status_code, headers={"content-security-policy": policy})


@cache
def _css() -> tuple[Markup, str]:
    more = files("hms_esr.control").joinpath("page.css").read_text(encoding="utf-8")
    css = Markup(style("runs") + more)
    return css, b64encode(sha256(css.encode()).digest()).decode()


@cache
def _sprite() -> Markup:
    return Markup(files("hms_esr.reports.html").joinpath("sprite.svg").read_text(encoding="utf-8"))
