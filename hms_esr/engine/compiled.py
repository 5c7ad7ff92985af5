"""Owns whether modules of the engine were compiled, and that none of them is older than the file it was made from.

Knows nothing of what they do: compiled or read by Python, it is the same.
"""

from __future__ import annotations

from pathlib import Path

from hms_esr.errors import EnvironmentProblem

HERE = Path(__file__).parent
_ENDINGS = ("*.so", "*.pyd")


def compiled_modules(folder: Path = HERE) -> dict[str, Path]:
    """Module name → file, of those that were compiled: all that have C types, or none."""
    return {path.name.partition(".")[0]: path for ending in _ENDINGS for path in sorted(folder.glob(ending))}


def how(folder: Path = HERE) -> str:
    """``compiled``, or ``python`` where Python reads every module."""
    return "compiled" if compiled_modules(folder) else "python"


def changed_since(folder: Path = HERE) -> list[str]:
    """Files of compiled modules that have changed since."""
    return [
        source.name
        for module, made in compiled_modules(folder).items()
        for source in (folder / f"{module}.py", folder / f"{module}.pxd")
        if source.stat().st_mtime > made.stat().st_mtime
    ]


def see_that_none_is_old(folder: Path = HERE) -> None:
    """EnvironmentProblem when, where the project is worked on, a compiled module no longer does what its file says."""
    in_a_checkout = (folder.parents[1] / "setup.py").exists()
    changed = changed_since(folder) if in_a_checkout else []
    if changed:
        raise EnvironmentProblem(
            f"{folder / changed[0]} has changed since it was compiled: `make setup` compiles it again; "
            "without compiled modules (`rm hms_esr/engine/*.so`) Python reads the files themselves"
        )
