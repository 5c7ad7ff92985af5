"""Owns header lines: how they are written, what a person always sends, and which are for one origin's eyes.

Knows nothing of requests or of where they go.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Mapping

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_WRONG_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OURS = frozenset(("host", "content-length", "transfer-encoding", "connection", "cookie"))
_PRIVATE = re.compile("auth|cookie|token|secret|passw|credential|session|api-?key|access-?key|signature", re.IGNORECASE)


def header_lines(headers: Mapping[str, str]) -> bytes:
    """``Name: value`` lines for headers; ValueError names one that would break the request or is the client's own."""
    lines = []
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or name.lower() in _OURS:
            raise ValueError(
                f"the header '{name}' cannot be set; allowed are names other than {', '.join(sorted(_OURS))}"
            )
        if _WRONG_VALUE.search(value):
            raise ValueError(f"the value of the header '{name}' has a line end or a control character")
        lines.append(f"{name}: {value.strip()}\r\n")
    return "".join(lines).encode()


def person_head(user_agent: str, extra: Mapping[str, str] | None = None, contact: str = "") -> bytes:
    """Header lines that stay the same for a person: ``Accept``s, User-Agent ending with ``HMS-ESR``, ``extra``.

    A header in ``extra`` replaces ours of the same name, but for the end of the User-Agent. ValueError as
    :func:`header_lines`.
    """
    given = {name.lower(): (name, value) for name, value in (extra or {}).items()}
    agent = given.pop("user-agent", ("", user_agent))[1]
    mark = f"HMS-ESR (+{contact})" if contact else "HMS-ESR"
    headers = {
        "user-agent": ("User-Agent", f"{agent} {mark}".strip()),
        "accept": ("Accept", "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"),
        "accept-encoding": ("Accept-Encoding", "gzip, deflate, br"),
    }
    return header_lines(dict((headers | given).values()))


def basic(user_and_password: str) -> str:
    """The value of ``Authorization`` for ``name:password`` (RFC 7617)."""
    return "Basic " + b64encode(user_and_password.encode()).decode()


def is_private(name: str, value: str, secrets: Collection[str] = ()) -> bool:
    """Whether a header is for one origin's eyes: its name says so, or one of ``secrets`` is in its value."""
    return _PRIVATE.search(name) is not None or any(secret in value for secret in secrets if secret)


def private_names(headers: Mapping[str, str], secrets: Collection[str] = ()) -> frozenset[str]:
    """Lower-case names of those of ``headers`` that another origin must not see."""
    return frozenset(name.lower() for name, value in headers.items() if is_private(name, value, secrets))
