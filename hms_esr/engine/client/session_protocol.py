"""Owns what the engine asks of a person's HTTP client: one request, its redirects, one answer.

Knows nothing of sockets or parsers: any client that fits may stand behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from hms_esr.http.response import HttpAnswer

Stamp = Callable[[], tuple[bytes, float]]
"""Asked before each hop: header lines that change (``X-ESR-Sim-Time`` …), and the simulated seconds they tell."""

OnExchange = Callable[[HttpAnswer], None]
"""Told of each hop once, answered or not, before ``fetch`` returns or raises."""


class Session(Protocol):
    """A person's way to the target: cookies and connections live as long as the person."""

    def fetch(
        self,
        method: str,
        address: str,
        *,
        base: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        media_type: str = "",
        referer: str = "",
        timeout_s: float | None = None,
        patience_s: float | None = None,
        redirects: int = 10,
    ) -> HttpAnswer:
        """Send one request and follow its redirects; StepFailed when no whole answer came."""
        ...

    def close(self) -> None:
        """The person is over: let go of connections."""
        ...
