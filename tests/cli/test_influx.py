"""What the options for InfluxDB mean, and what ``hms-esr influx`` refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from hms_esr.cli.influx import command as influx
from hms_esr.cli.influx_options import connection_of, influx_arguments, influx_options, refuse_influx
from hms_esr.errors import BadInput, EnvironmentProblem
from hms_esr.sinks.influx.connection import InfluxConnection
from tests.records import Day
from tests.sinks.influx.fault_server import FaultServer, fault_server
from tests.store.kept import write_run

URL = "http://127.0.0.1:8086"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and no token in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INFLUX_TOKEN", raising=False)
    return tmp_path


def read(*arguments: str) -> InfluxConnection | None:
    """What a command with the options gets."""
    found: list[InfluxConnection | None] = []

    @click.command()
    @influx_options
    def command(**given: Any) -> None:
        found.append(connection_of(given))

    result = CliRunner().invoke(command, arguments, catch_exceptions=True)
    if isinstance(result.exception, BadInput):
        raise result.exception
    assert result.exit_code == 0, result.output
    return found[0]


def test_nobody_asked(folder: Path) -> None:
    """Without an address nothing is sent, even with a token in the environment."""
    assert read() is None


def test_an_address_is_enough(folder: Path) -> None:
    """Everything else has a default; InfluxDB 1.8 may have no token."""
    assert read("--influx", URL + "/") == InfluxConnection(URL, bucket="esr", wait_s=30.0)


def test_the_token_comes_from_a_file_or_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file wins; line ends around it do not count; nobody sees it by printing."""
    monkeypatch.setenv("INFLUX_TOKEN", "from-the-environment")
    (folder / "token").write_text("from-a-file\n")
    one, two = read("--influx", URL), read("--influx", URL, "--influx-token-file", "token")
    assert one is not None and two is not None
    assert (one.token, two.token) == ("from-the-environment", "from-a-file")
    assert "from" not in repr(one) + repr(two)


def test_a_file_holds_everything_and_options_win(folder: Path) -> None:
    """Its token file is looked for beside it, wherever one stands."""
    (folder / "conf").mkdir()
    lines = ['[influx]\nurl = "https://influx.test/db"', 'org = "a"', 'bucket = "b"', 'token_file = "t"', 'wait = "5s"']
    (folder / "conf" / "i.toml").write_text("\n".join([*lines, 'spool = "512MB"']))
    (folder / "conf" / "t").write_text("secret-1")
    found = read("--influx-config", "conf/i.toml", "--influx-org", "c", "--influx-wait", "1m")
    assert found == InfluxConnection("https://influx.test/db", "c", "b", "secret-1", 60.0, 512 * 1024**2)


