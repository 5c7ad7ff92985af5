"""What options of several commands refuse."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hms_esr.cli import group
from hms_esr.cli.secret_files import read_secrets
from hms_esr.errors import BadInput
from tests.each import each

LOOK = """
name: look
load: {people: 3, over: 1s}
journeys: [{pace: none, steps: [{visit: "/start{{ vars.more }}"}]}]
vars: {more: ""}
"""


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small scenario in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "look.yml").write_text(LOOK)
    return tmp_path


def esr(*arguments: str) -> Result:
    return CliRunner().invoke(group, arguments)


def alone(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and errors of a process of its own: Locust patches the process that loads it."""
    command = [sys.executable, "-m", "hms_esr", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return done.returncode, done.stderr.strip()


@each("command", ["run", "plan"])
@each("option", ["--warp", "--scale"])
@each("value", ["nan", "inf", "-inf", "1e400", "x"])
def test_only_finite_numbers_are_numbers(look: Path, command: str, option: str, value: str) -> None:
    """What Python reads as nan or infinite is a usage error, as any other word is."""
    done = esr(command, "look.yml", f"{option}={value}")
    assert done.exit_code == 2
    assert f"{value!r} is not a number" in done.output


@each("command", ["run", "plan"])
@each(
    ("option", "value", "allowed"),
    [
        ("--warp", "1e-300", "0.001<=x<=100000"),
        ("--warp", "1e9", "0.001<=x<=100000"),
        ("--scale", "1e-300", "1e-06<=x<=100000000"),
        ("--scale", "0", "1e-06<=x<=100000000"),
    ],
)
def test_absurd_numbers_are_refused_with_what_is_allowed(
    look: Path, command: str, option: str, value: str, allowed: str
) -> None:
    """A run that would last longer than anybody lives, or that nobody comes to, is never begun."""
    done = esr(command, "look.yml", option, value)
    assert done.exit_code == 2
    assert f"is not in the range {allowed}" in done.output


@pytest.mark.parametrize("command", ["run", "plan", "try"])
def test_a_seed_too_large_to_be_drawn_from_is_refused(look: Path, command: str) -> None:
    """The largest seed of a scenario is the largest of the option."""
    done = esr(command, "look.yml", "--seed", str(2**62))
    assert done.exit_code == 2
    assert f"at most {2**62 - 1} is allowed" in done.output
    assert esr("plan", "look.yml", "--seed", str(2**62 - 1)).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "look.yml", "--target", ""],
        ["run", "look.yml", "--target="],
        ["run", "look.yml", "--out", ""],
        ["run", "look.yml", "--env", " "],
        ["run", "--tag", ""],
        ["run", "--tag", "one", "--tag", ""],
        ["try", "look.yml", "--target", ""],
        ["list", "--tag", ""],
        ["new", "http://127.0.0.1:1/", "--out", ""],
        ["runs", "--out", ""],
        ["report", "latest", "--out", ""],
        ["stop", "latest", "--out", ""],
    ],
    ids=" ".join,
)
def test_an_option_given_as_nothing_is_a_mistake(look: Path, arguments: list[str]) -> None:
    """A shell's variable that is not set never means "none": the option is named, nothing is started."""
    done = esr(*arguments)
    assert isinstance(done.exception, BadInput)
    assert "is given, but empty" in str(done.exception)
    assert str(done.exception).startswith(("--target", "--out", "--env", "--tag"))
    assert [path.name for path in look.iterdir()] == ["look.yml"]


def test_two_empty_options_are_told_at_once(look: Path) -> None:
    """All mistakes come together."""
    done = esr("run", "look.yml", "--out", "", "--target", "")
    assert isinstance(done.exception, BadInput)
    assert [problem.source for problem in done.exception.problems] == ["--target", "--out"]


def test_wrong_usage_is_still_told_by_the_command(look: Path) -> None:
    """An unknown option gets the command's own usage line."""
    done = esr("plan", "look.yml", "--sede", "1")
    assert done.exit_code == 2 and "Usage: hms-esr plan" in done.output.replace("group", "hms-esr")


@pytest.mark.parametrize("value", ["../../evil", ".hidden", "a/b", "a b", "x" * 300, "é"])
def test_a_run_id_is_never_a_path(look: Path, value: str) -> None:
    """What leads out of the folder of results, or into hidden files, is refused."""
    done = esr("run", "look.yml", "--run-id", value)
    assert isinstance(done.exception, BadInput)
    assert str(done.exception).startswith("--run-id  ") and "is no run's id" in str(done.exception)
    assert [path.name for path in look.iterdir()] == ["look.yml"]


def test_a_place_that_cannot_be_written_is_told_before_anybody_starts(look: Path) -> None:
    """Exit 4 with the place and the reason."""
    (look / "file").write_text("")
    for place, reason in (("/proc/nowhere", "no such file or directory"), ("file/below", "not a directory")):
        ended = alone(look, "run", "look.yml", "--target", "http://127.0.0.1:1", "--out", place)
        assert ended == (4, f"--out {place}  cannot be written: {reason}")


def test_a_run_that_never_starts_leaves_no_folder(look: Path) -> None:
    """The folder of results that was tried out is taken away again."""
    code, _ = alone(look, "run", "look.yml", "--target", "http://127.0.0.1:1")
    assert code == 4
    assert [path.name for path in look.iterdir()] == ["look.yml"]


def test_a_secret_file_that_is_not_there_is_told_in_plain_words(look: Path) -> None:
    """Name, reason, no number of an operating system."""
    (look / "bad").write_bytes(b"A=\xff")
    for name, reason in (("nope", "no such file"), ("bad", "is not UTF-8 (byte 3); save it as UTF-8")):
        with pytest.raises(BadInput) as caught:
            read_secrets(Path(name))
        assert str(caught.value) == f"--secret-file {name}  {reason}"


def test_plan_takes_variables(look: Path) -> None:
    """``--var`` gives a value, and one that nothing asks for is a mistake, as for every command."""
    assert esr("plan", "look.yml", "--var", "more=/x").exit_code == 0
    assert "nothing in the scenario is called 'office'" in str(esr("plan", "look.yml", "--var", "office=1").exception)


@pytest.mark.parametrize("command", ["run", "try"])
def test_a_target_of_another_scheme_is_a_target_that_is_not_there(look: Path, command: str) -> None:
    """Exit 4, not 2: the same for every command."""
    code, errors = alone(look, command, "look.yml", "--target", "htp://127.0.0.1")
    assert code == 4
    assert "only http and https are carried" in errors
