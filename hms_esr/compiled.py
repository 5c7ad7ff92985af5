"""Owns whether compiled modules are used: all those that have C types, or none. Importing it decides.

Where one of them is older than its file (the project is being worked on), Python reads every file instead. Knows
nothing of what the modules do: compiled or read by Python, it is the same.
"""

from __future__ import annotations

import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

HERE = Path(__file__).parent
_ENDINGS = ("*.so", "*.pyd")


def typed_modules(folder: Path = HERE) -> dict[str, Path]:
    """Dotted name below ``folder`` → ``.pxd``, of the modules that have C types."""
    return {".".join(path.relative_to(folder).with_suffix("").parts): path for path in sorted(folder.rglob("*.pxd"))}


def compiled_modules(folder: Path = HERE) -> dict[str, Path]:
    """Dotted name below ``folder`` → file, of the modules with C types that were compiled."""
    found = {
        ".".join((*path.relative_to(folder).parts[:-1], path.name.partition(".")[0])): path
        for ending in _ENDINGS
        for path in sorted(folder.rglob(ending))
    }
    return {name: found[name] for name in typed_modules(folder) if name in found}


def changed_since(folder: Path = HERE) -> list[str]:
    """Files below ``folder`` that are newer than what was compiled from them, or were never compiled beside others.

    Empty for an installed package: only where the project is worked on (``setup.py`` beside it) do times mean this.
    """
    made = compiled_modules(folder)
    if not made or not (folder.parent / "setup.py").exists():
        return []
    return [
        source.relative_to(folder).as_posix()
        for name, types in typed_modules(folder).items()
        for source in (types.with_suffix(".py"), types)
        if name not in made or source.stat().st_mtime > made[name].stat().st_mtime
    ]


def use_python(folder: Path = HERE) -> None:
    """From now on Python reads every module below ``folder``, compiled or not."""
    inside = str(folder)

    def only_python_files(path: str) -> FileFinder:
        if path != inside and not path.startswith(f"{inside}/"):
            raise ImportError(path)
        return FileFinder(path, (SourceFileLoader, SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, only_python_files)
    for path in [path for path in sys.path_importer_cache if path.startswith(inside)]:
        del sys.path_importer_cache[path]


def how() -> str:
    """``compiled``, or ``python`` where Python reads every module."""
    return "compiled" if compiled_modules() and not STALE else "python"


def notice() -> str:
    """One line for a person when a build is stale; empty otherwise."""
    if not STALE:
        return ""
    more = f" and {len(STALE) - 1} more" if len(STALE) > 1 else ""
    return (
        f"note: hms_esr/{STALE[0]}{more} changed since it was compiled: "
        "Python reads the files (slower); `make setup` compiles them again"
    )


STALE: tuple[str, ...] = tuple(changed_since())
"""Files that changed since they were compiled, as found when the program started."""
if STALE:
    use_python()
