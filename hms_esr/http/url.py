"""Owns addresses as the client needs them: origin and request target, parsed once and kept.

Knows nothing of who may be contacted; that is the guard's.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin

from hms_esr.errors import StepFailed
from hms_esr.http.character_sets import encoded_text, written_in
from hms_esr.http.json_text import whole_characters
from hms_esr.scenario.hosts import DEFAULT_PORT, HostPort, is_this_machine, split_url

_CLEAN = re.compile(r"[!$-;=?-Z_a-z~\[\]]*")
_SPLIT = re.compile(r"([Hh][Tt][Tt][Pp][Ss]?://[^/?#\\\s]*)([^#\s\\]*)(?:#.*)?")
_KEPT_MOST = 4096
_KEPT_LONGEST = 1024
_WHITE = dict.fromkeys(map(ord, "\t\r\n"))


class Origin:
    """Scheme, host and port of an address, with the texts made from them.

    ``trusted``: over TLS, or this machine; browsers keep and send Secure cookies there.
    """

    __slots__ = ("host", "host_line", "origin_line", "port", "referer", "scheme", "secure", "text", "trusted")

    def __init__(self, scheme: str, place: HostPort) -> None:
        self.scheme = scheme
        self.host = place.host
        self.port = place.port or DEFAULT_PORT[scheme]
        self.secure = scheme == "https"
        self.trusted = self.secure or is_this_machine(place.host)
        shown = HostPort(place.host, None if self.port == DEFAULT_PORT[scheme] else self.port)
        self.text = f"{scheme}://{shown}"
        self.host_line = f" HTTP/1.1\r\nHost: {shown}\r\n".encode()
        self.origin_line = f"Origin: {self.text}\r\n".encode()
        self.referer = f"Referer: {self.text}/\r\n".encode()


class Address:
    """Where a request goes: an origin and a target (path and query, percent-encoded)."""

    __slots__ = ("_first_lines", "origin", "path", "target", "url")

    def __init__(self, origin: Origin, target: str) -> None:
        self.origin = origin
        self.target = target
        self.url = origin.text + target
        """The whole address, without a fragment."""
        self.path = target.partition("?")[0]
        """The path alone."""
        self._first_lines: dict[str, bytes] = {}

    @property
    def own_referer(self) -> bytes:
        """Referer for requests to the same origin."""
        return b"Referer: " + self.url.encode() + b"\r\n"

    def first_lines(self, method: str) -> bytes:
        """Request line and Host."""
        lines = self._first_lines.get(method)
        if lines is None:
            lines = self._first_lines[method] = f"{method} {self.target}".encode() + self.origin.host_line
        return lines


class Addresses:
    """What one run has read of addresses: each text is parsed once, and kept while there is room.

    One origin is one object, so ``is`` compares origins of the same run.
    """

    __slots__ = ("_addresses", "_joined", "_origins")

    def __init__(self) -> None:
        self._origins: dict[str, Origin] = {}
        self._addresses: dict[str, Address] = {}
        self._joined: dict[tuple[str, str], Address] = {}

    def origin(self, text: str) -> Origin:
        """The origin written ``http://host:port``; StepFailed("refused") when it is none that can be carried."""
        known = self._origins.get(text)
        if known is None:
            try:
                scheme, place, _ = split_url(text)
            except ValueError as error:
                raise StepFailed("refused", str(error)) from None
            made = Origin(scheme, place)
            if len(self._origins) >= _KEPT_MOST:
                self._origins.clear()
            known = self._origins.setdefault(made.text, made)
            self._origins[text] = known
        return known

    def parse(self, text: str) -> Address:
        """The address meant by an absolute URL; StepFailed("refused") when it is not http or https."""
        known = self._addresses.get(text)
        if known is None:
            match = _SPLIT.fullmatch(text)
            if match is None:
                match = _SPLIT.fullmatch(_tidied(text))
            if match is None:
                raise StepFailed("refused", f"{text[:100]!r} is not an http or https address")
            known = Address(self.origin(match[1]), target_of(match[2]))
            if len(self._addresses) >= _KEPT_MOST:
                self._addresses.clear()
            if len(text) <= _KEPT_LONGEST:
                self._addresses[text] = known
        return known

    def join(self, base: str, reference: str) -> Address:
        """The address meant by ``reference`` on the page ``base`` (RFC 3986 section 5); ``base`` may be empty.

        StepFailed("refused") when it is none that can be carried.
        """
        known = self._joined.get((base, reference))
        if known is None:
            known = self._join(base, reference)
            if len(self._joined) >= _KEPT_MOST:
                self._joined.clear()
            if len(base) + len(reference) <= _KEPT_LONGEST:
                self._joined[base, reference] = known
        return known

    def _join(self, base: str, reference: str) -> Address:
        if reference.startswith("/") and not reference.startswith(("//", "/\\")) and base:
            if "#" in reference or "/." in reference:
                return self.parse(_url_joined(base, reference))
            return self.parse(self.parse(base).origin.text + reference)
        if reference[:4].lower() == "http" or not base:
            return self.parse(reference)
        return self.parse(_url_joined(base, reference.strip().translate(_WHITE).replace("\\", "/")))


def origin_of(text: str) -> Origin:
    """:meth:`Addresses.origin` for whoever asks once."""
    return Addresses().origin(text)


def parse(text: str) -> Address:
    """:meth:`Addresses.parse` for whoever asks once."""
    return Addresses().parse(text)


def join(base: str, reference: str) -> Address:
    """:meth:`Addresses.join` for whoever asks once."""
    return Addresses().join(base, reference)


def target_of(text: str) -> str:
    """Path and query ready for a request line: starts with ``/``, everything unusual percent-encoded."""
    if not text.startswith("/"):
        text = "/" + text
    if _CLEAN.fullmatch(text):
        return text
    return quote(whole_characters(text), safe="/?&=%!$'()*+,;:@-._~[]")


def _tidied(text: str) -> str:
    """As browsers read it: no surrounding space, no tabs or line ends, back slashes are slashes, spaces encoded."""
    text = text.strip().translate(_WHITE)
    before, mark, query = text.partition("?")
    return (before.replace("\\", "/") + mark + query.replace("\\", "%5C")).replace(" ", "%20")


def in_charset(reference: str, charset: str) -> str:
    """A reference of a page in ``charset``: what its query has beyond ASCII is percent-encoded in that encoding."""
    if charset == "utf-8" or reference.isascii():
        return reference
    written, mark, fragment = reference.partition("#")
    path, asked, query = written.partition("?")
    if not query or query.isascii():
        return reference
    letters = [one if one.isascii() else quote(encoded_text(one, written_in(charset)), safe="") for one in _runs(query)]
    return f"{path}{asked}{''.join(letters)}{mark}{fragment}"


def _runs(text: str) -> list[str]:
    """``text`` in runs of ASCII and of other letters."""
    return re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", text)


def _url_joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        raise StepFailed("refused", f"{reference[:100]!r} is not an http or https address") from None
