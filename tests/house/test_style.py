"""The house's measures: small files, small functions, docstrings, nothing unfinished, nothing of one machine."""

from __future__ import annotations

import ast
import re

import pytest

from tests.each import each
from tests.house.sources import PACKAGES, ROOT, python_files, text_files, tree

OURS = (*PACKAGES, "tests", "benchmarks", "locustfiles", "docs")
FILE_LINES = 400
FUNCTION_LINES = 40
CLASS_LINES = 250

LONG_FUNCTIONS: dict[str, str] = {}
"""``path:function`` → why it may be longer than the measure."""

LONG_CLASSES: dict[str, str] = {}
"""``path:class`` → why it may be longer than the measure."""

SLEEPING_TESTS: dict[str, str] = {}
"""``path:test`` → what only time can show."""

UNFINISHED = re.compile(
    r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|NotImplemented" r"Error)\b|pytest\.mark\.(?:skip|xfail)|\bfor " r"now\b"
)
HOSTS = re.compile(
    r"pyp[i]\.org|pythonh[o]sted|registry\.n[p]mjs|deb\.d[e]bian\.org|proxy\.g[o]lang|crates\.i[o]|docker\.io/|ghcr\.io"
)
MACHINES = re.compile(r"(?<![\w.])/(?:root|work|farm|home/\w+|Users/\w+)/|/opt/pyp[i]")
THIS = "tests/house/test_style.py"


def _too_long(kinds: type | tuple[type, ...], most: int, allowed: dict[str, str]) -> list[str]:
    found = []
    for name in python_files(*OURS):
        for node in ast.walk(tree(name)):
            if isinstance(node, kinds):
                lines = node.end_lineno - node.lineno + 1  # type: ignore[attr-defined]
                place = f"{name}:{node.name}"  # type: ignore[attr-defined]
                if lines > most and place not in allowed:
                    found.append(f"{place} has {lines} lines")
    return found


@each("folder", OURS)
def test_no_file_is_over_400_lines(folder: str) -> None:
    """A Python file fits in a head: at most 400 lines."""
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in python_files(folder)}
    assert not {name: lines for name, lines in lengths.items() if lines > FILE_LINES}


def test_functions_are_small() -> None:
    """No function is over 40 lines, but for those listed here with their reason."""
    assert not _too_long((ast.FunctionDef, ast.AsyncFunctionDef), FUNCTION_LINES, LONG_FUNCTIONS)


def test_classes_are_small() -> None:
    """No class is over 250 lines, but for those listed here with their reason."""
    assert not _too_long(ast.ClassDef, CLASS_LINES, LONG_CLASSES)


@pytest.mark.parametrize("allowed", [LONG_FUNCTIONS, LONG_CLASSES], ids=["functions", "classes"])
def test_exceptions_are_still_there(allowed: dict[str, str]) -> None:
    """An exception that is no longer needed is taken off its list."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    named = {
        f"{name}:{node.name}"
        for name in python_files(*OURS)
        for node in ast.walk(tree(name))
        if isinstance(node, kinds)
    }
    assert set(allowed) <= named


def test_modules_say_what_they_own_and_what_they_refuse_to_know() -> None:
    """A module's docstring begins with "Owns" and ends with what the module knows nothing of or never does."""
    found = []
    for name in python_files():
        text = ast.get_docstring(tree(name)) or ""
        if not text.startswith("Owns ") or not re.search(r"\b(?:nothing|never|no)\b", text.lower()):
            found.append(name)
    assert not found


def test_tests_state_a_fact() -> None:
    """Every test has a docstring, and every file of tests says what it is about."""
    found = []
    for name in python_files("tests"):
        tests = [
            node for node in ast.walk(tree(name)) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        found += [f"{name}:{test.name}" for test in tests if not ast.get_docstring(test)]
        if tests and not ast.get_docstring(tree(name)):
            found.append(name)
    assert not found


def test_tests_do_not_sleep() -> None:
    """No test waits by sleeping, but for those listed here: it waits for what it wants to see."""
    sleeping = set()
    for name in python_files("tests"):
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                sleeps = [call for call in ast.walk(node) if isinstance(call, ast.Call) and _is_sleep(call)]
                sleeping |= {f"{name}:{node.name}"} if sleeps else set()
    assert sleeping == set(SLEEPING_TESTS)


def _is_sleep(call: ast.Call) -> bool:
    return ast.unparse(call.func) in {"time.sleep", "sleep"}


@pytest.mark.parametrize("pattern", [UNFINISHED, HOSTS, MACHINES], ids=["unfinished", "registry", "machine"])
def test_nothing_unfinished_and_nothing_of_one_machine(pattern: re.Pattern[str]) -> None:
    """No file holds an unfinished mark, the host of a package registry, or a path of somebody's machine."""
    found = [
        f"{name}:{number}  {line.strip()[:100]}"
        for name, text in text_files()
        if name != THIS
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found
