"""Systems that know nothing of us: httpbin and a small form site, rehearsed with journeys in YAML."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.rehearsals.form_site import make_site

LATE = ("--max-late", "100%")
"""Tests share the machine with others: being late by a tenth of a second is not what these are about."""


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """``serve(app)``: a WSGI application on a free port of loopback; its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    started = []

    def start(app: Any) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.port}"

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


PERMIT = """
name: permit
load: {people: 30, over: 2s}
journeys:
  - name: ask
    persona: permit_applicant
    pace: none
    steps:
      - visit: /permit
      - fill: {Kind: s}
      - upload: {field: drawing, file: fence.pdf, size_kb: 30}
      - click: "Send it in"
      - expect: {status: 200, page: /permit/thanks, text: "We have it"}
checks: [success_rate == 1]
"""


def test_a_form_site_with_csrf_redirect_and_multipart(tmp_path: Path, esr: Any, serve: Any) -> None:
    """Everybody gets to the thanks page, with a value for each field and a valid PDF."""
    site = make_site()
    (tmp_path / "permit.yml").write_text(PERMIT)
    ran = esr("run", "permit.yml", "--target", serve(site), *LATE)
    assert ran.code == 0, ran.output + ran.errors
    received = site.config["received"]
    assert len(received) == 30
    assert all(form["who"] and "@" in form["mail"] and form["kind"] == "s" for form in received)
    assert len({form["mail"] for form in received}) == 30


def test_new_and_try_on_the_form_site(tmp_path: Path, esr: Any, serve: Any) -> None:
    """``new`` writes a scenario that validates, ``try`` shows the journey step by step, ``run`` passes."""
    url = serve(make_site())
    assert esr("new", f"{url}/permit", "--out", "permit.yml").code == 0
    assert esr("validate", "permit.yml").code == 0
    tried = esr("try", "permit.yml")
    assert tried.code == 0, tried.output + tried.errors
    assert "Thank you" in tried.output and "303" in tried.output and "csrf = ***" in tried.output
    assert esr("run", "permit.yml", "--scale", "0.5", *LATE).code == 0


def test_a_form_shown_again_says_why(tmp_path: Path, esr: Any, serve: Any) -> None:
    """A form that comes back with status 200, as Django's do: the site's own words, whatever is expected."""
    text = PERMIT.replace("/permit\n", "/again\n", 1)
    (tmp_path / "again.yml").write_text(text.replace("{people: 30, over: 2s}", "{people: 3, over: 1s}"))
    url = serve(make_site())
    wanted = "the form came back: Applications are closed on Sundays"
    assert wanted in esr("try", "again.yml", "--target", url).output
    excused = text.replace(", page: /permit/thanks", "").replace("We have it", "closed on Sundays")
    (tmp_path / "content.yml").write_text(excused)
    content = esr("try", "content.yml", "--target", url)
    assert content.code == 0 and "  the page says: Applications are closed on Sundays\n" in content.output
    ran = esr("run", "again.yml", "--target", url, *LATE)
    assert ran.code == 1, ran.output + ran.errors
    assert [(error["message"], error["people_stopped"]) for error in ran.summary["error_kinds"]] == [(wanted, 3)]


BIN = """
name: bin
load: {people: 10, over: 1s}
http: {headers: {X-Gate: "{{ secret.GATE }}"}}
journeys:
  - name: around
    persona: citizen
    pace: none
    steps:
      - request: {path: /headers, save: {gate: {json: headers.X-Gate}}}
      - request: {method: POST, path: /post, json: {who: "{{ persona.email }}", gate: "{{ vars.gate }}"}}
      - expect: {status: 200, json: {json.who: "{{ persona.email }}"}}
      - visit: /redirect/3
      - expect: {status: 200, page: /get}
      - visit: /cookies/set/flavour/oat
      - expect: {page: /cookies, json: {cookies.flavour: oat}}
      - visit: /gzip
      - expect: {json: {gzipped: true}}
      - visit: /status/418
      - expect: {status: 418}
      - visit: /forms/post
      - fill: {custname: "{{ persona.name }}", size: large}
      - submit
      - expect: {status: 200, json: {form.size: large, form.custname: "{{ persona.name }}"}}
checks: [success_rate == 1, error_rate == 0]
"""


def test_httpbin(tmp_path: Path, esr: Any, serve: Any) -> None:
    """JSON, redirects, cookies, gzip, an accepted error status and a form, in YAML; the secret is nowhere on disk."""
    httpbin = pytest.importorskip("httpbin")
    (tmp_path / "bin.yml").write_text(BIN)
    url = serve(httpbin.app)
    tried = esr("try", "bin.yml", "--target", url, env={"ESR_SECRET_GATE": "open-sesame-77"})
    assert tried.code == 0, tried.output + tried.errors
    ran = esr("run", "bin.yml", "--target", url, *LATE, env={"ESR_SECRET_GATE": "open-sesame-77"})
    assert ran.code == 0, ran.output + ran.errors
    for path in ran.folder.iterdir():
        assert b"open-sesame-77" not in path.read_bytes(), path.name
    assert "open-sesame-77" not in ran.output + tried.output


def test_new_on_httpbin(tmp_path: Path, esr: Any, serve: Any) -> None:
    """``new`` reads its form page, and one person gets through."""
    httpbin = pytest.importorskip("httpbin")
    url = serve(httpbin.app)
    assert esr("new", f"{url}/forms/post", "--out", "pizza.yml").code == 0
    tried = esr("try", "pizza.yml")
    assert tried.code == 0, tried.output + tried.errors


def test_before_and_after_are_carried_out_once(tmp_path: Path, esr: Any, serve: Any) -> None:
    """What ``before`` saves is everybody's, and both count as setup."""
    httpbin = pytest.importorskip("httpbin")
    text = BIN.split("journeys:")[0].replace("http:", "# http:") + (
        "before: [{request: {path: /uuid, save: {batch: {json: uuid}}}}]\n"
        'after: [{request: {method: DELETE, path: "/delete?batch={{ vars.batch }}"}}]\n'
        "journeys:\n  - name: look\n    pace: none\n    persona: citizen\n    steps:\n"
        '      - request: {path: "/get?batch={{ vars.batch }}"}\n'
        '      - expect: {json: {args.batch: "{{ vars.batch }}"}}\n'
    )
    (tmp_path / "batch.yml").write_text(text)
    ran = esr("run", "batch.yml", "--target", serve(httpbin.app), *LATE)
    assert ran.code == 0, ran.output + ran.errors
    assert ran.summary["setup_requests"] == 3
    assert ran.summary["requests"] == 10
