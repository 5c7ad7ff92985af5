"""Owns a person's cookies (RFC 6265): what is kept from Set-Cookie, what is sent where.

Knows nothing of requests; the time is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from hms_esr.http.url import Address, Origin

_MOST = 200
_NEVER = float("inf")
_LONGEST = 4096
_LONGEST_KEPT = 512
_LONGEST_S = 400 * 86400
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_AGE = re.compile(r"-?[0-9]{1,300}")
_BETWEEN = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?", re.ASCII | re.DOTALL)
_DAY = re.compile(r"(\d{1,2})(?:\D.*)?", re.ASCII | re.DOTALL)
_YEAR = re.compile(r"(\d{2,4})(?:\D.*)?", re.ASCII | re.DOTALL)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


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

    __slots__ = ("_cookies", "_lines", "_plain", "some")

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], Cookie] = {}
        self._lines: dict[str, bytes] = {}
        self._plain = True
        self.some = False
        """Whether there are any."""

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
        if len(fit) > 1:
            fit.sort(key=_longest_path_first)
        pairs = "; ".join([f"{cookie.name}={cookie.value}" if cookie.name else cookie.value for cookie in fit])
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
                continue
            if key not in self._cookies and len(self._cookies) >= _MOST:
                del self._cookies[next(iter(self._cookies))]
            self._cookies[key] = cookie
        self._lines.clear()
        self.some = bool(self._cookies)
        self._plain = True
        for one in self._cookies.values():
            if one.path != "/" or one.ends_s != _NEVER:
                self._plain = False

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
    origin = address.origin
    terms = (_terms if len(rest) <= _LONGEST_KEPT else _terms.__wrapped__)(rest, origin.host)
    if terms is None:
        return None
    domain, path, exact, secure, marks = terms
    cookie = Cookie(name, value, domain, path or _default_path(address.path), exact, secure, _ends_s(marks, now_s))
    if not secure and not name.startswith("__"):
        return cookie
    return cookie if _prefix_kept(cookie, marks, origin) else None


@lru_cache(maxsize=1024)
def _terms(text: str, host: str) -> tuple[str, str, bool, bool, Mapping[str, str]] | None:
    """Domain, path (empty: the default one), whether for this host alone, whether secure, and all attributes."""
    marks = _attributes(text)
    domain = marks.get("domain", "").lstrip(".").lower()
    if domain == host or not domain:
        exact = not domain or not _may_cover(domain)
        domain = host
    elif _may_cover(domain) and host.endswith("." + domain) and not host.replace(".", "").isdigit():
        exact = False
    else:
        return None
    path = marks.get("path", "")
    return domain, path if path.startswith("/") else "", exact, "secure" in marks, marks


def _attributes(text: str) -> Mapping[str, str]:
    marks = {}
    for part in text.split(";"):
        key, _, value = part.partition("=")
        marks[key.strip(" \t").lower()] = value.strip(" \t")
    return marks


def _may_cover(domain: str) -> bool:
    """Whether a cookie may be for a domain and all below it: not for ``gov`` or an IP address."""
    return "." in domain and ":" not in domain and not domain.replace(".", "").isdigit()


def _prefix_kept(cookie: Cookie, marks: Mapping[str, str], origin: Origin) -> bool:
    if cookie.secure and not origin.trusted:
        return False
    if cookie.name.startswith("__Host-"):
        return cookie.secure and cookie.exact and cookie.path == "/" and not marks.get("domain")
    return cookie.secure or not cookie.name.startswith("__Secure-")


def _ends_s(marks: Mapping[str, str], now_s: float) -> float:
    if "max-age" not in marks and "expires" not in marks:
        return _NEVER
    age = marks.get("max-age", "")
    if _AGE.fullmatch(age):
        ahead_s = int(age)
        return now_s + min(ahead_s, _LONGEST_S) if ahead_s > 0 else float("-inf")
    return date_s(marks.get("expires", ""))


def date_s(text: str) -> float:
    """The Unix time a cookie's date means (RFC 6265 section 5.1.1, always UTC); infinity when it is none."""
    time: tuple[int, int, int] | None = None
    day = month = year = None
    for token in _BETWEEN.split(text):
        if time is None and (match := _TIME.fullmatch(token)):
            time = int(match[1]), int(match[2]), int(match[3])
        elif day is None and (match := _DAY.fullmatch(token)):
            day = int(match[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (match := _YEAR.fullmatch(token)):
            year = int(match[1])
    if time is None or day is None or month is None or year is None:
        return float("inf")
    if year < 100:
        year += 1900 if year >= 70 else 2000
    try:
        return datetime(year, month, day, *time, 0, UTC).timestamp() if year >= 1601 else float("inf")
    except ValueError:
        return float("inf")


def _longest_path_first(cookie: Cookie) -> int:
    return -len(cookie.path)


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
