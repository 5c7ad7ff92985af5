"""Owns what benchmarks found: figures, goals and the machine, as plain data in one JSON file that partial runs update.

Knows nothing of how anything is measured or shown.
"""

from __future__ import annotations

import json
import operator
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
RAW = ROOT / "build" / "bench"
KEPT = {"≤": operator.le, "≥": operator.ge, "<": operator.lt}

Values = list[float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a section: a value for each round. ``digits`` after the point; the unit is in ``what``."""

    what: str
    values: Values
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Goal:
    """A promise of speed. ``values`` are ours, ``beside`` a peer's in the same rounds; the ratio is ours / theirs.

    ``of`` says whether the limit is for our median or for the ratio's.
    """

    what: str
    values: Values
    relation: Literal["≤", "≥", "<"]
    limit: float
    of: Literal["ours", "ratio"] = "ours"
    peer: str = ""
    beside: Values = field(default_factory=list)
    digits: int = 0
    unit: str = ""

    @property
    def ratios(self) -> Values:
        """Ours by theirs, round by round; empty where there is nothing beside or nothing to divide by."""
        if not self.beside or not all(self.beside):
            return []
        return [ours / theirs for ours, theirs in zip(self.values, self.beside, strict=False)]

    @property
    def kept(self) -> bool | None:
        """Whether the median keeps the limit; None when it could not be measured."""
        judged = self.ratios if self.of == "ratio" else self.values
        return KEPT[self.relation](median(judged), self.limit) if judged else None


@dataclass(frozen=True, slots=True)
class Found:
    """What one benchmark found. ``left_out`` names peers that are not installed, and what would bring them."""

    title: str
    how: str
    figures: Sequence[Figure]
    goals: Sequence[Goal] = ()
    left_out: Sequence[str] = ()
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something found, with when and where: day, cores, system, versions, and how busy the machine was before."""

    found: Found
    machine: dict[str, Any]

    @property
    def missed(self) -> list[str]:
        """Promises whose goal is not kept."""
        return [goal.what for goal in self.found.goals if goal.kept is False]


def machine(load: float) -> dict[str, Any]:
    """Day, cores, system, Python, whether the engine is compiled, Locust; load average before the run. No names."""
    return {
        "day": date.today().isoformat(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "engine": engine_of(_package()),
        "locust": version("locust"),
        "load": round(load, 2),
    }


def engine_of(package: Path) -> str:
    """``compiled`` where the package in this folder has compiled modules, ``python`` where Python reads them all."""
    return "compiled" if any(package.rglob("*.so")) or any(package.rglob("*.pyd")) else "python"


def _package() -> Path:
    """The folder of the package that is measured, as this Python would import it."""
    found = find_spec("hms_esr")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("hms_esr is not installed: run `make setup-dev`")
    return Path(next(iter(found.submodule_search_locations)))


def read(path: Path = RESULTS) -> dict[str, Kept]:
    """Everything kept so far, by benchmark; empty when there is no file."""
    if not path.exists():
        return {}
    return {name: _kept(one) for name, one in json.loads(path.read_text(encoding="utf-8")).items()}


def keep(name: str, kept: Kept, path: Path = RESULTS) -> dict[str, Kept]:
    """Put one benchmark's findings in the place of its older ones; everything kept then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    everything = read(path) | {name: kept}
    whole = {each: _plain(one) for each, one in sorted(everything.items())}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
    return everything


def _plain(kept: Kept) -> dict[str, Any]:
    whole: dict[str, Any] = _rounded(asdict(kept.found))
    return whole | {"machine": kept.machine}


def _rounded(value: Any) -> Any:
    """Floats with five digits that count: more is noise in a file that is kept."""
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _kept(whole: dict[str, Any]) -> Kept:
    found = Found(
        whole["title"],
        whole["how"],
        [Figure(**one) for one in whole["figures"]],
        [Goal(**one) for one in whole["goals"]],
        whole["left_out"],
        whole["versions"],
    )
    return Kept(found, whole["machine"])
