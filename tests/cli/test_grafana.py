"""``hms-esr grafana``: dashboards into a Grafana (a mock of its HTTP API here) and into a folder."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hms_esr.cli.grafana import command
from hms_esr.errors import BadInput, EnvironmentProblem
from hms_esr.export.grafana_api import NAMES
from tests.cli.mock_grafana import TOKEN, mock_grafana
from tests.grafana.dashboards import FOLDER


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """A file with the token."""
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n", encoding="utf-8")
    return path


def _push(url: str, *options: object, token: str = "") -> Result:
    return CliRunner().invoke(command, ["push", "--url", url, *map(str, options)], env={"GRAFANA_TOKEN": token})


@pytest.mark.parametrize("prefix", ["", "/grafana"])
def test_all_five_are_pushed_into_their_folder(token: Path, prefix: str) -> None:
    """Under a path as well; each is told with its address; the folder is made once."""
    with mock_grafana(prefix=prefix) as grafana:
        for _ in range(2):
            result = _push(grafana.url, "--token-file", token)
            assert result.exit_code == 0, result.exception
        assert [one["title"] for one in grafana.folders] == ["HMS-ESR"]
        assert set(grafana.boards) == {f"esr-{name}" for name in NAMES}
        assert {body["folderUid"] for body in grafana.boards.values()} == {"f0"}
        assert f"HMS-ESR Rehearsal  {grafana.url}/d/esr-rehearsal/x" in result.stdout.splitlines()
        shipped = json.loads((FOLDER / "history.json").read_text(encoding="utf-8"))
        assert grafana.boards["esr-history"]["dashboard"] == shipped | {"id": None}


def test_an_existing_folder_is_used_and_the_token_may_come_from_the_environment() -> None:
    """--folder names one by its title."""
    with mock_grafana(folders=[{"uid": "a", "title": "Other"}, {"uid": "b", "title": "Our agency"}]) as grafana:
        assert _push(grafana.url, "--folder", "Our agency", token=TOKEN).exit_code == 0
        assert len(grafana.folders) == 2
        assert {body["folderUid"] for body in grafana.boards.values()} == {"b"}


def test_a_data_source_is_chosen_by_name(token: Path) -> None:
    """It stands chosen in every dashboard; the files themselves stay as they are."""
    with mock_grafana() as grafana:
        assert _push(grafana.url, "--token-file", token, "--datasource", "HMS ESR").exit_code == 0
        for body in grafana.boards.values():
            chosen = next(one for one in body["dashboard"]["templating"]["list"] if one["name"] == "datasource")
            assert chosen["current"] == {"selected": True, "text": "HMS ESR", "value": "uid-of-influxdb"}


@pytest.mark.parametrize(
    ("name", "said"), [("Other", "is of type prometheus, not influxdb"), ("None", "no data source called 'None'")]
)
def test_a_data_source_that_does_not_fit_is_refused(token: Path, name: str, said: str) -> None:
    """Nothing is pushed then."""
    with mock_grafana() as grafana:
        result = _push(grafana.url, "--token-file", token, "--datasource", name)
        assert isinstance(result.exception, EnvironmentProblem) and said in str(result.exception)
        assert not grafana.boards and not grafana.folders


@pytest.mark.parametrize(
    ("path", "status", "body", "said"),
    [
        ("/api/folders", 403, '{"message": "Access denied"}', "needs the role Editor"),
        ("/api/folders", 404, "not here", "is no Grafana"),
        ("/api/folders", 302, "", "answers with a redirect"),
        ("/api/folders", 200, "<html>hello</html>", "answers, but not as Grafana does"),
        ("/api/dashboards/db", 412, '{"message": "provisioned"}', "cannot be written over (provisioned)"),
        ("/api/dashboards/db", 500, "", "answers 500"),
    ],
)
def test_what_grafana_refuses_is_explained(token: Path, path: str, status: int, body: str, said: str) -> None:
    """Exit code 4, with the address, what it said, and what to do."""
    with mock_grafana(spoiled={path: (status, body)}) as grafana:
        result = _push(grafana.url, "--token-file", token)
        assert isinstance(result.exception, EnvironmentProblem) and said in str(result.exception)
        assert grafana.url in str(result.exception) and TOKEN not in str(result.exception)


def test_a_wrong_token_is_named_and_not_shown() -> None:
    """401 says what may be wrong with it."""
    with mock_grafana() as grafana:
        result = _push(grafana.url, token="glsa_another")
    assert isinstance(result.exception, EnvironmentProblem)
    assert "does not know the token" in str(result.exception) and "glsa_another" not in str(result.exception)


def test_nobody_there_is_said(token: Path) -> None:
    """A closed port: not reachable."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = _push(f"http://127.0.0.1:{port}", "--token-file", token)
    assert isinstance(result.exception, EnvironmentProblem) and "is not reachable" in str(result.exception)


@pytest.mark.parametrize(
    "url", ["grafana:3000", "ftp://grafana", "http://", "http://a:b@grafana", "http://grafana:x", "http://grafana?x=1"]
)
def test_what_is_no_address_is_bad_input(token: Path, url: str) -> None:
    """Said with what is allowed, before anything is sent."""
    result = _push(url, "--token-file", token)
    assert isinstance(result.exception, BadInput) and "allowed: http://HOST:PORT" in str(result.exception)


@pytest.mark.parametrize(("text", "said"), [(None, "cannot be read"), ("\n", "is empty"), ("one two", "no token has")])
def test_a_token_file_that_holds_none_is_bad_input(tmp_path: Path, text: str | None, said: str) -> None:
    """Missing, empty, or not a token."""
    path = tmp_path / "token"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    result = _push("http://127.0.0.1:1", "--token-file", path)
    assert isinstance(result.exception, BadInput) and said in str(result.exception)


def test_without_a_token_nothing_is_tried() -> None:
    """Neither file nor environment: both are named."""
    result = _push("http://127.0.0.1:1")
    assert isinstance(result.exception, BadInput) and "GRAFANA_TOKEN is not set" in str(result.exception)


def test_a_token_in_the_open_is_pointed_out(token: Path) -> None:
    """Not encrypted and not surely this machine: a warning, whatever comes of it."""
    result = _push("http://0.0.0.0:1", "--token-file", token)
    assert "is not encrypted" in result.stderr and isinstance(result.exception, EnvironmentProblem)


def test_export_writes_the_files(tmp_path: Path) -> None:
    """Byte for byte, into a folder that is made."""
    folder = tmp_path / "a" / "b"
    result = CliRunner().invoke(command, ["export", str(folder)])
    assert result.exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in FOLDER.iterdir()
    }


def test_export_says_where_it_cannot_write(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    result = CliRunner().invoke(command, ["export", str(tmp_path / "taken")])
    assert isinstance(result.exception, BadInput) and "cannot be written" in str(result.exception)
