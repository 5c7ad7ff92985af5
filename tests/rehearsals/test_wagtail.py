"""Wagtail, a site nobody of ours wrote: editors log in and upload pictures through its admin, 20 people a second."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hms_esr.store.finding import find_run
from hms_esr.store.reader import open_record
from tests.house.documents import blocks
from tests.rehearsals.conftest import ROOT

pytest.importorskip("wagtail")
pytestmark = pytest.mark.alone

PAGE = blocks("docs/third_party.md")
SETTINGS = "tests.rehearsals.wagtail_site.settings"
STEP_OF = {
    ("GET", "/admin/login/"): "login",
    ("POST", "/admin/login/"): "login",
    ("GET", "/admin/images/add/"): "login",
    ("POST", "/admin/images/add/"): "submit",
    ("GET", "/admin/images/"): "submit",
}
"""The step of the page's journey that sends a request."""


class Site:
    """Wagtail behind gunicorn, on a free port, with its database and its access log in a folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = os.environ | {"WAGTAIL_HOME": str(home), "DJANGO_SETTINGS_MODULE": SETTINGS, "PYTHONPATH": str(ROOT)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Its address, once it answers. It gives way to whoever loads it, as if it had a machine of its own."""
        options = ["--bind=127.0.0.1:0", "--preload", "--no-control-socket", "--workers=2", "--threads=4"]
        options += [f"--access-logfile={self.home}/access.log", "--access-logformat=%({x-esr-run}i)s %(m)s %(U)s %(s)s"]
        command = ["nice", "-n", "10", sys.executable, "-m", "gunicorn", *options]
        errors = self.home / "gunicorn.log"
        with errors.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "django.core.wsgi:get_wsgi_application()"], env=self.env, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while not (found := re.search(r"Listening at: (http://\S+)", errors.read_text())):
            assert time.monotonic() < deadline and self._process.poll() is None, errors.read_text()
            time.sleep(0.05)
        with urllib.request.urlopen(f"{found[1]}/admin/login/", timeout=60) as answer:
            assert answer.status == 200
        return found[1]

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def log(self, run_id: str) -> list[list[str]]:
        """[method, path, status] of each request of a run; complete once the site was stopped."""
        lines = (self.home / "access.log").read_text().splitlines()
        return [line.split()[1:] for line in lines if line.startswith(run_id)]

    def images(self) -> list[tuple[Any, ...]]:
        """(title, width, height, file, uploader) of every picture Wagtail has, oldest first."""
        columns = "title, width, height, file, uploaded_by_user_id"
        with sqlite3.connect(self.home / "site.sqlite3") as database:
            return database.execute(f"SELECT {columns} FROM wagtailimages_image ORDER BY id").fetchall()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Wagtail's database as ``migrate`` leaves it."""
    home = tmp_path_factory.mktemp("migrated")
    env = Site(home).env
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, cwd=ROOT, check=True)
    return home


@pytest.fixture
def site(migrated: Path, tmp_path: Path) -> Iterator[Site]:
    """A site of its own for the test, not yet started."""
    home = tmp_path / "site"
    shutil.copytree(migrated, home)
    made = Site(home)
    yield made
    made.stop()


def carry_out(command: str, site: Site, url: str, desk: Path) -> None:
    """One command of the page, against this site, which shares the machine with who loads it."""
    command = re.sub(r"^hms-esr ", f"{sys.executable} -m hms_esr ", command).replace("http://127.0.0.1:8000", url)
    command = command.replace(" python ", f" {sys.executable} ").replace("mysite.settings", SETTINGS)
    command += " --max-late 10%" if " run " in command else ""
    done = subprocess.run(["bash", "-c", command], cwd=desk, env=site.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the page's files."""
    for block in PAGE:
        if block.file:
            (tmp_path / block.file).write_text(block.content)
    return tmp_path


def test_editors_upload_pictures_as_the_page_says(site: Site, desk: Path) -> None:
    """Log-ins with CSRF tokens and uploads, 20 people a second: each picture is in, each request is on record."""
    url = site.start()
    commands = [line for block in PAGE if block.language == "sh" for line in block.text.splitlines()]
    before: list[Any] = []
    for command in commands:
        before = site.images()
        carry_out(command, site, url, desk)
    site.stop()
    folder = find_run(desk / "results", "latest")
    record = open_record(folder)
    uploaded = site.images()[len(before) :]
    assert record.people("completed") == len(uploaded) == 100
    assert {(width, height) for _, width, height, *_ in uploaded} == {(16, 16)}, "Wagtail read every picture"
    assert len({uploader for *_, uploader in uploaded}) == 100, "each by an editor of its own"
    assert all((site.home / "media" / file).read_bytes().startswith(b"\x89PNG") for *_, file, _ in uploaded)
    seen: Counter[tuple[str, int]] = Counter()
    for method, path, status in site.log(folder.name):
        if path != "/":
            seen[STEP_OF[method, path], int(status)] += 1
    recorded: Counter[tuple[str, int]] = Counter()
    for key, cell in record.series.items():
        recorded[key.step, key.status] += cell.requests
    assert recorded == seen
    assert sum(seen.values()) == record.requests == 500


def test_what_new_wrote_fails_without_accounts_and_passes_with_them(site: Site, desk: Path) -> None:
    """Wagtail refuses a log-in with status 200 and the same form; the run says so in its words."""
    url = site.start()
    carry_out(f"hms-esr new {url}/admin/images/add/ --out add.yml", site, url, desk)
    few = f"{sys.executable} -m hms_esr run add.yml --scale 0.2 --warp 300 --max-late 100%"
    refused = subprocess.run(["bash", "-c", few], cwd=desk, env=site.env, capture_output=True, text=True, check=False)
    assert refused.returncode == 1, refused.stdout + refused.stderr
    said = "the form came back: Your username and password didn't match. Please try again."
    assert f"2 did not get past login ({said})" in refused.stdout
    carry_out("hms-esr people permit_applicant -n 10 > people.jsonl", site, url, desk)
    carry_out("DJANGO_SETTINGS_MODULE=mysite.settings python create_editors.py < people.jsonl", site, url, desk)
    carry_out("hms-esr run add.yml --scale 0.2 --warp 300", site, url, desk)
