"""Owns how a tick's text lies in the record: deflated, so that a long run stays small, and back without losing a sign.

Knows nothing of what the text says. Records of the first version hold the text as it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

LEVEL = 1
"""A tenth larger than the best, for half the time: the master packs while a run goes on."""
MOST_BYTES = 2**28
"""A text that would be longer is refused: a record may come from anybody."""


def packed(pieces: Iterable[str]) -> bytes:
    """A text as zlib's bytes (RFC 1950); it may come in pieces, each is deflated as it comes."""
    deflating = zlib.compressobj(LEVEL)
    return b"".join([*(deflating.compress(piece.encode()) for piece in pieces), deflating.flush()])


def plain(body: str | bytes) -> str:
    """The reverse of :func:`packed`; text stays as it is. ValueError when it is neither."""
    if isinstance(body, str):
        return body
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise ValueError(f"a second is damaged: {error}") from None
    if not inflating.eof:
        raise ValueError("a second is cut off, or far too long")
    return text.decode()
