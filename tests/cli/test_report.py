"""What hms-esr report makes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from hms_esr.cli.report import command
from hms_esr.errors import BadInput
from hms_esr.store import RunWriter, point_latest
from hms_esr.verdicts.judge import judge
from tests.records import Day, made_up_manifest, made_up_scenario
from tests.store.kept import GONE, write_run

DAY = Day(people=60, length_s=20, fault=(5, 8), checks=("success_rate > 0.5",))


def report(out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--out", str(out)])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with one finished run, the latest."""
    folder, _ = write_run(tmp_path / "results", DAY)
    point_latest(tmp_path / "results", folder.name)
    return tmp_path / "results"


def test_all_reports_are_made_in_the_runs_folder(out: Path) -> None:
    """Without options every kind is there again, and the verdict is said."""
    done = report(out, "latest")

    folder = out / "latest"
    assert done.exit_code == 0
    assert json.loads((folder / "summary.json").read_text())["verdict"] == "PASS"
    assert "<html" in (folder / "report.html").read_text()
    assert ElementTree.parse(folder / "junit.xml").getroot().tag in ("testsuites", "testsuite")
    assert done.stdout.splitlines()[-1].startswith("PASS  The site kept")


def test_one_kind_to_a_file(out: Path, tmp_path: Path) -> None:
    """--format and --to write that file and nothing in the run's folder."""
    done = report(out, "made-up-subsidy", "--format", "html", "--to", str(tmp_path / "debrief.html"))

    assert done.exit_code == 0
    assert "<html" in (tmp_path / "debrief.html").read_text()
    assert not (out / "latest" / "report.html").exists()


def test_several_kinds_to_a_folder(out: Path, tmp_path: Path) -> None:
    """A folder is made for several kinds."""
    report(out, "latest", "--format", "json", "--format", "junit", "--to", str(tmp_path / "new" / "place"))

    assert sorted(path.name for path in (tmp_path / "new" / "place").iterdir()) == ["junit.xml", "summary.json"]


def test_to_standard_output(out: Path) -> None:
    """--to - prints the report alone."""
    assert json.loads(report(out, "latest", "--format", "json", "--to", "-").stdout)["verdict"] == "PASS"


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ({}, "INVALID"),
        ({"limits": {"max_dropped": 0.9, "a_limit_of_later_versions": 1}}, "PASS"),
    ],
)
def test_the_runs_own_limits_hold(tmp_path: Path, options: dict[str, Any], verdict: str) -> None:
    """Limits the run was judged by are used again; unknown ones do no harm."""
    day = replace(DAY, people=100, dropped=0.1)
    folder, record = write_run(tmp_path, day)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"options": options}))

    assert record.people("dropped") > 0
    assert report(tmp_path, folder.name).stdout.splitlines()[-1].startswith(verdict)


def test_the_runs_own_strictness_holds(tmp_path: Path) -> None:
    """A run with --strict that FAILed by a warning FAILs again."""
    day = replace(DAY, checks=({"check": "latency_p95_ms < 9000", "warn": "< 1"}, "success_rate > 0.5"))
    folder, record = write_run(tmp_path, day)
    assert judge(record).shown == "WARN"
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"options": {"strict": True}}))

    assert report(tmp_path, folder.name).stdout.splitlines()[-1].startswith("FAIL")


def test_metric_functions_beside_the_scenario_are_used(tmp_path: Path) -> None:
    """A check of an own function has its value again; where the function is gone, the changed verdict is told."""
    (tmp_path / "metrics").mkdir()
    code = "def twice_the_people(metrics):\n    return 2 * metrics['people']\n"
    (tmp_path / "metrics" / "own.py").write_text(code)
    folder, _ = write_run(tmp_path / "results", replace(DAY, checks=("twice_the_people == 120",)))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"source": str(tmp_path / "x.yml")}))

    assert "PASS" in report(tmp_path / "results", "latest").stdout
    (tmp_path / "metrics" / "own.py").unlink()
    gone = report(tmp_path / "results", "latest")
    assert "INVALID" in gone.stdout
    assert "the run itself said PASS" in gone.stderr


def test_a_broken_off_run_is_reported_as_invalid(tmp_path: Path) -> None:
    """After a kill there is a report, and it says that the rehearsal says nothing."""
    folder, _ = write_run(tmp_path, DAY, state="RUNNING", process=GONE)

    assert "ended before its report" in report(tmp_path, folder.name).stdout


def test_a_run_that_goes_on_is_reported_elsewhere_only(tmp_path: Path) -> None:
    """Its folder is left alone until its end; with --to a look at it as it is now is possible."""
    writer = RunWriter(tmp_path / "run", made_up_manifest(DAY, made_up_scenario(DAY)))
    refused = report(tmp_path, "run")
    seen = report(tmp_path, "run", "--to", str(tmp_path / "now") + "/")
    writer.close()

    assert isinstance(refused.exception, BadInput)
    assert "still going on" in str(refused.exception)
    assert "still going on" in seen.stdout
    assert (tmp_path / "now" / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["latest", "--format", "jsn"], r"--format  unknown report 'jsn'\. Did you mean 'json'\?"),
        (["nobody"], "run 'nobody'  no run or scenario of that name"),
        (["latest", "--to", "-"], "--to  3 kinds of reports need a folder"),
        (["latest", "--to", "debrief.pdf"], "--to  there is no PDF yet"),
    ],
)
def test_what_cannot_be_meant_is_refused(out: Path, arguments: list[str], said: str) -> None:
    """The option is named, with what is allowed."""
    with pytest.raises(BadInput, match=said):
        CliRunner().invoke(command, [*arguments, "--out", str(out)], catch_exceptions=False)


@pytest.mark.parametrize("name", ["debrief.pdf", "debrief.html"])
def test_a_file_given_as_the_folder_of_runs_is_explained(name: str) -> None:
    """``--out debrief.pdf`` meant where the report goes; the refusal says how to say that."""
    with pytest.raises(BadInput, match="to say where a report goes"):
        CliRunner().invoke(command, ["latest", "--out", name], catch_exceptions=False)
