"""What hms-esr validate, show, schema and list print."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from hms_esr.cli import COMMANDS
from hms_esr.library import all_scenarios, load_scenario
from hms_esr.library.folders import shipped

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def esr(tmp_path: Path) -> Run:
    """Runs the command line as a process of its own in an empty folder."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hms_esr", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_a_right_file_says_what_it_amounts_to(esr: Run) -> None:
    """Real peak rate, real length, expected polls per second; nothing is written."""
    done = esr("validate", "claims_48h")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout == (
        "claims_48h  fine: claims-48h (load table)\n"
        "  34,800 people; peak 40 people/s, about 80 requests/s\n"
        "  people come for 24m of real time, 1d simulated (clock 60 times as fast); "
        "who is under way then may take 30s more\n"
        "  waiting for outcomes: at most about 40 polls/s\n"
    )


def test_all_mistakes_of_all_files_are_told(esr: Run, tmp_path: Path) -> None:
    """Exit 2, every mistake with its place on a line, right files still said to be fine."""
    (tmp_path / "a.yml").write_text("name: a b\nload: {peple: 5}\n")
    (tmp_path / "b.yml").write_text("scenario: b\nsteps:\n  - clik: X\npersonas: 5\nduration: 1m\n")
    done = esr("validate", "a.yml", "schedule_f", "b.yml", "c.yml")
    assert done.returncode == 2
    assert "schedule_f  fine" in done.stdout
    lines = done.stderr.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["a.yml:1:7", "a.yml:2:8", "b.yml:3:5", "c.yml"]
    assert "Traceback" not in done.stderr


UPLOADS = """
name: papers
load: {people: 1, over: 1s}
journeys: [{steps: [{upload: form.pdf}, {upload: letter.docx}, {upload: here.txt}]}]
"""


def test_files_to_upload_must_be_there_when_asked_for(esr: Run, tmp_path: Path) -> None:
    """--strict refuses what run --strict refuses; without it only kinds that cannot be made up are worth a warning."""
    (tmp_path / "papers.yml").write_text(UPLOADS)
    (tmp_path / "here.txt").write_text("here")
    strict = esr("validate", "papers.yml", "schedule_f", "--strict")
    assert strict.returncode == 2
    assert [line.rpartition(": ")[2] for line in strict.stderr.splitlines()] == [
        "there is no file 'form.pdf' to upload",
        "there is no file 'letter.docx' to upload",
        "there is no file 'fake_schedule_f.pdf' to upload",
    ]
    easy = esr("validate", "papers.yml")
    assert easy.returncode == 0
    assert [line.split(" is ")[0] for line in easy.stdout.splitlines() if "warning" in line] == [
        "  warning: letter.docx"
    ]


def test_variables_are_given_as_pairs(esr: Run, tmp_path: Path) -> None:
    """A value from outside is known to templates; anything but NAME=VALUE is refused."""
    steps = 'journeys: [{steps: [{fill: {a: "{{ vars.office }}"}}]}]\n'
    (tmp_path / "a.yml").write_text(f"name: a\nload: {{people: 5, over: 1m}}\n{steps}")
    assert esr("validate", "a.yml").returncode == 2
    assert esr("validate", "a.yml", "--var", "office=IA-04").returncode == 0
    wrong = esr("validate", "a.yml", "--var", "office")
    assert wrong.returncode == 2 and "--var  'office' is no NAME=VALUE, such as office=IA-04" in wrong.stderr


HEAVY = ("faker", "locust", "gevent", "rich", "starlette", "uvicorn", "selectolax")


def test_validate_loads_nothing_heavy(tmp_path: Path) -> None:
    """A scenario of 200 lines is checked without Faker, Locust, rich or a web server being imported."""
    fields = "".join(f'          field_{i}: "{{{{ random.states }}}} {{{{ persona.email }}}}"\n' for i in range(190))
    head = "name: long\nload: {people: 5, over: 1m}\njourneys:\n  - persona: farmer\n    steps:\n      - fill:\n"
    (tmp_path / "long.yml").write_text(head + fields)
    program = (
        "import sys\n"
        "from hms_esr.cli import group\n"
        "group.main(['validate', 'long.yml'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr


@pytest.mark.parametrize("stem", [one.stem for one in all_scenarios()])
def test_what_is_shown_reads_back_as_the_same(esr: Run, tmp_path: Path, stem: str) -> None:
    """Each shipped scenario, shown as YAML and as JSON, is the same scenario when read again beside its data."""
    for form, ending in (("yaml", "yml"), ("json", "json")):
        done = esr("show", stem, "--format", form)
        assert done.returncode == 0, done.stderr
        file = shipped("scenarios") / "data" / "building_sites.csv"
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / file.name).write_bytes(file.read_bytes())
        (tmp_path / f"shown.{ending}").write_text(done.stdout, encoding="utf-8")
        again = load_scenario(tmp_path / f"shown.{ending}")
        assert again.dialect == "canonical"
        assert again.scenario == load_scenario(stem).scenario


