"""Owns our tab of Locust's web UI, and the page ``/rehearsal`` with the same figures second by second.

Knows nothing of runs: figures come in, as :class:`hms_esr.launch.live_figures.Live` shows them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from flask import Response, jsonify, request

KEY = "rehearsal"
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'"
_TYPES = {"page.html": "text/html", "page.js": "text/javascript", "page.css": "text/css"}


def add_tab(web_ui: Any, figures: Callable[[], dict[str, Any]]) -> None:
    """Add the tab, the page and what they read. With a login all of it is behind the login."""
    app, guarded = web_ui.app, web_ui.auth_required_if_enabled
    web_ui.template_args |= {
        "extended_tabs": [{"title": "Rehearsal", "key": KEY}],
        "extended_tables": [
            {
                "key": KEY,
                "structure": [{"key": "what", "title": "Rehearsal"}, {"key": "figure", "title": "So far"}],
            }
        ],
        "extended_csv_files": [{"href": "./rehearsal", "title": "The rehearsal, second by second"}],
    }

    def file(name: str) -> Callable[[], Response]:
        text = (files(__package__) / name).read_text(encoding="utf-8")

        def send() -> Response:
            headers = {"Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
            return Response(text, mimetype=_TYPES[name], headers=headers)

        return send

    base = request_base(web_ui)
    for path, name in (("", "page.html"), (".js", "page.js"), (".css", "page.css")):
        app.add_url_rule(f"{base}/rehearsal{path}", f"esr_{name}", guarded(file(name)))
    app.add_url_rule(f"{base}/rehearsal.json", "esr_figures", guarded(lambda: jsonify(figures())))

    def extend(response: Response) -> Response:
        if request.path == f"{base}/stats/requests" and response.is_json:
            whole = response.get_json() | {"extended_stats": [{"key": KEY, "data": rows(figures())}]}
            response.set_data(json.dumps(whole))
        elif request.path == f"{base}/" and response.mimetype == "text/html":
            response.set_data(response.get_data(as_text=True).replace("</body>", f"{LINK}</body>"))
        return response

    app.after_request(extend)


LINK = (
    '<a href="./rehearsal" style="position:fixed;right:16px;bottom:12px;padding:6px 12px;border-radius:6px;'
    'background:#15803d;color:#fff;font:14px system-ui,sans-serif;text-decoration:none;z-index:1300">'
    "Rehearsal: planned and delivered</a>"
)


def request_base(web_ui: Any) -> str:
    """The path under which the web UI lives, without a final slash."""
    blueprint = web_ui.app.blueprints["locust"]
    return (blueprint.url_prefix or "").rstrip("/")


def rows(figures: dict[str, Any]) -> list[dict[str, str]]:
    """The tab's lines: what, and its figure in words."""
    state = figures["state"]
    if "people" not in figures:
        return [_row("State", figures["problem"] or state)]
    people, seconds = figures["people"], figures["seconds"]
    last = seconds[-1] if seconds else {"planned": 0, "delivered": 0}
    found = [
        _row("State", f"{figures['verdict']}: {figures['sentence']}" if figures["verdict"] else state),
        _row("Run", f"{figures['run_id']} against {figures['target']}"),
        _row("People in the last second", f"{last['planned']} planned, {last['delivered']} delivered"),
        _row("People so far", f"{people['due']} due, {people['started']} delivered, of {people['planned']} planned"),
        _row("Ends", f"{people['completed']} completed, {people['failed']} failed, {people['lost']} lost"),
        _row("Answer time from the planned start", _both(figures["latency"]["planned"])),
        _row("Answer time from the actual start", _both(figures["latency"]["actual"])),
    ]
    for check in figures["checks"]:
        found.append(_row(f"Check: {check['title']}", f"{check['verdict']}: {check['shown']}, {check['limit']}"))
    for worker in figures["workers"]:
        text = f"CPU {worker['cpu']:.0%} of a core, loop delay {worker['lag_p99_ms']:.1f} ms (99 of 100)"
        found.append(_row(worker["name"].capitalize(), f"{text}, {worker['started']} people"))
    return found


def _row(name: str, figure: str) -> dict[str, str]:
    return {"what": name, "figure": figure}


def _both(times_ms: list[float | None]) -> str:
    half, most = times_ms
    if half is None or most is None:
        return "no answer yet"
    return f"half within {half:.0f} ms, 95 of 100 within {most:.0f} ms"
