"""Modules with C types: all compiled or none; where one is older than its file, Python reads the files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from hms_esr.compiled import HERE, changed_since, compiled_modules, how, typed_modules
from tests.house.sources import ROOT

TYPED = typed_modules()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The package of a checkout, with one compiled module."""
    folder = tmp_path / "hms_esr"
    (folder / "http").mkdir(parents=True)
    (tmp_path / "setup.py").touch()
    for name in ("url.py", "url.pxd", "url.cpython-311-x86_64-linux-gnu.so"):
        (folder / "http" / name).touch()
        os.utime(folder / "http" / name, (1000, 1000))
    return folder


def test_every_module_with_c_types_is_compiled() -> None:
    """Where there is a C compiler; in CI there is one."""
    if not compiled_modules():
        pytest.skip("needs a C compiler: gcc and Python's headers, then make setup")
    assert how() == "compiled" and set(compiled_modules()) == set(TYPED)


def test_a_module_with_c_types_is_one_python_reads_too() -> None:
    """Beside each .pxd is the module's own file; what was imported is the one or the other."""
    assert TYPED
    for name, types in TYPED.items():
        assert types.with_suffix(".py").exists(), name
        assert Path(import_module(f"hms_esr.{name}").__file__ or "").suffix in (".py", ".so", ".pyd"), name


def test_what_has_changed_since_it_was_compiled_is_found(checkout: Path) -> None:
    """The module's file or its types; in an installed package such moments mean nothing."""
    assert changed_since(checkout) == []
    os.utime(checkout / "http" / "url.py", (2000, 2000))
    assert changed_since(checkout) == ["http/url.py"]
    (checkout.parent / "setup.py").unlink()
    assert changed_since(checkout) == []


def test_a_module_compiled_beside_others_that_are_not_is_stale(checkout: Path) -> None:
    """A new .pxd, or a build that was broken off: all or none."""
    for name in ("tls.py", "tls.pxd"):
        (checkout / "http" / name).touch()
    assert changed_since(checkout) == ["http/tls.py", "http/tls.pxd"]


def test_what_is_left_of_a_module_that_was_moved_is_passed_over(checkout: Path) -> None:
    """A compiled file without its module, from before a move, changes nothing."""
    (checkout / "client.cpython-311-x86_64-linux-gnu.so").touch()
    assert set(compiled_modules(checkout)) == {"http.url"} and changed_since(checkout) == []


def test_nothing_compiled_is_as_good(tmp_path: Path) -> None:
    """Python reads the files."""
    assert compiled_modules(tmp_path) == {} and changed_since(tmp_path) == []


def test_a_stale_build_falls_back_to_python_with_one_line(tmp_path: Path) -> None:
    """A run after an edit, from outside: a false compiled module is not even opened, and the program says so once."""
    shutil.copytree(HERE, tmp_path / "hms_esr", ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    (tmp_path / "setup.py").touch()
    for types in typed_modules(tmp_path / "hms_esr").values():
        types.with_suffix(".abi3.so").write_bytes(b"not a library")
        os.utime(types.with_suffix(".abi3.so"), (1000, 1000))
    (tmp_path / "two.yml").write_text("name: two\nload: {people: 2, over: 1s}\njourneys: [{steps: [visit: /]}]\n")
    for folder in ("scenarios", "personas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    done = subprocess.run(
        [sys.executable, "-m", "hms_esr", "run", "two.yml", "--workers", "2", "--max-late", "100%", "--no-dashboard"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("changed since it was compiled") == 1
    assert "Python reads the files" in done.stderr
