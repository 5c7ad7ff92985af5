"""Owns Python files of the user: scenarios written in Python, and metric functions.

Knows nothing of what they compute. Running them is the user's wish on their own machine: never done for strangers.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from hms_esr.errors import BadInput, EsrError, Problem
from hms_esr.library.folders import read_bytes, shown
from hms_esr.scenario.builder import starting_is_disarmed

Metric = Callable[[Mapping[str, float]], float]


def run_file(path: Path) -> ModuleType:
    """The module a Python file makes; while it runs, ``start``, ``launch`` and ``Dashboard.show`` start nothing."""
    module = ModuleType(f"hms_esr_file_{path.stem}")
    module.__file__ = str(path)
    try:
        code = compile(read_bytes(path, 4 * 1024 * 1024), str(path), "exec")
        with starting_is_disarmed(), _importing_beside(path):
            sys.modules[module.__name__] = module
            exec(code, module.__dict__)
    except EsrError:
        raise
    except SyntaxError as error:
        text = f"not Python: {error.msg}"
        raise BadInput([Problem(shown(path), error.lineno or 1, error.offset or 1, text)]) from None
    except (Exception, SystemExit) as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = frames[-1].lineno if frames else 1
        raise BadInput([Problem(shown(path), line or 1, 1, f"{type(error).__name__}: {error}")]) from None
    finally:
        sys.modules.pop(module.__name__, None)
    return module


@contextmanager
def _importing_beside(path: Path) -> Iterator[None]:
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def scenario_object(path: Path) -> Any:
    """The module-level ``scenario`` of a Python file: anything with ``canonical()``."""
    module = run_file(path)
    found = getattr(module, "scenario", None)
    if found is None:
        text = "has no module-level 'scenario'; write scenario = Scenario(name=…)"
        raise BadInput([Problem(shown(path), 1, 1, text)])
    if not callable(getattr(found, "canonical", None)):
        text = f"its 'scenario' is a {type(found).__name__}; a Scenario of hms_esr or hms_esr_client is wanted"
        raise BadInput([Problem(shown(path), 1, 1, text)])
    return found


def metric_functions(beside: Path) -> dict[str, Metric]:
    """Public functions of ``metrics/*.py`` beside a scenario, and those of installed packages (``hms_esr.metrics``)."""
    found: dict[str, Metric] = {}
    for point in entry_points(group="hms_esr.metrics"):
        found[point.name] = point.load()
    folder = beside / "metrics"
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else []:
        module = run_file(path)
        for name, thing in vars(module).items():
            if not name.startswith("_") and callable(thing) and getattr(thing, "__module__", "") == module.__name__:
                found[name] = thing
    return found
