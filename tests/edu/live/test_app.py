"""Facts about the addresses of the live page: what they answer, to whom, and what a WebSocket says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from hms_esr.edu.live.app import FORBIDDEN, FOREIGN, NO_RUN
from tests.edu.live.looking import hello, served
from tests.edu.live.replay import Replay
from tests.records import Day
from tests.store.kept import write_run


def ask(place: str, path: str, **headers: str) -> tuple[int, str, Any]:
    """(status, text, headers)."""
    try:
        with urlopen(Request(f"http://{place}{path}", headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except HTTPError as error:
        return error.code, error.read().decode(), error.headers


def closed_with(place: str, run: str, **options: Any) -> int:
    """The code a WebSocket is closed with at once."""
    with connect(f"ws://{place}/dashboard/{run}/live", **options) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        return closed.value.rcvd.code if closed.value.rcvd else 0


def test_what_each_address_answers(tmp_path: Path) -> None:
    """Page, JSON, report, files: each with a strict policy; what is not there is 404 with a reason."""
    folder, _ = write_run(tmp_path, Day(people=60, length_s=20, fault=None))
    (folder / "report.html").write_text("<!doctype html><title>r</title>")
    with served(tmp_path) as place:
        base = f"/dashboard/{folder.name}"
        for path, kind in (
            (base, "text/html"),
            (f"{base}/state.json", "application/json"),
            (f"{base}/report", "text/html"),
            ("/dashboard/assets/base.css", "text/css"),
            ("/dashboard/assets/live.css", "text/css"),
            ("/dashboard/assets/live.js", "text/javascript"),
            ("/dashboard/assets/icon.svg", "image/svg+xml"),
        ):
            status, text, headers = ask(place, path)
            assert status == 200 and text and headers["content-type"].startswith(kind), path
            assert "default-src 'none'" in headers["content-security-policy"]
        for path in ("/dashboard/assets/app.py", "/dashboard/assets/..%2fapp.py", "/dashboard/none/state.json"):
            assert ask(place, path)[0] == 404
        status, text, _ = ask(place, "/dashboard/none")
        assert status == 404 and "Run not found" in text
        assert 'href="/"' in ask(place, base)[1]


def test_a_run_that_was_started_this_moment_is_waited_for(tmp_path: Path) -> None:
    """A folder without a record yet is a page that asks again, not a missing run."""
    (tmp_path / "soon").mkdir()
    with served(tmp_path) as place:
        status, text, _ = ask(place, "/dashboard/soon")
    assert status == 200 and "being prepared" in text and "wait.js" in text


def test_who_may_not_see_a_run_gets_nothing_of_it(tmp_path: Path) -> None:
    """Page, figures, report and WebSocket all ask; a WebSocket opened from a foreign page is refused."""
    folder, _ = write_run(tmp_path, Day(people=20, length_s=8, fault=None))

    def may_see(asking: Any, run: str) -> bool:
        return bool(asking.query_params.get("token") == f"for-{run}")

    with served(tmp_path, may_see) as place:
        base, token = f"/dashboard/{folder.name}", f"?token=for-{folder.name}"
        for path in (base, f"{base}/state.json", f"{base}/report"):
            status, text, _ = ask(place, path)
            assert status == 401 and "ask for a link" in json.loads(text)["error"]
        assert closed_with(place, folder.name) == FORBIDDEN
        assert f"state.json{token}" in ask(place, base + token)[1]
        with connect(f"ws://{place}{base}/live{token}") as socket:
            assert hello(socket)["over"]
    with served(tmp_path) as place:
        assert closed_with(place, folder.name, origin="http://evil.test") == FOREIGN
        assert closed_with(place, "none") == NO_RUN


def test_all_observers_hear_the_same_and_come_back_without_a_gap(tmp_path: Path) -> None:
    """The same text for all; one that was away says its last moment and ends where the others are."""
    replay = Replay(tmp_path).go(10)
    with served(tmp_path) as place:
        address = f"ws://{place}/dashboard/{replay.run_id}/live"
        with connect(address) as one, connect(address) as two:
            first = hello(one)
            hello(two)
            replay.go(3)
            heard = [one.recv(timeout=10), two.recv(timeout=10)]
            assert heard[0] == heard[1] and '"real"' in heard[0]
            replay.go(3, failing=2)
            latest = json.loads(one.recv(timeout=10))
            while "e0" not in str(latest.get("a", "")):
                latest = json.loads(one.recv(timeout=10))
        with connect(address) as again:
            missed = hello(again, first["e"], first["n"])
            assert missed["n"] >= latest["n"] > first["n"]
            assert missed["h"]["real"] == latest["h"]["real"] and "errors" in missed["h"] and "lat.d" in missed["h"]
            whole = hello_elsewhere(address)
            assert {"facts", "tl.x", "errors", "real"} <= whole["h"].keys() and "facts" not in missed["h"]
    replay.close()


def hello_elsewhere(address: str) -> dict[str, Any]:
    """What somebody gets who saw the page of another server: everything."""
    with connect(address) as socket:
        return hello(socket, "another", 5)


def test_nonsense_ends_the_connection_and_nothing_else(tmp_path: Path) -> None:
    """Bytes, no JSON, endless texts: closed in good order; the next one is served."""
    replay = Replay(tmp_path).go(6)
    with served(tmp_path) as place:
        address = f"ws://{place}/dashboard/{replay.run_id}/live"
        for said in (b"\x00\xff", "[]", "{", '{"n": "x"}', '{"n": null}', "x" * 5000):
            with connect(address) as socket:
                socket.send(said)
                with pytest.raises(ConnectionClosed) as closed:
                    socket.recv(timeout=10)
                assert closed.value.rcvd is not None and closed.value.rcvd.code == NO_RUN, said
        with connect(address) as socket:
            assert hello(socket)["h"]
    replay.close()


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    """A record that cannot be read is a reason in words, never a server's fault."""
    folder, _ = write_run(tmp_path, Day(people=20, length_s=8, fault=None))
    (folder / "record.db").write_bytes(b"not a database at all, but long enough to look like one" * 20)
    with served(tmp_path) as place:
        status, text, _ = ask(place, f"/dashboard/{folder.name}")
    assert status == 409 and "record.db" in json.loads(text)["error"]
