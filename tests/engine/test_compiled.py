"""Modules with C types: all compiled or none, and never older than their files."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import pytest

from hms_esr.engine.compiled import HERE, compiled_modules, how, see_that_none_is_old
from hms_esr.errors import EnvironmentProblem
from tests.each import each

TYPED = sorted(path.stem for path in HERE.glob("*.pxd"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder of one compiled module, in a checkout."""
    folder = tmp_path / "hms_esr" / "engine"
    folder.mkdir(parents=True)
    (tmp_path / "setup.py").touch()
    for name in ("client.py", "client.pxd", "client.cpython-311-x86_64-linux-gnu.so"):
        (folder / name).touch()
        os.utime(folder / name, (1000, 1000))
    return folder


def test_every_module_with_c_types_is_compiled() -> None:
    """Where there is a C compiler; in CI there is one."""
    if how() == "python":
        pytest.skip("needs a C compiler: gcc and Python's headers, then make setup")
    assert sorted(compiled_modules()) == TYPED


@each("name", TYPED)
def test_a_module_with_c_types_is_one_python_reads_too(name: str) -> None:
    """Beside each .pxd is the module's own file; what was imported is the one or the other."""
    assert (HERE / f"{name}.py").exists()
    ending = Path(import_module(f"hms_esr.engine.{name}").__file__ or "").suffix
    assert ending in (".py", ".so", ".pyd")


def test_what_has_changed_since_it_was_compiled_is_refused(checkout: Path) -> None:
    """With the file's name and the cure; installed packages have no such moments."""
    assert how(checkout) == "compiled"
    see_that_none_is_old(checkout)
    os.utime(checkout / "client.py", (2000, 2000))
    with pytest.raises(EnvironmentProblem, match=r"client\.py has changed since it was compiled: `make setup`"):
        see_that_none_is_old(checkout)
    (checkout.parents[1] / "setup.py").unlink()
    see_that_none_is_old(checkout)


def test_nothing_compiled_is_as_good(tmp_path: Path) -> None:
    """Python reads the files."""
    assert how(tmp_path) == "python"
    see_that_none_is_old(tmp_path)
