"""Owns which run somebody means by an id, ``latest``, or a scenario's name.

Reads manifests and never a record.
"""

from __future__ import annotations

from pathlib import Path

from hms_esr.errors import BadInput, EsrError, Problem
from hms_esr.registry import did_you_mean
from hms_esr.store.latest import latest_id
from hms_esr.store.layout import LATEST
from hms_esr.store.listing import run_folders
from hms_esr.store.manifest import manifest_json


def find_run(out: Path, run: str) -> Path:
    """The folder of the run meant by ``run``: its id, ``latest``, or a scenario's or its file's name (its last run).

    Raises BadInput, with what was probably meant.
    """
    folders = run_folders(out)
    if not folders:
        raise _no_run(run, f"there are no runs in {out}; start one with: hms-esr run FILE")
    by_id = {folder.name: folder for folder in folders}
    if run in by_id:
        return by_id[run]
    if run == LATEST:
        return by_id.get(latest_id(out), folders[0])
    scenarios: dict[str, Path] = {}
    stems: dict[str, Path] = {}
    for folder in folders:
        name, stem = _names(folder)
        scenarios.setdefault(name, folder)
        stems.setdefault(stem, folder)
    found = scenarios.get(run) or stems.get(run)
    if found is None or not run:
        names = [name for name in scenarios if name]
        hint = did_you_mean(run, [LATEST, *names, *by_id]) if run else ""
        if not hint.startswith(" Did"):
            hint = f" Allowed: a run's id, {', '.join([LATEST, *names[:8]])}; hms-esr runs lists them."
        raise _no_run(run, f"no run or scenario of that name in {out}.{hint}")
    return found


def _names(folder: Path) -> tuple[str, str]:
    try:
        manifest = manifest_json(folder)
    except EsrError:
        return "", ""
    scenario = manifest.get("scenario")
    name = str(scenario.get("name", "")) if isinstance(scenario, dict) else ""
    return name, str(manifest.get("stem", ""))


def _no_run(run: str, text: str) -> BadInput:
    return BadInput([Problem(f"run '{run}'", 0, 0, text)])
