"""What hms-esr people prints."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner, Result

from hms_esr.cli.people import command
from hms_esr.personas.template import PersonaTemplate

SHIPPED = Path(__file__).resolve().parents[2] / "personas"
Run = Callable[..., Result]


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with the shipped templates."""

    def persona_template(name: str) -> PersonaTemplate:
        return PersonaTemplate.model_validate(yaml.safe_load((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")))

    monkeypatch.setitem(sys.modules, "hms_esr.library", SimpleNamespace(persona_template=persona_template))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(command, arguments, catch_exceptions=False)

    return run


def test_json_lines(people: Run) -> None:
    """One JSON object per person, with number, role, fields and what differs in behavior."""
    lines = people("farmer", "-n", "3", "--seed", "1").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["k"] for row in rows] == [0, 1, 2]
    assert {row["role"] for row in rows} == {"farmer"}
    assert rows[0]["farm_name"] == f"{rows[0]['last_name']} Family Farm"
    assert rows[0]["patience_s"] > 0 and rows[0]["user_agent"] and rows[0]["accept_language"]


def test_csv_holds_the_same_people(people: Run) -> None:
    """The table has the same people as the JSON lines, letters of every language kept."""
    table = list(csv.DictReader(io.StringIO(people("spanish_speaker", "-n", "20", "--format", "csv").stdout)))
    lines = [json.loads(line) for line in people("spanish_speaker", "-n", "20").stdout.splitlines()]
    assert table == [{name: str(value) for name, value in row.items()} for row in lines]
    assert any(not row["name"].isascii() for row in table)


def test_start_seed_and_repetition(people: Run) -> None:
    """The same seed prints the same bytes; --start begins with that person; another seed is other people."""
    ten = people("claimant", "--seed", "7").stdout
    assert people("claimant", "--seed", "7").stdout == ten
    assert people("claimant", "--seed", "7", "--start", "9", "-n", "1").stdout == ten.splitlines(keepends=True)[9]
    assert people("claimant", "--seed", "8").stdout != ten


def test_per_run_is_new_each_time(people: Run) -> None:
    """Under per_run the id is another each time, the name is not."""
    first, second = (json.loads(people("citizen", "-n", "1", "--identity", "per_run").stdout) for _ in range(2))
    assert first["id"] != second["id"]
    assert first["name"] == second["name"]


@pytest.mark.parametrize("arguments", [("-n", "-1"), ("--seed", "-1"), ("--seed", str(2**63)), ("--format", "xml")])
def test_wrong_options_are_refused(people: Run, arguments: tuple[str, str]) -> None:
    """An option out of range is refused before anybody is made."""
    result = people("farmer", *arguments)
    assert result.exit_code == 2
    assert not result.stdout


def in_a_shell(command_line: str) -> subprocess.CompletedProcess[str]:
    """The command as a person types it; ``hms-esr`` is this checkout's."""
    shell = f'set -o pipefail; hms-esr() {{ {shlex.quote(sys.executable)} -m hms_esr "$@"; }}; {command_line}'
    return subprocess.run(["bash", "-c", shell], cwd=SHIPPED.parent, capture_output=True, text=True, timeout=60)


def test_a_reader_who_leaves_early_is_no_error() -> None:
    """People piped into head end quietly with 0."""
    done = in_a_shell("hms-esr people citizen -n 50000 | head -n 1")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["k"] == 0


def test_wrong_templates_are_refused_with_their_places(tmp_path: Path) -> None:
    """A template's mistakes are all named with line and column, exit 2; an unknown name with the nearest."""
    wrong = tmp_path / "nurse.yaml"
    wrong.write_text("role: nurse\nfields:\n  a: cty\n  b: '{nmae}'\npacee: 4s\n", encoding="utf-8")
    done = in_a_shell(f"hms-esr people {wrong}")
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split("  ", 1)[1] for line in done.stderr.splitlines()] == [
        "unknown faker provider 'cty'. Did you mean 'city'?",
        "unknown field 'nmae'. Did you mean 'name'?",
        "unknown key 'pacee'. Did you mean 'pace'?",
    ]
    assert [line.split("  ", 1)[0].rsplit(":", 2)[1] for line in done.stderr.splitlines()] == ["3", "4", "5"]
    nobody = in_a_shell("hms-esr people farmr")
    assert (nobody.returncode, nobody.stderr.splitlines()[-1]) == (2, "unknown persona 'farmr'. Did you mean 'farmer'?")


def test_the_commands_of_the_page_run() -> None:
    """Each command line of docs/personas.md ends with 0 and prints somebody."""
    page = (SHIPPED.parent / "docs" / "personas.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\$ (hms-esr .+)$", page, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        done = in_a_shell(line)
        assert done.returncode == 0 and done.stdout, done.stderr


def test_help_has_examples(people: Run) -> None:
    """The help shows commands to copy."""
    assert "hms-esr people farmer -n 1000 --seed 7 --format csv" in people("--help").stdout
