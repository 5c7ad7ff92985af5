"""Owns how the load generators that are programs of their own are called, and their versions.

Knows nothing of what is measured.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path


def hey(url: str, connections: int, length_s: float) -> list[str]:
    """hey: so many workers, each with a kept connection, for so long."""
    return ["hey", "-z", f"{length_s:g}s", "-c", str(connections), "-cpus", "1", url]


def wrk(url: str, connections: int, length_s: float) -> list[str]:
    """wrk with one thread."""
    return ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(length_s))}s", url]


def autocannon(script: Path, url: str, connections: int, length_s: float) -> list[str]:
    """autocannon by Node, without workers."""
    return ["node", str(script), "-c", str(connections), "-d", str(max(1, round(length_s))), "--no-progress", url]


def versions(names: Iterable[str]) -> dict[str, str]:
    """Versions of those of them that were measured, as they or Debian say."""
    found = {}
    for name in names:
        if name == "wrk":
            said = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False)
            match = re.search(r"wrk \S*?(\d[\d.]*\d)", said.stdout + said.stderr)
            found[name] = match[1] if match else "?"
        elif name == "hey":
            found[name] = _of_debian("hey")
        elif name == "autocannon":
            said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
            found["Node"] = said.stdout.strip().removeprefix("v")
    return found


def _of_debian(package: str) -> str:
    try:
        command = ["dpkg-query", "-W", "-f=${Version}", package]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.partition("-")[0]
    except (OSError, subprocess.CalledProcessError):
        return "?"
