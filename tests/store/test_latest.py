"""Facts about the short ways to the last run."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.errors import EnvironmentProblem
from hms_esr.store import copy_report, latest_id, point_latest
from tests.store.kept import write_manifest


def test_latest_points_at_the_run_pointed_at_last(tmp_path: Path) -> None:
    """A second run takes the link over; it is relative, so the folder can be moved."""
    for run_id in ("one", "two"):
        write_manifest(tmp_path, run_id, "x", "2026-11-20T08:00:00+00:00")
        point_latest(tmp_path, run_id)

    assert latest_id(tmp_path) == "two"
    assert (tmp_path / "latest").readlink() == Path("two")
    assert not list(tmp_path.glob(".*"))


def test_without_links_a_text_file_names_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without links the way to the last run is a file."""

    def no_links(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", no_links)
    write_manifest(tmp_path, "one", "x", "2026-11-20T08:00:00+00:00")
    point_latest(tmp_path, "one")

    assert (tmp_path / "latest").read_text() == "one\n"
    assert latest_id(tmp_path) == "one"


@pytest.mark.parametrize("content", ["", "gone\n", "../one\n", "."])
def test_a_link_to_nothing_is_no_run(tmp_path: Path, content: str) -> None:
    """What names no run of this folder is nothing."""
    write_manifest(tmp_path / "elsewhere", "one", "x", "2026-11-20T08:00:00+00:00")
    (tmp_path / "latest").write_text(content)

    assert latest_id(tmp_path) == ""


def test_a_folder_in_the_way_of_the_link_is_named(tmp_path: Path) -> None:
    """A folder called ``latest`` is never deleted."""
    (tmp_path / "latest").mkdir()

    with pytest.raises(EnvironmentProblem, match="latest  is a folder"):
        point_latest(tmp_path, "one")


def test_the_report_is_copied_under_the_scenarios_file(tmp_path: Path) -> None:
    """The copy is called after the scenario's file and replaces the one before; a stem cannot lead elsewhere."""
    folder = tmp_path / "run"
    folder.mkdir()
    for text in ("first", "second"):
        (folder / "report.html").write_text(text)
        copy = copy_report(tmp_path, "../tuition_grant", folder)

    assert copy == tmp_path / "tuition_grant_report.html"
    assert copy.read_text() == "second"


def test_a_report_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Without a report the copy fails with its path, and nothing is left behind."""
    with pytest.raises(EnvironmentProblem, match=r"x_report\.html"):
        copy_report(tmp_path, "x", tmp_path / "run")
    assert not list(tmp_path.iterdir())
