"""Owns forms that Chromium has submitted: served as they were, sent by us in a run, compared with what it sent.

``cases/forms.jsonl``: pages, what is filled in, what Chromium 156 sent. Knows nothing of pytest.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.engine.target import Got, Piece, ok, target

FOLDER = Path(__file__).parent / "cases"
THERE = "127.0.0.1:18231"
"""The address of the target that the pages name."""
_FORM_PAGE = re.compile(r"/f/([^/?]+)/")
_BOUNDARY = re.compile(r"boundary=(.+)")
_COORDINATE = re.compile(r"((?:^|&|\.)[xy])=\d+")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of a form, with what differs from time to time named NONCE, BOUNDARY and N."""

    method: str
    target: str
    content_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Case:
    """One page, what a person does on it, and what Chromium sent."""

    name: str
    path: str
    html: bytes
    content_type: str
    acts: Sequence[tuple[str, str, str, Any]]
    press: tuple[str, str | None] | None
    browser: Sent

    def steps(self) -> list[Any]:
        """The journey: what is filled in and pressed, in our own steps."""
        steps: list[Any] = [{"visit": self.path}]
        for kind, _, name, value in self.acts:
            if kind == "file":
                steps.append({"upload": {"field": name, "file": value if len(value) > 1 else value[0]}})
            else:
                steps.append({"fill": {"values": {name: value}}})
        pressed = self.press is not None and self.press[0] != "js" and self.press[1]
        return [*steps, {"click": pressed} if pressed else "submit"]


def read_cases(file: Path = FOLDER / "forms.jsonl") -> list[Case]:
    """Every case of a file."""
    return [_case(json.loads(line)) for line in file.read_text().split("\n") if line]


def _case(line: dict[str, Any]) -> Case:
    html = line["html"].encode() if "html" in line else base64.b64decode(line["html_base64"])
    sent = line["browser_sent"]
    press = None if line["press"] is None else tuple(line["press"])
    return Case(
        line["id"],
        f"/f/{line['id']}/{line['page']}",
        html,
        line["content_type"],
        [tuple(act) for act in line["acts"]],
        press,
        Sent(sent["method"], sent["target"], sent["content_type"], sent["body_latin1"]),
    )


def files(folder: Path) -> list[Path]:
    """The files that cases attach, made in ``folder``."""
    made = []
    for name, content in json.loads((FOLDER / "files.json").read_text()).items():
        path = folder / name
        path.write_bytes(base64.b64decode(content))
        made.append(path)
    return made


@dataclass
class Sink:
    """What answers: pages of cases under ``/f/NAME/``, everything else with a short page; remembers what was sent."""

    cases: dict[str, Case]
    port: int = 0
    sent: dict[str, Sent] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, got: Got) -> Piece:
        """The page of a case at a visitor's first request, a note of its second one."""
        visitor = got.headers.get("x-esr-person", "")
        with self._lock:
            case = None if visitor in self._last else self._case_of(got)
            if case is not None:
                self._last[visitor] = case.name
            elif visitor in self._last and self._last[visitor] not in self.sent:
                self.sent[self._last[visitor]] = normal(got, f"nonce{visitor}")
        if case is None:
            return ok(b"<!doctype html><title>sent</title>", Content_Type="text/html; charset=utf-8")
        html = case.html.replace(b"@@N@@", f"nonce{visitor}".encode()).replace(
            THERE.encode(), f"127.0.0.1:{self.port}".encode()
        )
        return ok(html, Content_Type=case.content_type)

    def _case_of(self, got: Got) -> Case | None:
        named = _FORM_PAGE.match(got.path)
        return self.cases.get(named[1]) if named and got.method == "GET" else None


def normal(got: Got, nonce: str) -> Sent:
    """A request with what differs from time to time named."""
    content_type, body = got.headers.get("content-type", ""), got.body.decode("latin-1")
    where = got.path.replace(nonce, "NONCE")
    body = body.replace(nonce, "NONCE")
    boundary = _BOUNDARY.search(content_type)
    if boundary:
        body = body.replace(boundary[1], "BOUNDARY")
        content_type = content_type.replace(boundary[1], "BOUNDARY")
    elif content_type:
        body = _COORDINATE.sub(r"\1=N", body)
    return Sent(got.method, _COORDINATE.sub(r"\1=N", where), content_type, body)


def sent_by_us(cases: Sequence[Case], folder: Path) -> tuple[dict[str, Sent], str]:
    """What a run sends in which one person does each case (``hms-esr run``), and what the run printed."""
    files(folder)
    sink = Sink({case.name: case for case in cases})
    journeys = [
        {"name": case.name, "load": {"people": 1, "over": "0s"}, "pace": "none", "steps": case.steps()}
        for case in cases
    ]
    scenario = folder / "forms.yml"
    scenario.write_text(json.dumps({"name": "forms", "seed": 1, "journeys": journeys, "checks": ["error_rate < 1"]}))
    command = [sys.executable, "-m", "hms_esr", "run", "forms.yml", "--no-dashboard", "--max-late", "100%"]
    with target(sink.answer) as there:
        sink.port = there.port
        ran = subprocess.run(
            [*command, "--target", there.url], cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
    return sink.sent, ran.stdout + ran.stderr
