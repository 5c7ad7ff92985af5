"""What ``make coverage`` prints of figures.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.covered import LOWEST, compared, lines_of, main


def counted(taken: int, of: int) -> dict[str, int]:
    return {"covered_branches": taken, "num_branches": of}


def figures(taken: int, **files: tuple[int, int]) -> dict[str, Any]:
    told = {name: {"summary": counted(*one)} for name, one in files.items()}
    return {"totals": counted(taken, 40), "files": told}


def test_the_total_comes_first_then_the_lowest_files() -> None:
    """Of equal shares the file with more branches first; a file without branches counts as whole."""
    lines = lines_of(figures(30, whole=(4, 4), small=(1, 2), none=(0, 0), large=(5, 10)))
    assert lines[0] == "branches taken: 75.00% (30 of 40)"
    assert [line.split()[-1] for line in lines[1:]] == ["large", "small", "whole", "none"]
    assert len(lines_of(figures(30, **{f"f{n}": (n, 40) for n in range(40)}))) == 1 + LOWEST


def test_fewer_branches_than_before_are_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both totals are printed; as many or more are right."""
    assert compared(figures(30), figures(30)) == ("branches taken: 75.00% before, 75.00% now (+0.00)", True)
    for taken in (29, 31):
        (tmp_path / f"{taken}.json").write_text(json.dumps(figures(taken)))
    assert main(str(tmp_path / "29.json"), str(tmp_path / "31.json")) == 1
    assert capsys.readouterr().out.endswith("branches taken: 77.50% before, 72.50% now (-5.00)\n")
    assert main(str(tmp_path / "31.json"), str(tmp_path / "29.json")) == 0
    assert main(str(tmp_path / "29.json")) == 0
