"""Owns where things are looked for: beside a file, in the working directory, in the package.

Knows nothing of what the things are.
"""

from __future__ import annotations

from pathlib import Path

from hms_esr.errors import BadInput, Problem
from hms_esr.scenario.source import MAX_BYTES, read_document
from hms_esr.scenario.source_locations import Document

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(kind: str) -> Path:
    """Folder of the ``scenarios`` or ``personas`` that come with the package (in a checkout: the one at its top)."""
    inside = _PACKAGE / "shipped" / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def folders(kind: str, beside: Path | None = None) -> list[Path]:
    """Existing folders called ``kind``, in the order they are looked into: beside a file, here, in the package."""
    candidates = [beside / kind] if beside is not None else []
    candidates += [Path.cwd() / kind, shipped(kind)]
    found: dict[Path, Path] = {}
    for folder in candidates:
        if folder.is_dir():
            found.setdefault(folder.resolve(), folder)
    return list(found.values())


def shown(path: Path) -> str:
    """A path as a person would type it: from the working directory when it lies below."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A file's bytes, at most ``limit`` and one more; BadInput when it cannot be read."""
    try:
        if not is_file(path):
            raise BadInput([Problem(shown(path), 0, 0, "no such file")])
        with path.open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput([Problem(shown(path), 0, 0, f"cannot be read: {reason}")]) from None


def document(path: Path) -> Document:
    """A YAML or JSON file, guarded; BadInput names the file as the person would."""
    return read_document(read_bytes(path), shown(path))


def is_file(path: Path) -> bool:
    """Whether there is such a file; also for names no file system has."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def inside(folder: Path, name: str) -> Path | None:
    """The file ``name`` below ``folder``, links followed; None when it is not there or leads outside."""
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):
        return None
