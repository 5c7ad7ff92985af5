"""Odd ends: whatever a target does in the last moment, everybody is accounted for once and with the right reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify
from werkzeug.serving import make_server

pytestmark = pytest.mark.long


@pytest.fixture
def odd(request: pytest.FixtureRequest) -> Iterator[str]:
    """A site with broken, slow and refusing pages; every case is decided at once."""
    site = Flask(__name__)
    held = threading.Event()
    site.add_url_rule("/case", "case", lambda: '<a rel="status" href="/status">case</a>')
    site.add_url_rule("/broken", "broken", lambda: '<a rel="status" href="/unreadable">case</a>')
    site.add_url_rule("/status", "status", lambda: jsonify(status="decided", number="A-7"))
    site.add_url_rule("/unreadable", "unreadable", lambda: ("{oops", 200, {"Content-Type": "application/json"}))
    site.add_url_rule("/page", "page", lambda: "<title>page</title>")
    site.add_url_rule("/page/<number>", "numbered", lambda number: f"<title>{number}</title>")
    site.add_url_rule("/refuses", "refuses", lambda: ("<h1>out of order</h1>", 500))
    site.add_url_rule("/hangs", "hangs", lambda: str(held.wait(30)))
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    held.set()
    server.shutdown()
    thread.join()
    server.server_close()


def write(folder: Path, steps: str, *, head: str = "load: {people: 5, over: 1s}", persona: str = "citizen") -> str:
    """A scenario of one journey; its file's name."""
    (folder / "odd.yml").write_text(
        f"name: odd\n{head}\njourneys:\n  - {{name: odd, persona: {persona}, pace: none, steps: {steps}}}\n"
    )
    return "odd.yml"


def closes(people: dict[str, int]) -> bool:
    """Whether everybody planned is in one state."""
    return people["planned"] == sum(people[key] for key in people if key != "planned")


def test_a_status_page_nobody_can_read_fails_the_person(tmp_path: Path, esr: Any, odd: str) -> None:
    """It is the target's doing: FAIL, not INVALID, and no traceback."""
    ran = esr("run", write(tmp_path, "[{visit: /broken}, {await: {within: 2s}}]"), "--target", odd)
    assert ran.code == 1, ran.output + ran.errors
    assert ran.summary["people"]["failed"] == 5
    assert "Traceback" not in ran.errors


def test_what_await_saves_is_there_afterwards(tmp_path: Path, esr: Any, odd: str) -> None:
    """The answer that ended the wait can be saved from; short waits are decided although the clock runs ahead."""
    steps = (
        "[{visit: /case}, {await: {within: 2s}, save: {number: {json: number}}}, {visit: '/page/{{ vars.number }}'}]"
    )
    ran = esr("run", write(tmp_path, steps), "--target", odd)
    assert ran.code == 0, ran.output + ran.errors
    assert ran.summary["people"]["completed"] == 5
    assert ran.summary["polls"] == 5


def test_people_who_met_an_error_have_failed_even_if_they_rage_on(tmp_path: Path, esr: Any, odd: str) -> None:
    """The end of the drain does not turn a failure into something unfinished, and nothing is sent after it."""
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas/angry.yaml").write_text(
        "role: angry\nrage: {probability: 1, refreshes: 50, pause: 1s}\nfields: {}\n"
    )
    head = "load: {people: 5, over: 1s}\ndrain: 1s\nhttp: {timeout: 1s}"
    ran = esr("run", write(tmp_path, "[{visit: /refuses}]", head=head, persona="angry"), "--target", odd)
    assert ran.code == 1, ran.output + ran.errors
    people = ran.summary["people"]
    assert people["failed"] == 5 and closes(people)


