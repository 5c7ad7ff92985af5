"""Owns where points go: address, organization, bucket, token, and how long a run waits at its end.

Knows nothing of command lines. The token is never shown, not even by ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from hms_esr.errors import BadInput, Problem

BUCKET = "esr"
WAIT_S = 30.0
SPOOL_BYTES = 1024**3


@dataclass(frozen=True)
class InfluxConnection:
    """One bucket of one server. ``org`` may be empty (InfluxDB 1.8 and 3 know none), ``token`` too (1.8 without)."""

    url: str
    org: str = ""
    bucket: str = BUCKET
    token: str = field(default="", repr=False)
    wait_s: float = WAIT_S
    """Real seconds for what is left when the run is over."""
    spool_bytes: int = SPOOL_BYTES
    """The most that may wait on disk; what comes then is counted as lost (and can be sent again from the record)."""

    def as_json(self) -> dict[str, Any]:
        """For a pipe to a process of our own; holds the token."""
        return asdict(self)

    @property
    def place(self) -> str:
        """``http://host:8086 bucket esr``, as messages name it."""
        return f"{self.url} bucket {self.bucket}"


def read_connection(given: Mapping[str, Any], source: str) -> InfluxConnection:
    """A connection from its parts; BadInput names ``source`` and what is wrong."""
    url = str(given.get("url") or "").strip().rstrip("/")
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_one = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_one:
        text = f"{url!r} is no address of an InfluxDB; allowed: http://HOST:PORT or https://HOST, such as http://127.0.0.1:8086"
        raise BadInput([Problem(source, 0, 0, text)])
    if parts.username or parts.password or parts.query or parts.fragment:
        text = "the address holds more than host, port and path; the token goes by INFLUX_TOKEN or --influx-token-file"
        raise BadInput([Problem(source, 0, 0, text)])
    token = str(given.get("token") or "").strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise BadInput([Problem(source, 0, 0, "the token holds letters that no token has; it is one line of ASCII")])
    bucket = str(given.get("bucket") or BUCKET).strip()
    org = str(given.get("org") or "").strip()
    more = {name: given[name] for name in ("wait_s", "spool_bytes") if given.get(name) is not None}
    return InfluxConnection(url, org, bucket, token, **more)
