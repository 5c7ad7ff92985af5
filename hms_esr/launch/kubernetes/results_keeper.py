"""Owns a run's results inside its pod until they are fetched: waits, and packs them.

Knows nothing of the cluster. The run is in another container; only the port it listens on tells that it goes on.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import IO

_LISTENS = "0A"
_LOOK_S = 2.0
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def listens(port: int, tables: tuple[Path, ...] = TABLES) -> bool:
    """Whether somebody in this pod listens on ``port``, by the kernel's table: nobody is asked."""
    ending = f":{port:04X}"
    for table in tables:
        try:
            rows = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        if any(row.split()[1].endswith(ending) and row.split()[3] == _LISTENS for row in rows):
            return True
    return False


def keep(
    goes_on: Callable[[], bool],
    for_s: float,
    now_s: Callable[[], float] = monotonic,
    rest: Callable[[float], None] = sleep,
) -> None:
    """Return when the run has been over for ``for_s`` real seconds."""
    over_at_s = now_s()
    while now_s() - over_at_s < for_s:
        if goes_on():
            over_at_s = now_s()
        rest(_LOOK_S)


def hand_over(out: Path, to: IO[bytes]) -> None:
    """Everything in ``out`` but short ways (links) and what is hidden, as a tar."""
    with tarfile.open(fileobj=to, mode="w|") as tar:
        for path in sorted(out.iterdir()):
            if not path.is_symlink() and not path.name.startswith("."):
                tar.add(path, arcname=path.name)
