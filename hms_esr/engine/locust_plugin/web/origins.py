"""Owns who may speak with the web UI: no page of another site, and on this machine no other name than this machine's.

Knows nothing of what is asked for.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import request

_IPV4_HERE = re.compile(r"127(\.\d{1,3}){3}")
LOOPBACK = frozenset(["localhost", "127.0.0.1", "::1"])


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine alone. Empty and ``*`` are every address."""
    return host.strip("[]").lower() in LOOPBACK or _IPV4_HERE.fullmatch(host) is not None


def refusal(host: str, origin: str | None, fetch_site: str | None, method: str, *, bound_to: str) -> str:
    """Why a request is refused; empty when it is not. ``host`` and what follows are its headers (None: not sent).

    ``bound_to`` is where the web UI listens; ``fetch_site`` is ``Sec-Fetch-Site``.
    """
    name = urlsplit(f"//{host}").hostname or ""
    if is_loopback(bound_to) and not is_loopback(name):
        return f"this page is at {bound_to}, not at {name[:80] or 'an unnamed host'}"
    if origin is not None and (origin == "null" or urlsplit(origin).netloc.lower() != host.lower()):
        return "pages of other sites may not speak with this one"
    if origin is None and fetch_site == "cross-site" and method not in ("GET", "HEAD"):
        return "pages of other sites may not speak with this one"
    return ""


def refuse_others(app: Any, bound_to: str) -> None:
    """Answer 403 to requests of other sites' pages, whatever they ask for, before anything else looks at them."""

    def look() -> Any:
        headers = request.headers
        origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
        text = refusal(request.host, origin, site, request.method, bound_to=bound_to)
        return (text, 403) if text else None

    app.before_request_funcs.setdefault(None, []).insert(0, look)
