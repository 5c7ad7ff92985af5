"""Owns what is put in the place of secrets before anything is written.

Knows nothing of where secrets come from or of files.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from hms_esr import formatting

MASKED = "***"
SHORTEST = 4
"""Characters a secret needs to be told from ordinary text; shorter ones are not looked for."""


_IN_URLS = "/?&=%!$'()*+,;:@-._~[]"
"""What an address keeps as it is when the rest is percent-encoded."""
_ENCODED = re.compile("%[0-9A-F]{2}")


def spellings(secret: str) -> frozenset[str]:
    """``secret`` as it is, as addresses and forms carry it, in JSON, in HTML, quoted, and in an error's message."""
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret), quote(secret, safe=_IN_URLS)}
    lower = {_ENCODED.sub(lambda found: found[0].lower(), one) for one in encoded}
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    in_html = {html.escape(secret), html.escape(secret, quote=False), html.escape(secret).replace("&#x27;", "&#39;")}
    without_numbers = formatting.mask(secret)
    in_errors = {without_numbers} if len(without_numbers.replace("#", "")) >= SHORTEST else set[str]()
    return frozenset({secret, *encoded, *lower, *in_json, *in_html, *in_errors, repr(secret)[1:-1]})


def _every(secrets: Collection[str], shortest: int) -> Iterator[str]:
    for secret in secrets:
        if len(secret) >= shortest:
            yield from spellings(secret)


class Mask:
    """Replaces every occurrence of every secret, however it is spelled; longer ones first, so that no rest is left.

    Those under ``shortest`` characters are not looked for; 1 where a person would rather see too little.
    """

    def __init__(self, secrets: Collection[str] = (), *, shortest: int = SHORTEST) -> None:
        self._secrets = sorted(set(_every(secrets, max(1, shortest))), key=lambda one: (-len(one), one))

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASKED)
        return text

    def whole(self, value: Any, key: str = "") -> Any:
        """The same for every text in mappings and lists; keys, and names under ``name``, stay as they are."""
        if isinstance(value, str):
            return value if key == "name" else self.text(value)
        if isinstance(value, Mapping):
            return {inner: self.whole(one, str(inner)) for inner, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.whole(one) for one in value]
        return value