def test_a_process_of_ours_is_given_places_not_tokens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files by where they stand, whatever folder it runs in; nothing when nobody asked."""
    monkeypatch.setenv("INFLUX_TOKEN", "from-the-environment")
    (folder / "token").write_text("from-a-file")
    given = dict.fromkeys(("influx_url", "influx_bucket", "influx_config", "influx_wait"))
    asked = given | {"influx_org": "a", "influx_token_file": Path("token")}
    found = influx_arguments(asked | {"influx_url": URL})
    assert found == ("--influx", URL, "--influx-org", "a", "--influx-token-file", str(folder / "token"))
    assert influx_arguments(given | {"influx_org": None, "influx_token_file": None}) == ()


def test_a_token_may_stand_in_the_file(folder: Path) -> None:
    """Before one of the environment; a token file on the command line wins over it."""
    (folder / "i.toml").write_text(f'[influx]\nurl = "{URL}"\ntoken = "in-the-file"\n')
    (folder / "t").write_text("other")
    one, two = read("--influx-config", "i.toml"), read("--influx-config", "i.toml", "--influx-token-file", "t")
    assert one is not None and two is not None
    assert (one.token, two.token) == ("in-the-file", "other")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--influx", "127.0.0.1:8086"], "is no address of an InfluxDB; allowed: http://HOST:PORT"),
        (["--influx", "http://h:99999"], "is no address"),
        (["--influx", "http://me:pw@h"], "the token goes by INFLUX_TOKEN"),
        (["--influx", "http://h/?org=a"], "holds more than host, port and path"),
        (["--influx-org", "a"], "--influx-org  says nothing without an address"),
        (["--influx-token-file", "t"], "--influx-token-file  says nothing without an address"),
        (["--influx", URL, "--influx-token-file", "nowhere"], "--influx-token-file nowhere  cannot be read: no such"),
        (["--influx", URL, "--influx-token-file", "empty"], "is empty; it holds the token alone"),
        (["--influx", URL, "--influx-token-file", "two"], "letters that no token has"),
        (["--influx", URL, "--influx-wait", "soon"], "--influx-wait  'soon' is not a duration"),
        (["--influx-config", "nowhere"], "--influx-config nowhere  cannot be read"),
        (["--influx-config", "wrong.toml"], "is no TOML"),
        (["--influx-config", "table.toml"], "has no table [influx]"),
        (["--influx-config", "key.toml"], "unknown key 'password'; allowed: url, org, bucket"),
        (["--influx-config", "number.toml"], "bucket is a text"),
        (["--influx-config", "size.toml"], "'lots' is no size; write 512MB or 2GB"),
        (["--influx-config", "bare.toml"], "says nothing without an address"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(folder: Path, arguments: list[str], said: str) -> None:
    """Each mistake names the option or the file, and what is allowed; a token is never repeated."""
    (folder / "empty").write_text("\n")
    (folder / "two").write_text("two secrets")
    (folder / "wrong.toml").write_text("[influx\n")
    (folder / "table.toml").write_text('url = "x"\n')
    (folder / "key.toml").write_text('[influx]\npassword = "hidden"\n')
    (folder / "number.toml").write_text("[influx]\nbucket = 3\n")
    (folder / "size.toml").write_text(f'[influx]\nurl = "{URL}"\nspool = "lots"\n')
    (folder / "bare.toml").write_text("[influx]\n")
    with pytest.raises(BadInput) as caught:
        read(*arguments)
    assert said in str(caught.value)
    assert "two secrets" not in str(caught.value) and "hidden" not in str(caught.value)


@pytest.mark.parametrize("arguments", [["check"], ["resend", "latest"]])
def test_an_address_is_needed_to_send(folder: Path, arguments: list[str]) -> None:
    """Nothing is guessed."""
    result = CliRunner().invoke(influx, arguments)
    assert isinstance(result.exception, BadInput)
    assert "--influx" in str(result.exception)


def test_the_web_ui_does_not_stream(folder: Path) -> None:
    """It says how its runs get there."""
    with pytest.raises(BadInput, match=r"--influx  does not go with --web; .*hms-esr influx resend RUN"):
        refuse_influx({"influx_url": URL, "influx_config": None}, "--web")
    refuse_influx({"influx_url": None, "influx_config": None}, "--web")


def told(result: Result) -> str:
    """What a person reads; spaces that keep words together are spaces."""
    return f"{result.output}{result.exception or ''}".replace("\u00a0", " ")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A stand-in for InfluxDB."""
    with fault_server() as one:
        yield one


def test_a_stored_run_is_sent(folder: Path, server: FaultServer) -> None:
    """By the name of its scenario, too; how many points were written is told."""
    write_run(folder / "results", Day(people=30, length_s=10))
    result = CliRunner().invoke(influx, ["resend", "made-up-subsidy", "--influx", server.url])
    assert result.exit_code == 0, result.output
    assert f" points written to {server.url} bucket esr" in told(result)
    assert len(server.of("esr_run")) > 10


def test_a_run_that_cannot_be_sent_says_why(folder: Path, server: FaultServer) -> None:
    """With exit code 4 and what was written before; a server that refuses a person's token is not asked for long."""
    write_run(folder / "results", Day(people=30, length_s=10))
    server.set(401)
    result = CliRunner().invoke(influx, ["resend", "latest", "--influx", server.url, "--influx-wait", "1s"])
    assert isinstance(result.exception, EnvironmentProblem)
    assert "0 points written, then no more: 401 Unauthorized" in told(result)


def test_lines_never_taken_are_told(folder: Path, server: FaultServer) -> None:
    """With the file that holds them."""
    server.refuses = lambda text: text.startswith("esr_event,kind=stop")
    write_run(folder / "results", Day(people=30, length_s=10))
    result = CliRunner().invoke(influx, ["resend", "latest", "--influx", server.url])
    assert result.exit_code == 0
    assert "The server never took 1 point: see" in told(result)
    assert "dead_letters.jsonl" in told(result)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "token: it may not write to bucket 'esr'"),
        (404, "address: {url} answers, but is no InfluxDB"),
        (200, "address: {url} answers, but is no InfluxDB"),
        (503, "address: {url} cannot take points now"),
        (422, "bucket: 'esr' takes no points"),
        (204, "bucket: points can be written, but 'esr' cannot be read by InfluxQL"),
    ],
)
def test_check_tells_from_the_answer_what_is_wrong(folder: Path, server: FaultServer, status: int, said: str) -> None:
    """One line."""
    server.set(status)
    result = CliRunner().invoke(influx, ["check", "--influx", server.url])
    assert isinstance(result.exception, EnvironmentProblem)
    assert said.format(url=server.url) in str(result.exception)
    assert "\n" not in str(result.exception)
