"""What is refused before a run gets a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.errors import BadInput
from hms_esr.launching import start


@pytest.mark.parametrize("target", ["", " "])
def test_an_empty_target_never_means_none(target: str, tmp_path: Path) -> None:
    """A variable that is not set is told, before a folder is made."""
    with pytest.raises(BadInput, match=r"^target  is given, but empty"):
        start("schedule_f", target=target, out=tmp_path / "results")
    assert not list(tmp_path.iterdir())
