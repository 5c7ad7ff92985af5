"""Checkouts of commits, each built in a virtual environment of its own below ``build/bench/``.

Nothing is downloaded: dependencies are those of the environment the benchmarks run in, the same for every checkout, so
that only the package differs. A checkout that is already built for the same content and Python is used again.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._results import RAW, ROOT, engine_of

CHECKOUTS = RAW / "against"
NOT_THE_PRODUCT = ("benchmarks", "docs", "tests", "CHANGELOG.md", "Makefile")
"""What may differ from a commit without changing what is measured."""
BUILD_LIMIT_S = 900
LAST_LINES = 15


class CheckoutError(Exception):
    """A checkout cannot be had; the text says what was asked for, what was found, and the cure."""


@dataclass(frozen=True, slots=True)
class Source:
    """Content to measure: ``sha`` of a commit, or of the tree of a changed work tree; ``label`` for people.

    ``changed`` names files of a work tree that differ from its commit.
    """

    sha: str
    label: str
    day: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkout:
    """A source that is built: its ``hms-esr`` and whether its engine is ``compiled`` or read by ``python``."""

    source: Source
    program: Path
    engine: str


class Repository:
    """The git repository of ``root``. CheckoutError when there is no git or no repository."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        if shutil.which("git") is None:
            raise CheckoutError("git is not installed, and a commit is read by it (Debian: apt install git)")
        top = self._git("rev-parse", "--show-toplevel", problem=f"{root.name} is not a git repository")
        if Path(top).resolve() != root.resolve():
            raise CheckoutError(f"{root.name} is not the top of a git repository: clone the project to compare commits")

    def commit(self, name: str) -> Source:
        """The commit called ``name``: a hash, branch, tag or expression such as HEAD~3."""
        wanted = f"{name}^{{commit}}"
        problem = f"unknown commit {name!r}: expected a commit, branch or tag of this repository (see `git log`)"
        sha = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", wanted, problem=problem)
        day = self._git("show", "--no-patch", "--format=%cs", sha)
        return Source(sha, sha[:12], day)

    def work_tree(self) -> Source:
        """The work tree as it is; its commit where nothing of the product has changed. Leaves the index alone."""
        head = self.commit("HEAD")
        with tempfile.TemporaryDirectory() as name:
            env = {"GIT_INDEX_FILE": str(Path(name) / "index")}
            self._git("read-tree", "HEAD", env=env)
            self._git("add", "--all", "--", ".", *(f":(exclude){path}" for path in NOT_THE_PRODUCT), env=env)
            changed = self._git("diff", "--cached", "--name-only", "HEAD", env=env).splitlines()
            tree = self._git("write-tree", env=env)
        return Source(tree, f"{head.label} + changes", head.day, tuple(changed)) if changed else head

    def write(self, source: Source, folder: Path) -> None:
        """Write its files into ``folder``."""
        archive = subprocess.run(["git", "archive", source.sha], cwd=self.root, capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")

    def _git(self, *arguments: str, problem: str = "", env: Mapping[str, str] | None = None) -> str:
        command = ["git", *arguments]
        around = os.environ | dict(env or {})
        done = subprocess.run(command, cwd=self.root, env=around, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CheckoutError(problem or f"`{' '.join(command)}` failed: {done.stderr.strip()}")
        return done.stdout.strip()


def built(repository: Repository, source: Source, *, compiled: bool = True, into: Path = CHECKOUTS) -> Checkout:
    """Build ``source`` in ``into/SHA``, or use what is there. CheckoutError with the last lines of a failed build.

    Compiled, a checkout whose modules with C types were not all compiled counts as failed.
    """
    folder = into / source.sha
    ready, wanted = folder / "ready", f"{sys.version}\n{sys.prefix}\n{compiled}\n"
    if not (ready.exists() and ready.read_text(encoding="utf-8") == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "source").mkdir(parents=True)
        repository.write(source, folder / "source")
        _install(source, folder, compiled)
        ready.write_text(wanted, encoding="utf-8")
    package = _site_packages(folder) / "hms_esr"
    return Checkout(source, folder / "venv" / "bin" / "hms-esr", engine_of(package))


def _install(source: Source, folder: Path, compiled: bool) -> None:
    """Make its environment: the package in it, everything else from the environment this process runs in."""
    venv = folder / "venv"
    _run(source, [sys.executable, "-m", "venv", "--without-pip", str(venv)], folder)
    shared = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (_site_packages(folder) / "shared.pth").write_text("\n".join(shared) + "\n", encoding="utf-8")
    python = str(venv / "bin" / "python")
    options = ["--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed"]
    core = {"HMS_ESR_CORE": "" if compiled else "python"}
    _run(source, [python, "-m", "pip", "install", *options, "./source"], folder, core)
    where = _run(source, [python, "-c", "import hms_esr; print(hms_esr.__file__)"], folder)
    if not Path(where.strip()).is_relative_to(venv):
        raise CheckoutError(f"{source.label} was built, but its environment imports another hms_esr: {where.strip()}")
    package = _site_packages(folder) / "hms_esr"
    typed = len(list((folder / "source" / "hms_esr").rglob("*.pxd")))
    made = len(list(package.rglob("*.so")))
    if compiled and made < typed:
        raise CheckoutError(
            f"building {source.label} failed: {made} of {typed} modules were compiled; "
            "expected a C compiler and Cython (`make setup-dev`; Debian: apt install build-essential python3-dev)"
        )


def _site_packages(folder: Path) -> Path:
    return next((folder / "venv" / "lib").glob("python*/site-packages"))


def _run(source: Source, command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> str:
    """What it printed. CheckoutError with its last lines when it fails."""
    around = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "HMS_ESR_CORE")}
    around |= dict(env or {})
    try:
        done = subprocess.run(
            command, cwd=folder, env=around, timeout=BUILD_LIMIT_S, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise CheckoutError(f"building {source.label} failed: not done after {BUILD_LIMIT_S} s") from None
    if done.returncode:
        last = "\n".join(f"  {line}" for line in done.stdout.strip().splitlines()[-LAST_LINES:])
        step = " ".join(Path(command[0]).name if not number else word for number, word in enumerate(command[:4]))
        raise CheckoutError(f"building {source.label} failed (`{step} …` ended with {done.returncode}):\n{last}")
    return done.stdout
