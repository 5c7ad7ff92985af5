"""Forms that sites refuse and take, as frameworks make them, rehearsed with what ``hms-esr new`` wrote, unedited."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, request
from werkzeug.serving import make_server

from hms_esr.cli.new import command
from tests.html.same_form_pages import PAGES, drawn
from tests.rehearsals.conftest import ROOT
from tests.rehearsals.form_sites import wiki

FEW = ("--scale", "0.2", "--warp", "300")
"""Two of the ten people, in a tenth of a second."""
CAME_BACK = "the form came back: "
SAID = {
    "django/plain": f"{CAME_BACK}We cannot write to that address (email)",
    "django/crispy": f"{CAME_BACK}We cannot write to that address (email)",
    "flask": f"{CAME_BACK}This county takes no applications (county)",
    "rails": "Email is not of this county (permit[email])",
    "aspnet": f"{CAME_BACK}The county of this address is not served. (Email)",
    "webforms": f"{CAME_BACK}No such parcel in this county (ctl00$Main$txtParcel)",
    "uswds": f"{CAME_BACK}This office does not serve that area (zip)",
    "govuk": f"{CAME_BACK}Enter a licence that is still valid (licence)",
}
"""By site: its own words, and the name of the control."""


@pytest.fixture(scope="module")
def sites() -> Iterator[str]:
    """Address of all sites, in a process of their own."""
    pytest.importorskip("crispy_bootstrap5")
    pytest.importorskip("flask_wtf")
    serve = [sys.executable, "-m", "tests.rehearsals.form_sites"]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def write(url: str, file: Path) -> str:
    """What ``new`` writes for a page; its path."""
    made = CliRunner().invoke(command, [url, "--out", str(file)], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    return str(file)


def reasons(ran: Any) -> dict[str, set[tuple[str, str]]]:
    """By scenario: verdict of each run, and what people who were stopped met first."""
    found: dict[str, set[tuple[str, str]]] = {}
    for path in sorted(ran.out.glob("2*/summary.json")):
        whole = json.loads(path.read_text())
        said = whole["error_kinds"][0]["example"] if whole["error_kinds"] else ""
        found.setdefault(whole["scenario"], set()).add((whole["verdict"], said))
    return found


def test_refused_forms_fail_in_the_sites_own_words(sites: str, esr: Any, tmp_path: Path) -> None:
    """Every framework's refusal, at status 200 as at 422, with the name of the field it is about."""
    files = [write(f"{sites}/{name}/shut", tmp_path / f"{name.replace('/', '-')}.yml") for name in SAID]
    ran = esr("run", *files, *FEW)
    assert ran.code == 1, ran.output + ran.errors
    assert reasons(ran) == {f"{name.replace('/', '-')}-shut": {("FAIL", said)} for name, said in SAID.items()}
    assert f"2 did not get past submit ({SAID['flask']})" in ran.output


def test_accepted_forms_pass(sites: str, esr: Any, tmp_path: Path) -> None:
    """The same forms where the site takes them."""
    files = [write(f"{sites}/{name}/open", tmp_path / f"{name.replace('/', '-')}.yml") for name in SAID]
    ran = esr("run", *files, *FEW)
    assert ran.code == 0, ran.output + ran.errors
    assert reasons(ran) == {f"{name.replace('/', '-')}-open": {("PASS", "")} for name in SAID}


OWN = "name: own\nload: {{people: 1, over: 0s}}\njourneys: [{{name: a, persona: citizen, pace: none, steps: [{}]}}]\n"
EXCUSED = "{expect: {text: cannot write}}"
UPLOAD = "{upload: {field: paper, file: plan.pdf}}"


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ("{visit: /django/plain/open}, submit, {expect: {form: gone}}", "paper = paper.pdf"),
        (
            f"{{visit: /django/plain/open}}, {{maybe: {{share: 0.000001, steps: [{UPLOAD}]}}}}, submit",
            "required. (paper)",
        ),
        (f"{{visit: /django/plain/shut}}, submit, {EXCUSED}", "completed"),
        (
            f"{{visit: /django/plain/shut}}, submit, {EXCUSED}, submit",
            "FAILED at submit-2: the form came back: We cannot",
        ),
        (
            "{visit: /django/plain/shut}, submit, {expect: {status: 200}}",
            "FAILED at submit: the form came back: We cannot",
        ),
        ("{visit: /rails/shut}, submit, {expect: {status: 422}}", "completed"),
    ],
)
def test_what_is_sent_and_what_excuses(steps: str, wanted: str, sites: str, esr: Any, tmp_path: Path) -> None:
    """A required file is made up unless that was skipped; the message's text excuses, ``status: 200`` does not."""
    (tmp_path / "own.yml").write_text(OWN.format(steps))
    tried = esr("try", "own.yml", "--target", sites)
    assert wanted in tried.output, tried.output + tried.errors


@pytest.mark.parametrize("sends_passwords", [False, True])
def test_registering_at_a_wiki(sends_passwords: bool, esr: Any, tmp_path: Path) -> None:
    """DokuWiki takes people, or says why it does not."""
    if not (wiki.PROGRAM.exists() and shutil.which("php")):
        pytest.skip("needs dokuwiki and php-cli")
    with wiki.wiki(tmp_path / "wiki", sends_passwords=sends_passwords) as url:
        file = write(f"{url}/doku.php?do=register", tmp_path / "wiki.yml")
        ran = esr("run", file, *FEW)
    said = f"{CAME_BACK}Looks like there was an error on sending the password mail. Please contact the admin!"
    wanted = ("FAIL", said) if sends_passwords else ("PASS", "")
    assert reasons(ran) == {"doku.php": {wanted}}, ran.output + ran.errors


@pytest.fixture
def same_forms() -> Iterator[str]:
    """A site whose pages answer success with the same form."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    site = Flask(__name__)

    def page(number: int) -> str:
        return drawn(list(PAGES.values())[number], bool(request.values), request.path)

    site.add_url_rule("/<int:number>", "page", page, methods=["GET", "POST"])
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


JOURNEY = """  - name: {name}
    pace: none
    persona: citizen
    load: {{people: 2, over: 0s}}
    steps: [{{visit: /{number}}}, {{fill: {{word: fence}}}}, submit, {{expect: {{status: 200}}}}]
"""


def test_success_with_the_same_form_passes(same_forms: str, esr: Any, tmp_path: Path) -> None:
    """Nothing came back; who saw a form again without a word is counted in a warning, on the console and the report."""
    journeys = "".join(JOURNEY.format(name=name.replace(" ", "-"), number=number) for number, name in enumerate(PAGES))
    (tmp_path / "same.yml").write_text(f"name: same\ntarget: {same_forms}\njourneys:\n{journeys}")
    ran = esr("run", "same.yml")
    assert ran.code == 0, ran.output + ran.errors
    report = (ran.folder / "report.html").read_text()
    assert "came back" not in ran.output + report
    warning = "2 people who sent the form were shown it again without a message"
    assert ran.output.count(warning) == report.count(warning) == len(PAGES)
    assert [one["people"] for one in ran.summary["form_again"]] == [2] * len(PAGES)
