"""Facts about finding the run somebody means."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hms_esr.errors import BadInput
from hms_esr.store import find_run, point_latest
from tests.store.kept import write_manifest


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Three runs: two of permits, the earlier one listed last, one of claims; latest is the first."""
    write_manifest(tmp_path, "b-permits", "permits", "2026-11-20T08:00:00+00:00")
    write_manifest(tmp_path, "a-permits", "permits", "2026-11-20T12:00:00+02:00")
    write_manifest(tmp_path, "c-claims", "claims", "2026-11-19T08:00:00+00:00", stem="claims_day")
    point_latest(tmp_path, "b-permits")
    return tmp_path


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("b-permits", "b-permits"),
        ("latest", "b-permits"),
        ("permits", "a-permits"),
        ("claims", "c-claims"),
        ("claims_day", "c-claims"),
    ],
)
def test_a_run_is_found_by_what_people_call_it(out: Path, run: str, found: str) -> None:
    """An id, ``latest``, a scenario's name (its last run, whatever the time zones) or its file's name."""
    assert find_run(out, run) == out / found


def test_latest_without_its_link_is_the_last_run(out: Path) -> None:
    """When the link is gone, or its run is, the run that started last is meant."""
    shutil.rmtree(out / "b-permits")
    assert find_run(out, "latest") == out / "a-permits"

    (out / "latest").unlink()
    assert find_run(out, "latest") == out / "a-permits"


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("permit", r"Did you mean 'permits'\?"),
        ("zzzz", "Allowed: a run's id, latest, permits, claims"),
        ("", "Allowed: a run's id"),
        ("../a-permits", "no run or scenario of that name"),
        (".", "no run or scenario of that name"),
    ],
)
def test_an_unknown_run_is_refused_with_what_is_there(out: Path, run: str, said: str) -> None:
    """The refusal names what was asked for and suggests; nothing outside the folder can be meant."""
    with pytest.raises(BadInput, match=said) as refused:
        find_run(out, run)
    assert f"run '{run}'" in str(refused.value)


def test_without_runs_the_refusal_says_how_to_start_one(tmp_path: Path) -> None:
    """A folder without runs, or no folder, leads to ``hms-esr run``."""
    with pytest.raises(BadInput, match="hms-esr run FILE"):
        find_run(tmp_path / "nowhere", "latest")
