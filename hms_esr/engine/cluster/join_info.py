"""Owns how workers of other machines find a master: where it listens, what they must have, the line to type.

Knows nothing of sockets. The line holds no secret.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field

from hms_esr.errors import BadInput, Problem

SHORTEST_SECRET = 16
_LINE = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^\s/\[\]:]+):(?P<port>\d{1,5})(/(?P<run>[A-Za-z0-9_.-]+))?")
_PLACE = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^\s/\[\]:]+):(?P<port>\d{1,5})")


@dataclass(frozen=True)
class JoinInfo:
    """A master that waits for workers: ``expect`` of them, ``wait_s`` real seconds at most. Port 0: any free one."""

    secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    expect: int = 1
    wait_s: float = 60.0

    def line(self, port: int, run_id: str) -> str:
        """What to join, for :func:`read_line`."""
        host = socket.gethostname() if self.host in ("*", "0.0.0.0", "[::]") else self.host
        return f"{host}:{port}/{run_id}"


def read_line(text: str) -> tuple[str, int, str]:
    """(host, port, run id) of a join line; the id is empty for whichever run is there. BadInput when it is none."""
    found = _LINE.fullmatch(text.strip())
    if found is None or not 0 < int(found["port"]) < 65_536:
        raise BadInput([Problem("worker", 0, 0, f"'{text[:80]}' is no join line; it is HOST:PORT/RUN, or HOST:PORT")])
    return found["host"].strip("[]"), int(found["port"]), found["run"] or ""


def read_place(text: str) -> tuple[str, int]:
    """(host, port) of ``--bind``; BadInput when it is none."""
    found = _PLACE.fullmatch(text.strip())
    if found is None or int(found["port"]) > 65_535:
        raise BadInput([Problem("--bind", 0, 0, f"'{text[:80]}' is no HOST:PORT such as 127.0.0.1:5557")])
    return found["host"], int(found["port"])


def check_secret(text: str, source: str) -> str:
    """The secret in a file's text; BadInput when it is too short to be one."""
    secret = text.strip()
    if len(secret) < SHORTEST_SECRET:
        raise BadInput([Problem(source, 0, 0, f"a cluster's secret has {SHORTEST_SECRET} characters or more")])
    return secret