def test_show_refuses_what_validate_refuses(esr: Run, tmp_path: Path) -> None:
    """A wrong file is not shown."""
    (tmp_path / "a.yml").write_text("name: a\n")
    done = esr("show", "a.yml")
    assert done.returncode == 2 and done.stdout == "" and "a.yml:1:1  a load is missing" in done.stderr


def test_schema_is_json(esr: Run) -> None:
    """It is printed whole."""
    schema = json.loads(esr("schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/") and "step-visit" in schema["$defs"]


def test_list_names_everything_that_can_be_named(esr: Run) -> None:
    """Scenarios, personas, steps, loads, faults, metrics, fields and dialects; as text and as JSON."""
    found = json.loads(esr("list", "--format", "json").stdout)
    names = {kind: {row["name"] for row in rows} for kind, rows in found.items()}
    assert names["scenarios"] >= {"schedule-f", "claims-48h", "passport-renewal", "tuition-grant"}
    assert names["personas"] >= {"farmer", "claimant", "citizen", "spanish_speaker", "slow_reader"}
    assert names["steps"] >= {"visit", "await", "maybe"} and names["loads"] == {"rate", "people", "concurrent"}
    assert names["faults"] >= {"latency", "error", "down"} and "success_rate" in names["metrics"]
    assert names["dialects"] == {"flight_plan", "fire_drill", "load_table", "what_if", "canonical"}
    assert all(row["about"] for kind in ("steps", "loads", "faults", "personas") for row in found[kind])
    text = esr("list").stdout
    assert all(re.search(rf"^  {re.escape(name)} ", text, re.MULTILINE) for name in names["steps"] | names["personas"])


def test_list_says_where_scenarios_are(esr: Run, tmp_path: Path) -> None:
    """Files below the working directory by their path; those of the package are found by name from anywhere."""
    (tmp_path / "mine.yml").write_text("name: mine\nload: {people: 5, over: 1m}\n")
    lines = esr("list", "scenarios").stdout.splitlines()
    assert any(re.fullmatch(r"  mine +\(no description\)  \(mine\.yml\)", line) for line in lines)
    assert any(line.startswith("  schedule-f ") and line.endswith("(comes with hms-esr)") for line in lines)
    assert "/scenarios/" not in "".join(lines)
    rows = json.loads(esr("list", "scenarios", "--format", "json").stdout)["scenarios"]
    assert all((tmp_path / row["file"]).is_file() for row in rows)


def test_list_chooses_by_tag(esr: Run) -> None:
    """With a tag only scenarios that carry it."""
    text = esr("list", "--tag", "high_risk").stdout
    assert "claims-48h" in text and "passport-renewal" in text and "schedule-f" not in text
    assert esr("list", "scenarios", "--tag", "nobody").stdout == "scenarios\n  none\n"


@pytest.mark.parametrize("name", ["validate", "show", "schema", "list"])
def test_help_has_examples(esr: Run, name: str) -> None:
    """Each command's help shows how it is called."""
    text = esr(name, "--help").stdout
    assert f"hms-esr {name}" in text and name in COMMANDS


def test_shown_yaml_is_plain_yaml(esr: Run) -> None:
    """Any other reader of YAML understands it."""
    assert yaml.safe_load(esr("show", "schedule_f").stdout)["load"] == {"people": 500, "over": "10m"}


def test_unique_rows_that_are_too_few_are_told_with_their_place(esr: Run, tmp_path: Path) -> None:
    """Exit 2 before anybody comes, as `run` would say; a closed load uses up any number."""
    (tmp_path / "cases.csv").write_text("id\n1\n2\n")
    text = "name: x\nload: {}\ndata:\n  cases: {{file: cases.csv, pick: unique}}\nduration: 1m\n"
    for load, wrong in (
        ("{people: 3, over: 1m}", "data set 'cases' is unique and has 2 rows for 3 people"),
        ("{concurrent: 2}", "data set 'cases' is unique, which a closed load (concurrent) uses up; pick in_order or"),
    ):
        (tmp_path / "x.yml").write_text(text.format(load))
        done = esr("validate", "x.yml")
        assert done.returncode == 2
        assert f"x.yml:4:34  {wrong}" in done.stderr
