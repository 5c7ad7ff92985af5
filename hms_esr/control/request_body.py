"""Owns the reading of a request's body: at most so large, within a time, whatever its content type says.

Knows nothing of what is in it.
"""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from hms_esr.control.http_errors import Refused
from hms_esr.control.settings import MOST_BYTES

MOST_PASSED_OVER = 16 * MOST_BYTES
"""A body somewhat too large is read to its end, so that who sends it reads the answer; a larger one is cut off."""


async def read_body(request: Request, within_s: float) -> bytes:
    """The whole body. Refused: 413 over 1 MiB (by its own word or by count), 408 too slow, 400 broken off."""
    said = request.headers.get("content-length", "")
    length = int(said) if said.isascii() and said.isdigit() else 0
    asks_first = "100-continue" in request.headers.get("expect", "").lower()
    if length > MOST_PASSED_OVER or (length > MOST_BYTES and asks_first):
        raise _too_large()
    found, size = bytearray(), 0
    try:
        async with asyncio.timeout(within_s):
            async for part in request.stream():
                size += len(part)
                if size > MOST_PASSED_OVER:
                    break
                if size <= MOST_BYTES:
                    found += part
    except TimeoutError:
        raise Refused(408, f"the body did not arrive within {within_s:g} s", close=True) from None
    except ClientDisconnect:
        raise Refused(400, "the connection ended before the body did", close=True) from None
    if size > MOST_BYTES:
        raise _too_large()
    return bytes(found)


def _too_large() -> Refused:
    return Refused(413, f"a body has at most {MOST_BYTES:,} bytes (a scenario 262,144)", close=True)
