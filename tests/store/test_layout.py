"""Facts about replacing files whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.errors import EnvironmentProblem
from hms_esr.store import write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """The new text stands there, line ends as given, and no draft is left."""
    path = tmp_path / "x.json"
    path.write_text("old and longer")
    write_whole(path, "é\n")

    assert path.read_bytes() == "é\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The refusal names the path."""
    with pytest.raises(EnvironmentProblem, match="nowhere"):
        write_whole(tmp_path / "nowhere" / "x.json", "x")
