"""Owns which files belong to the project, and Python files as syntax trees.

Knows nothing of what is asked about them.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hms_esr", "hms_edu", "hms_esr_client", "esr")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
    ".json",
    ".cfg",
    ".sh",
    ".html",
    ".css",
    ".js",
    ".lock",
    ".csv",
    "",
}


@cache
def files() -> tuple[str, ...]:
    """Paths, below the root, of files under version control or about to be, sorted; from a plain folder, all files."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines() if listed.returncode == 0 else _walk()
    return tuple(sorted(name for name in set(names) if (ROOT / name).is_file()))


def text_files() -> Iterator[tuple[str, str]]:
    """Path and text of each file that people write."""
    for name in files():
        if Path(name).suffix in TEXT:
            yield name, (ROOT / name).read_text(encoding="utf-8")


def python_files(*folders: str) -> list[str]:
    """Paths of Python files in ``folders`` (all packages if none is given)."""
    wanted = tuple(f"{folder}/" for folder in (folders or PACKAGES))
    return [name for name in files() if name.endswith(".py") and name.startswith(wanted)]


@cache
def tree(name: str) -> ast.Module:
    """The syntax tree of one Python file."""
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), name)


def imports(name: str) -> Iterator[tuple[str, int]]:
    """Modules a file imports, wherever in it, with the line."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno


def calls(name: str) -> Iterator[tuple[str, int]]:
    """Dotted names a file reads or calls, such as ``os.environ`` or ``sys.exit``, with the line."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}", node.lineno


def _walk() -> list[str]:
    hidden = {".venv", "build", "dist", "results", "__pycache__"}
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [
        str(path)
        for path in found
        if not hidden & set(path.parts) and not path.parts[0].endswith((".egg-info", "_cache"))
    ]