def test_the_drain_lasts_as_long_as_an_answer_may_take(tmp_path: Path, esr: Any, odd: str) -> None:
    """Whoever waits for an answer when nobody new comes meets the time limit, whatever ``drain`` says: FAIL."""
    head = "load: {people: 3, over: 1s}\ndrain: 0s\nhttp: {timeout: 1s}"
    ran = esr("run", write(tmp_path, "[{visit: /hangs}]", head=head), "--target", odd)
    assert ran.code == 1, ran.output + ran.errors
    assert ran.summary["people"]["failed"] == 3
    assert [kind["message"] for kind in ran.summary["error_kinds"]] == ["no answer within 1 s"]


def test_who_is_under_way_after_the_drain_is_unfinished(tmp_path: Path, esr: Any, odd: str) -> None:
    """Nobody can say whether they would have got through: INVALID, with the number and the cure."""
    head = "load: {people: 3, over: 1s}\ndrain: 0s\nhttp: {timeout: 1s}"
    ran = esr("run", write(tmp_path, "[{visit: /page}, {think: 1m}, {visit: /page}]", head=head), "--target", odd)
    assert ran.code == 3, ran.output + ran.errors
    assert ran.summary["people"]["unfinished"] == 3 and closes(ran.summary["people"])
    assert "100% of people were still under way at the end (at most 1% allowed)" in ran.summary["reason"]


def test_an_expectation_accepts_an_error_after_a_pause(tmp_path: Path, esr: Any, odd: str) -> None:
    """``think`` between a request and its ``expect`` changes nothing."""
    steps = "[{visit: /refuses}, {think: 10ms}, {expect: {status: 500}}]"
    ran = esr("run", write(tmp_path, steps), "--target", odd)
    assert ran.code == 0, ran.output + ran.errors
    assert ran.summary["errors"] == 0


def test_abort_after_a_time_that_is_not_whole_seconds(tmp_path: Path, esr: Any, odd: str) -> None:
    """It fires; and nothing of the warm-up counts for it."""
    checks = 'checks: [{check: "error_rate < 0.5", abort_after: 1500ms}]'
    head = f"load: {{people: 200, over: 20s}}\n{checks}"
    ran = esr("run", write(tmp_path, "[{visit: /refuses}]", head=head), "--target", odd)
    assert ran.code == 1, ran.output + ran.errors
    assert ran.summary["people"]["planned"] < 120
    head = f"load: {{people: 20, over: 5s}}\nwarm_up: 4s\n{checks}"
    ran = esr("run", write(tmp_path, "[{visit: /refuses}]", head=head), "--target", odd)
    assert ran.summary["people"]["planned"] == 20


def test_after_is_carried_out_although_before_failed(tmp_path: Path, esr: Any, city: Any) -> None:
    """Exit 4 names the step; what ``before`` may have begun is cleaned up."""
    town = city()
    head = "load: {people: 1, over: 1s}\nbefore: [{visit: /start}, {visit: /none}]\nafter: [{visit: /permits/queue}]"
    ran = esr("run", write(tmp_path, "[{visit: /start}]", head=head), "--target", town.url)
    assert ran.code == 4, ran.output + ran.errors
    assert "before" in ran.errors
    import json
    import urllib.request

    with urllib.request.urlopen(f"{town.url}/__city/counts") as answer:
        paths = {one["path"] for one in json.load(answer)["by"]}
    assert "/permits/queue" in paths


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("load: {people: 5, over: 10s}\nduration: 2s", "longer than the duration"),
        ("load: {concurrent: 2}\nduration: 2s\ndata: {rows: {file: rows.csv, pick: unique}}", "unique"),
    ],
)
def test_impossible_plans_are_refused(head: str, words: str, tmp_path: Path, esr: Any, odd: str) -> None:
    """Exit 2 with the reason instead of something else than was asked for."""
    (tmp_path / "rows.csv").write_text("a\n1\n2\n3\n")
    ran = esr("run", write(tmp_path, "[{visit: /page}]", head=head), "--target", odd)
    assert ran.code == 2
    assert words in ran.errors
