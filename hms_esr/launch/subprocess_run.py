"""Owns runs in processes of their own: started from Python, found again by id, waited for.

Knows nothing of how a run goes on inside its process: the record on disk tells.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import sleep, time
from typing import Any

from hms_esr.errors import BadInput, EsrError, Problem
from hms_esr.execution.plan import new_run_id
from hms_esr.library import from_object, load_scenario
from hms_esr.library.loading import LoadedScenario

CONSOLE = "console.txt"
"""What a run prints, in its folder."""
LOOK_S = 0.2
PREPARING_S = 30.0
"""A run of another process without a record is about to begin if its folder was touched so lately."""
_RUNNING: dict[str, subprocess.Popen[bytes]] = {}


def start(scenario: Any, *, target: str | None = None, out: Path = Path("results"), **options: Any) -> str:
    """Start a run in a process of its own; its id, at once. Mistakes in the scenario are raised before.

    ``options`` are those of ``hms-esr run`` with ``_`` for ``-``: ``warp=60``, ``scale=0.1``, ``strict=True``.
    The process goes on when this one ends; what it prints is in ``results/<run id>/console.txt``.
    """
    if target is not None and not target.strip():
        text = "is given, but empty (a variable that is not set?); give an address, or None for the scenario's own"
        raise BadInput([Problem("target", 0, 0, text)])
    loaded = load_scenario(str(scenario)) if isinstance(scenario, (str, Path)) else from_object(scenario)
    run_id = new_run_id(loaded.scenario.name)
    folder = out / run_id
    folder.mkdir(parents=True)
    given = _file_of(loaded, folder)
    command = [sys.executable, "-m", "hms_esr", "run", str(given), "--run-id", run_id, "--out", str(out)]
    command += ["--stem", loaded.stem]
    command += ["--target", target] if target else []
    command += arguments(options)
    with (folder / CONSOLE).open("wb") as console:
        _RUNNING[run_id] = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT, start_new_session=True
        )
    return run_id


def _file_of(loaded: LoadedScenario, folder: Path) -> Path:
    """The scenario's own file, so that files beside it are found; else its canonical form in the run's folder."""
    if loaded.path is not None and loaded.path.suffix != ".py":
        return loaded.path.resolve()
    path = folder / "scenario.json"
    document = loaded.scenario.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def arguments(options: Mapping[str, Any]) -> list[str]:
    """Options as ``hms-esr run`` takes them: ``{"max_late": "5%", "strict": True}`` is ``--max-late 5% --strict``.

    What is None or False is left out; of a mapping or a list each entry is given.
    """
    return [part for name, value in options.items() for part in _argument(name, value)]


def _argument(name: str, value: Any) -> list[str]:
    flag = f"--{name.replace('_', '-')}"
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    if isinstance(value, Mapping):
        return [part for key, inner in value.items() for part in (flag, f"{key}={inner}")]
    if isinstance(value, (list, tuple)):
        return [part for inner in value for part in (flag, str(inner))]
    return [flag, str(value)]


def wait_for(run_id: str, out: Path = Path("results")) -> Mapping[str, Any]:
    """Wait until a run is over; its summary. EsrError, with what the process said last, when it left none."""
    folder = out / run_id
    process = _RUNNING.get(run_id)
    while True:
        over = process.poll() is not None if process is not None else not _is_alive(folder)
        summary = folder / "summary.json"
        if summary.exists():
            if process is not None:
                process.wait(timeout=60)
            found: dict[str, Any] = json.loads(summary.read_text(encoding="utf-8"))
            return found
        if over:
            raise EsrError(f"run {run_id} ended without a summary: {last_words(folder, 3) or 'it said nothing'}")
        sleep(LOOK_S)


def _is_alive(folder: Path) -> bool:
    """Whether its process is still there, or is about to begin: after the record is closed it makes the reports."""
    from hms_esr.store import read_facts
    from hms_esr.store.process import find

    try:
        facts = read_facts(folder)
        begins = not facts and time() - folder.stat().st_mtime < PREPARING_S
        return begins or find(facts.get("process")) is not None
    except (EsrError, OSError):
        return False


def last_words(folder: Path, lines: int = 1) -> str:
    """The last lines a run printed, with `` / `` between; empty when it printed nothing."""
    try:
        with (folder / CONSOLE).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 4096))
            said = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return " / ".join(line.strip()[:500] for line in said[-lines:])


class ChildLauncher:
    """What :mod:`hms_esr.scenario.builder` starts runs with; see its ``Launcher``."""

    def __init__(self, out: Path = Path("results")) -> None:
        self._out = out

    def start(self, scenario: Any, **options: Any) -> str:
        """Start a run; its id."""
        self._out = Path(options.pop("out", self._out))
        return start(scenario, out=self._out, **options)

    def wait(self, run_id: str) -> Mapping[str, Any]:
        """Wait for a run; its summary."""
        return wait_for(run_id, self._out)

    def pause(self, run_id: str) -> None:
        """Stop a run's clock: nobody new comes, requests under way finish."""
        ask(self._out / run_id, "pause")

    def resume(self, run_id: str) -> None:
        """Let a paused run go on."""
        ask(self._out / run_id, "resume")

    def provision(self, role: str, count: int, address: str) -> int:
        """Create accounts for the first ``count`` persons of ``role`` at ``address``; how many there are."""
        from hms_esr.launch.accounts import create_accounts

        return create_accounts(role, count, address)


def ask(folder: Path, what: str) -> None:
    """Leave a wish (``pause`` or ``resume``) where a run looks ten times a second."""
    if not folder.is_dir():
        raise EsrError(f"there is no run {folder.name} in {folder.parent}")
    part = folder / "wish.part"
    part.write_text(what, encoding="utf-8")
    part.replace(folder / "wish")


def run(scenario: Any, *, target: str | None = None, out: str | Path = "results", **options: Any) -> Mapping[str, Any]:
    """Carry a scenario out in a process of its own and wait for it; its summary (see ``summary.json``).

    ``scenario`` is a builder, a canonical Scenario or a path; options are those of ``hms-esr run``.
    """
    return wait_for(start(scenario, target=target, out=Path(out), **options), Path(out))
