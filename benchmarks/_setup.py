"""Owns how a benchmark is asked to measure: rounds, tiny or full, lines of progress, which programs are there.

Knows nothing of what is measured.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from benchmarks._results import ROOT

TOOLS = ROOT / "build" / "bench" / "tools"
AUTOCANNON = "autocannon@8.0.0"
PACKAGES = {"nginx": "nginx", "hey": "hey", "wrk": "wrk", "openssl": "openssl", "node": "nodejs", "npm": "npm"}
"""Program → Debian package."""

Tiny = TypeVar("Tiny")


class LeftOut(Exception):
    """A benchmark cannot be carried out here; the text says what it needs."""


@dataclass
class Setup:
    """``rounds`` of each measure that is repeated; ``quick``: so small that figures mean nothing."""

    rounds: int = 3
    quick: bool = False
    left_out: list[str] = field(default_factory=list)
    _began_at: float = field(default_factory=perf_counter)

    def size(self, full: Tiny, tiny: Tiny) -> Tiny:
        """``tiny`` when all is to be quick."""
        return tiny if self.quick else full

    def say(self, text: str) -> None:
        """A line of progress, with the seconds since the start."""
        print(f"  {perf_counter() - self._began_at:5.0f} s  {text}", file=sys.stderr, flush=True)

    def turns(self, sides: Sequence[str], rounds: int = 0) -> Iterator[str]:
        """Each side once a round, every second round in reverse, so that a slow minute hits all alike."""
        rounds = min(rounds or self.rounds, self.rounds)
        for turn in range(rounds):
            for side in sides[:: 1 if turn % 2 == 0 else -1]:
                self.say(f"round {turn + 1} of {rounds}: {side}")
                yield side

    def needs(self, *programs: str) -> None:
        """LeftOut when one of them is not installed."""
        missing = [program for program in programs if shutil.which(program) is None]
        if missing:
            packages = " ".join(PACKAGES[program] for program in missing)
            raise LeftOut(f"needs {', '.join(missing)} (Debian: apt install {packages})")

    def has(self, program: str) -> bool:
        """Whether a peer is installed; one that is not is named on the page."""
        if shutil.which(program):
            return True
        self._leave_out(f"{program} (needs the Debian package {PACKAGES[program]})")
        return False

    def autocannon(self) -> Path | None:
        """autocannon's script, installed below ``build/`` when it is not there; None when npm cannot bring it."""
        script = TOOLS / "node_modules" / "autocannon" / "autocannon.js"
        if not (shutil.which("node") and shutil.which("npm")):
            self._leave_out("autocannon (needs the Debian packages nodejs and npm)")
            return None
        if not script.exists() and not self.quick:
            self.say(f"installing {AUTOCANNON} below build/")
            TOOLS.mkdir(parents=True, exist_ok=True)
            command = ["npm", "install", "--prefix", str(TOOLS), "--no-audit", "--no-fund", "--silent", AUTOCANNON]
            with suppress(subprocess.SubprocessError, OSError):
                subprocess.run(command, check=True, capture_output=True, timeout=60)
        if script.exists():
            return script
        self._leave_out(f"autocannon (not installed by `npm install --prefix build/bench/tools {AUTOCANNON}`)")
        return None

    def _leave_out(self, text: str) -> None:
        if text not in self.left_out:
            self.left_out.append(text)
            self.say(f"left out: {text}")
