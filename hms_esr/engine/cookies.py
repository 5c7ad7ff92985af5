"""Owns a person's cookies (RFC 6265): what is kept from Set-Cookie, what is sent where.

Knows nothing of requests; the time is handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from hms_esr.engine.client_address import Address, Origin

_MOST = 200
_LONGEST = 4096
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(slots=True)
class Cookie:
    """One cookie. ``ends_s`` is a Unix time, infinity for a session cookie; ``exact`` means this host alone."""

    name: str
    value: str
    domain: str
    path: str
    exact: bool
    secure: bool
    ends_s: float


class CookieJar:
    """Cookies of one person. Until a server sets one it costs nothing but itself."""

    __slots__ = ("_cookies", "_lines", "_plain")

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], Cookie] = {}
        self._lines: dict[str, bytes] = {}
        self._plain = True

    def __len__(self) -> int:
        return len(self._cookies)

    def line(self, address: Address, now_s: float) -> bytes:
        """``Cookie: a=1; b=2\\r\\n`` for a request to ``address``, or nothing."""
        if not self._cookies:
            return b""
        origin = address.origin
        if self._plain:
            known = self._lines.get(origin.text)
            if known is not None:
                return known
        fit = [cookie for cookie in self._cookies.values() if _fits(cookie, origin, address.path, now_s)]
        fit.sort(key=lambda cookie: -len(cookie.path))
        pairs = "; ".join(f"{cookie.name}={cookie.value}" if cookie.name else cookie.value for cookie in fit)
        line = f"Cookie: {pairs}\r\n".encode("latin-1") if pairs else b""
        if self._plain:
            self._lines[origin.text] = line
        return line

    def take(self, values: list[str], address: Address, now_s: float) -> None:
        """Keep what ``Set-Cookie`` values of an answer from ``address`` ask for; wrong ones are left out."""
        for value in values:
            cookie = read_cookie(value, address, now_s)
            if cookie is None:
                continue
            key = (cookie.domain, cookie.path, cookie.name)
            if cookie.ends_s <= now_s:
                self._cookies.pop(key, None)
            elif key in self._cookies or len(self._cookies) < _MOST:
                self._cookies[key] = cookie
        self._lines.clear()
        self._plain = all(one.path == "/" and one.ends_s == float("inf") for one in self._cookies.values())

    def items(self) -> list[Cookie]:
        """Every cookie, in the order first set."""
        return list(self._cookies.values())


def read_cookie(text: str, address: Address, now_s: float) -> Cookie | None:
    """The cookie a ``Set-Cookie`` value means (RFC 6265 section 5.2 and 5.3); None when it must be ignored."""
    pair, _, rest = text.partition(";")
    name, mark, value = pair.partition("=")
    if not mark:
        name, value = "", pair
    name, value = name.strip(" \t"), value.strip(" \t")
    if not (name or value) or len(name) + len(value) > _LONGEST or _CONTROL.search(name + value):
        return None
    marks = _attributes(rest)
    host = address.origin.host
    domain = marks.get("domain", "").lstrip(".").lower()
    if domain == host or not domain:
        exact = not domain or not _may_cover(domain)
        domain = host
    elif _may_cover(domain) and host.endswith("." + domain) and not host.replace(".", "").isdigit():
        exact = False
    else:
        return None
    path = marks.get("path", "")
    cookie = Cookie(
        name,
        value,
        domain,
        path if path.startswith("/") else _default_path(address.path),
        exact,
        "secure" in marks,
        _ends_s(marks, now_s),
    )
    return cookie if _prefix_kept(cookie, marks, address.origin) else None


def _attributes(text: str) -> dict[str, str]:
    marks = {}
    for part in text.split(";"):
        key, _, value = part.partition("=")
        marks[key.strip(" \t").lower()] = value.strip(" \t")
    return marks


def _may_cover(domain: str) -> bool:
    """Whether a cookie may be for a domain and all below it: not for ``gov`` or an IP address."""
    return "." in domain and ":" not in domain and not domain.replace(".", "").isdigit()


def _prefix_kept(cookie: Cookie, marks: dict[str, str], origin: Origin) -> bool:
    if cookie.secure and not origin.trusted:
        return False
    if cookie.name.startswith("__Host-"):
        return cookie.secure and cookie.exact and cookie.path == "/" and not marks.get("domain")
    return cookie.secure or not cookie.name.startswith("__Secure-")


def _ends_s(marks: dict[str, str], now_s: float) -> float:
    age = marks.get("max-age", "")
    if age.lstrip("-").isdigit() and age.isascii():
        return now_s + int(age[:15]) if int(age[:15]) > 0 else float("-inf")
    if "expires" in marks:
        try:
            return parsedate_to_datetime(marks["expires"].replace("-", " ")).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            return float("inf")
    return float("inf")


def _default_path(path: str) -> str:
    return path[: path.rfind("/")] or "/"


def _fits(cookie: Cookie, origin: Origin, path: str, now_s: float) -> bool:
    if cookie.ends_s <= now_s or (cookie.secure and not origin.trusted):
        return False
    host = origin.host
    if host != cookie.domain and (cookie.exact or not host.endswith("." + cookie.domain)):
        return False
    at = cookie.path
    return path == at or (path.startswith(at) and (at.endswith("/") or path[len(at)] == "/"))
