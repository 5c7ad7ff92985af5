"""What hms-esr new writes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hms_esr.cli.new import command
from hms_esr.errors import BadInput, EnvironmentProblem, TargetRefused
from hms_esr.library import load_scenario
from hms_esr.steps.parse import write_step

FORM = """<!doctype html><title>Apply</title>
<nav><form action="/search"><input name="q"></form></nav>
<form method="post" action="/send" enctype="multipart/form-data">
<input type="hidden" name="csrf" value="t0ken">
<label>Full name <input name="full_name" required></label>
<label>E-mail <input name="email" type="email" required></label>
<label>County <select name="county" required><option value="">choose</option><option>Polk</option></select></label>
<label>Acres <input name="acres" type="number" min="5" max="9" required></label>
<label>I agree <input type="checkbox" name="agree" required></label>
<label>Schedule F <input type="file" name="schedule" accept="application/pdf" required></label>
<button>Send it</button></form>"""
LOGIN = """<title>Log in</title><form method="post" action="/login"><input name="next" type="hidden" value="">
<input name="email" type="email" required>
<input name="password" type="password" required><button>Log in</button></form>"""
PAGES = {
    "/apply": FORM,
    "/done": "<title>Thank you</title>",
    "/login?next=/permit": LOGIN,
    "/enter/here": LOGIN,
    "/register": LOGIN.replace("<button>", '<input type="password" name="again"><button>'),
    "/m%C3%BCll": "<title>Refuse</title>",
    "/nothing": "<title>No form here</title><p>{{ weird }}",
}
REDIRECTS = {
    "/old": "/apply",
    "/round": "/round",
    "/away": "http://192.0.2.1/",
    "/permit": "/login?next=/permit",
    "/grant": "/enter/here",
    "/join": "/register",
    "/refuse": "/m\u00fcll".encode().decode("latin-1"),
    "/mail": "mailto:a@b.test",
}


@dataclass
class Site:
    """A small site: a form with a token, sent to an address that redirects; what it got."""

    url: str
    got: list[tuple[str, str, bytes]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Answers of the site; ``server.found`` remembers the requests."""

    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, text: str, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "text/html; charset=utf-8"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _remember(self, body: bytes = b"") -> None:
        self.server.found.got.append((self.command, self.path, body))  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        self._remember()
        if self.path in REDIRECTS:
            self._answer(302, "", Location=REDIRECTS[self.path])
        elif self.path == "/api":
            self._answer(200, "{}", Content_Type="application/json")
        else:
            self._answer(200 if self.path in PAGES else 404, PAGES.get(self.path, "no"))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._remember(body)
        complete = all(part in body for part in (b"t0ken", b"Polk", b"%PDF-", b'name="agree"'))
        self._answer(303 if complete else 400, "", Location="/done")

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def site() -> Iterator[Site]:
    """The site on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(f"http://127.0.0.1:{server.server_port}")
    server.found = found  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def new(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_a_form_becomes_a_scenario_that_is_right(site: Site, tmp_path: Path) -> None:
    """Each control gets a value that fits; the search in the navigation is not what people came for."""
    path = tmp_path / "apply.yml"
    done = new(f"{site.url}/apply", "--out", str(path))

    assert done.stdout == f"Wrote {path}. Try it with one person: hms-esr try {path}\n"
    scenario = load_scenario(path).scenario
    steps = {step.verb: step.written() for step in scenario.journeys[0].steps}
    assert list(steps) == ["visit", "fill", "upload", "submit", "expect"]
    assert steps["fill"] | {"acres": ""} == {
        "full_name": "{{ persona.name }}",
        "email": "{{ persona.email }}",
        "county": "Polk",
        "acres": "",
        "agree": "yes",
    }
    assert 5 <= int(steps["fill"]["acres"]) <= 9
    assert steps["upload"]["file"] == "schedule.pdf"
    assert scenario.targets["default"].url == site.url
    assert site.got == [("GET", "/apply", b"")]


def test_what_is_written_runs(site: Site, tmp_path: Path) -> None:
    """One person of the new scenario gets through the form: token, choice, box, file and redirect."""
    new(f"{site.url}/old", "--out", str(tmp_path / "old.yml"))

    done = subprocess.run(
        [sys.executable, "-m", "hms_esr", "try", "old.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert [(method, path) for method, path, _ in site.got[-3:]] == [
        ("GET", "/apply"),
        ("POST", "/send"),
        ("GET", "/done"),
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [("/nothing", "# The page has no form."), ("/api", "# This is no HTML page.")],
)
def test_a_page_without_a_form_is_visited(site: Site, tmp_path: Path, path: str, said: str) -> None:
    """The scenario visits the page and says what to do where JavaScript draws the form."""
    text = new(f"{site.url}{path}").stdout
    (tmp_path / "x.yml").write_text(text)

    assert said in text
    assert [step.verb for step in load_scenario(tmp_path / "x.yml").scenario.journeys[0].steps] == ["visit", "expect"]


def test_a_file_is_never_overwritten_unasked(site: Site, tmp_path: Path) -> None:
    """An existing file stays, and nothing is fetched; --force overwrites it."""
    path = tmp_path / "mine.yml"
    path.write_text("precious")

    refused = new(f"{site.url}/apply", "--out", str(path))

    assert isinstance(refused.exception, BadInput)
    assert "is there already; --force overwrites it" in str(refused.exception)
    assert (path.read_text(), site.got) == ("precious", [])
    new(f"{site.url}/apply", "--out", str(path), "--force")
    assert path.read_text().startswith("# A first scenario for ")


@pytest.mark.parametrize(
    ("path", "login"), [("/permit", "login"), ("/grant", {"login": "/enter/here"})], ids=["usual", "elsewhere"]
)
def test_a_page_behind_a_login_is_visited_by_who_logs_in(
    site: Site, tmp_path: Path, path: str, login: str | dict[str, str]
) -> None:
    """The persona has an account, logs in where the page sends strangers, and visits the page that was asked for."""
    text = new(f"{site.url}{path}").stdout
    (tmp_path / "x.yml").write_text(text)

    loaded = load_scenario(tmp_path / "x.yml")
    (journey,) = loaded.scenario.journeys
    assert [write_step(step) for step in journey.steps] == [login, {"visit": path}, {"expect": {"status": 200}}]
    assert all(loaded.personas[role].account for role in journey.persona)
    assert loaded.scenario.identity == "fixed"
    assert f"# {path} sends who is not logged in to {'/login' if login == 'login' else '/enter/here'};" in text


def test_a_page_that_registers_people_is_no_login(site: Site) -> None:
    """A form with two passwords is what people came for."""
    text = new(f"{site.url}/join").stdout
    assert "persona: citizen" in text and "again:" in text


@pytest.mark.parametrize("path", ["/m\u00fcll", "/m%C3%BCll", "/refuse"])
def test_letters_outside_ascii_are_sent_percent_encoded(site: Site, path: str) -> None:
    """Typed, copied, or met in a redirect."""
    done = new(f"{site.url}{path}")
    assert done.exit_code == 0, done.exception
    assert "(Refuse)" in done.stdout
    assert site.got[-1] == ("GET", "/m%C3%BCll", b"")
    assert path == "/refuse" or 'visit: "/m%C3%BCll"' in done.stdout


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://", "http://a b/"])
def test_an_address_that_cannot_be_carried_is_a_target_that_is_not_there(url: str) -> None:
    """Exit 4 as for ``run --target``; a mistake in ``--i-may-load`` is one of an option."""
    refused = new(url)
    assert isinstance(refused.exception, EnvironmentProblem)
    assert "cannot reach the target" in str(refused.exception)
    assert isinstance(new("http://127.0.0.1:1/", "--i-may-load", "a:b").exception, BadInput)


def test_an_address_without_scheme_is_http(site: Site) -> None:
    """``127.0.0.1:8000/apply`` is what people type."""
    assert 'visit: "/apply"' in new(f"{site.url.removeprefix('http://')}/apply").stdout


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        ("/gone", EnvironmentProblem, "/gone answers 404"),
        ("/round", EnvironmentProblem, "redirects more than 10 times"),
        ("/away", TargetRefused, "192.0.2.1"),
        ("/mail", EnvironmentProblem, "/mail redirects to mailto:a@b.test: "),
    ],
)
def test_a_page_that_cannot_be_seen_is_told(site: Site, path: str, error: type[Exception], said: str) -> None:
    """Error status, endless redirects, and a redirect to where the guard says no."""
    with pytest.raises(error, match=said):
        CliRunner().invoke(command, [f"{site.url}{path}"], catch_exceptions=False)


def test_a_host_outside_is_asked_for_first() -> None:
    """Without --i-may-load nothing is sent to another machine."""
    refused = new("http://192.0.2.1/apply")

    assert isinstance(refused.exception, TargetRefused)
    assert "--i-may-load" in str(refused.exception)
