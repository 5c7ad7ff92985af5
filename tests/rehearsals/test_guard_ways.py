"""No request goes to a place that was not allowed, whatever a page, a redirect or a scenario says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, redirect
from werkzeug.serving import make_server


@dataclass
class Forbidden:
    """A port that nobody may touch, and how many connections it got."""

    host: str
    port: int
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


def own_address() -> str:
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


@pytest.fixture
def forbidden(request: pytest.FixtureRequest) -> Iterator[Forbidden]:
    """A listener on loopback, or on this machine's own address when the test asks for ``outside``."""
    host = own_address() if getattr(request, "param", "") == "outside" else "127.0.0.1"
    with socket.create_server((host, 0)) as listener:
        place = Forbidden(host, listener.getsockname()[1])

        def count() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                place.connections += 1
                connection.close()

        thread = threading.Thread(target=count, daemon=True)
        thread.start()
        yield place
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


PAGES = {
    "/": "<title>start</title>",
    "/form": '<form method="post" action="AWAY/take"><input name="a" value="1"><button>Go</button></form>',
    "/based": '<base href="AWAY/"><form method="post" action="take"><input name="a" value="1"><button>Go</button>',
    "/link": '<a href="AWAY/y">Onward</a>',
    "/case": '<a rel="status" href="AWAY/status">your case</a>',
    "/login": '<form method="post" action="AWAY/in"><input name="email"><input type="password" name="p"></form>',
    "/pay": '<form method="post" action="AWAY/take"><input name="card" autocomplete="cc-number"><button>Pay</button>',
}


@pytest.fixture
def misleading(forbidden: Forbidden) -> Iterator[str]:
    """A site whose every page leads to the forbidden place."""
    site = Flask(__name__)
    site.add_url_rule("/moved", "moved", lambda: redirect(f"{forbidden.url}/x", 302))
    for path, page in PAGES.items():
        site.add_url_rule(path, path, partial(str, page.replace("AWAY", forbidden.url)))
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


WAYS = {
    "redirect": "[{visit: /moved}]",
    "form action": "[{visit: /form}, submit]",
    "button": "[{visit: /form}, {click: Go}]",
    "base": "[{visit: /based}, submit]",
    "link": "[{visit: /link}, {click: Onward}]",
    "visit": "[{visit: 'AWAY/z'}]",
    "click": "[{visit: /}, {click: 'AWAY/z'}]",
    "request": "[{request: {method: POST, path: 'AWAY/z', json: {a: 1}}}]",
    "status link": "[{visit: /case}, {await: {within: 1s}}]",
    "await path": "[{visit: /}, {await: {within: 1s, path: 'AWAY/s'}}]",
    "login": "[{login: /login}]",
    "pay": "[{visit: /}, pay]",
    "saved address": "[{visit: /link, save: {away: {css: a}}}, {visit: 'AWAY/{{ vars.away }}'}]",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_is_shut(way: str, tmp_path: Path, esr: Any, misleading: str, forbidden: Forbidden) -> None:
    """The person fails with a message that names the place; nobody connects there."""
    steps = WAYS[way].replace("AWAY", forbidden.url)
    (tmp_path / "way.yml").write_text(
        "name: way\nload: {people: 2, over: 0s}\njourneys:\n"
        f"  - {{name: way, persona: permit_clerk, pace: none, steps: {steps}}}\n"
    )
    ran = esr("run", "way.yml", "--target", misleading)
    assert ran.code == 1, ran.output + ran.errors
    assert forbidden.connections == 0
    assert ran.summary["people"]["failed"] == 2
    assert any(str(forbidden.port) in kind["example"] for kind in ran.summary["error_kinds"])


@pytest.mark.parametrize("when", ["before", "after"])
def test_before_and_after_ask_too(when: str, tmp_path: Path, esr: Any, misleading: str, forbidden: Forbidden) -> None:
    """A ``before`` that leads away is exit 4, an ``after`` makes the run INVALID; nobody connects there."""
    (tmp_path / "way.yml").write_text(
        f"name: way\nload: {{people: 1, over: 0s}}\n{when}: [{{visit: '{forbidden.url}/z'}}]\n"
        "journeys:\n  - {name: way, pace: none, steps: [{visit: /}]}\n"
    )
    ran = esr("run", "way.yml", "--target", misleading)
    assert ran.code == {"before": 4, "after": 3}[when], ran.output + ran.errors
    assert str(forbidden.port) in ran.output + ran.errors
    assert forbidden.connections == 0


@pytest.mark.parametrize("forbidden", ["outside"], indirect=True)
@pytest.mark.parametrize("how", ["--target", "target:", "also:", "try", "new"])
def test_places_off_loopback_need_a_promise(
    how: str, tmp_path: Path, esr: Any, misleading: str, forbidden: Forbidden
) -> None:
    """Naming an address of another machine is not enough: exit 4, what would allow it, and no connection."""
    targets = {
        "target:": f"target: {forbidden.url}\n",
        "also:": f"targets: {{default: {{url: {misleading}, also: ['{forbidden.host}:{forbidden.port}']}}}}\n",
    }.get(how, "")
    (tmp_path / "way.yml").write_text(
        f"name: way\n{targets}load: {{people: 1, over: 0s}}\n"
        "journeys:\n  - {name: way, pace: none, steps: [{visit: /}]}\n"
    )
    if how == "new":
        ran = esr("new", forbidden.url)
    else:
        options = ["--target", forbidden.url] if how in ("--target", "try") else []
        ran = esr("try" if how == "try" else "run", "way.yml", *options)
    assert ran.code == 4, ran.output + ran.errors
    assert "--i-may-load" in ran.errors
    assert forbidden.connections == 0
