"""Owns how hosts are written and what kind of place an address is: loopback, private, public, forbidden.

Knows nothing of permissions, resolvers or connections.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Literal, NamedTuple

Kind = Literal["loopback", "private", "public", "forbidden"]
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORT = {"http": 80, "https": 443}

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\\]*)(.*)", re.DOTALL)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
)


class HostPort(NamedTuple):
    """A host as :func:`host_name` writes it, and a port; ``port`` None where any port is meant."""

    host: str
    port: int | None

    def __str__(self) -> str:
        """``host:port``, an IPv6 address in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


def host_name(text: str) -> str:
    """One spelling for all of a host's: lower case, no final dot, IDNA, ``0x7f.1`` → ``127.0.0.1``, IPv6 compressed.

    An IPv4 address mapped into IPv6 becomes the IPv4 address. Raises ValueError for what is no host (WHATWG URL,
    "host parsing"; RFC 5891, RFC 4291).
    """
    if text.startswith("["):
        return _ipv6(text)
    if ":" in text:
        return _ipv6(f"[{text}]")
    name = text.removesuffix(".")
    try:
        name = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError(f"{text!r} is not a host name") from None
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(labels, text)
    if not name or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{text!r} is not a host name")
    return name


def _ipv6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text[1:-1] if text.endswith("]") else "")
    except ValueError:
        raise ValueError(f"{text!r} is not an IPv6 address") from None
    if address.scope_id:
        raise ValueError(f"{text!r} has a zone; addresses with a zone are link-local and refused")
    return str(address.ipv4_mapped or address)


def _ipv4(labels: list[str], text: str) -> str:
    """Dotted form of one to four decimal, octal or hexadecimal numbers, the last filling what is left."""
    numbers = [_number(label, text) for label in labels]
    *high, last = numbers
    if len(numbers) > 4 or any(number > 255 for number in high) or last >= 256 ** (5 - len(numbers)):
        raise ValueError(f"{text!r} is not an IPv4 address")
    value = last + sum(number << (8 * (3 - place)) for place, number in enumerate(high))
    return str(ipaddress.IPv4Address(value))


def _number(label: str, text: str) -> int:
    if not _NUMBER.fullmatch(label):
        raise ValueError(f"{text!r} is not an IPv4 address")
    try:
        if label.startswith("0x"):
            return int(label[2:] or "0", 16)
        return int(label, 8 if len(label) > 1 and label.startswith("0") else 10)
    except ValueError:
        raise ValueError(f"{text!r} is not an IPv4 address") from None


def host_port(text: str) -> HostPort:
    """``HOST``, ``HOST:PORT``, ``[::1]:9800`` or the same with ``http(s)://`` before it (then the port is known).

    Raises ValueError with what was found and what is allowed.
    """
    if "://" in text:
        scheme, place, _ = split_url(text)
        return place if place.port is not None else HostPort(place.host, DEFAULT_PORT[scheme])
    if text.count(":") > 1 and not text.startswith("["):
        return HostPort(_ipv6(f"[{text}]"), None)
    return _authority(text)


def split_url(url: str) -> tuple[str, HostPort, str]:
    """Scheme (http or https), host with port, and the rest from the path on; ValueError says what is wrong.

    A user name in the address is refused: it hides where a request goes.
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError(f"{url!r} is not an address such as http://127.0.0.1:8000/apply")
    scheme = match[1].lower()
    if scheme not in DEFAULT_PORT:
        raise ValueError(f"{url!r} has the scheme '{scheme}'; only http and https are carried")
    if "@" in match[2]:
        raise ValueError("an address with a user name in it is refused; write http: {basic: name:password}")
    return scheme, _authority(match[2]), match[3]


def _authority(text: str) -> HostPort:
    match = _AUTHORITY.fullmatch(text.strip())
    if match is None or not match[1]:
        raise ValueError(f"{text!r} is not HOST or HOST:PORT")
    port = int(match[2]) if match[2] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(f"{text!r} has the port {port}; 1 to 65535 are allowed")
    return HostPort(host_name(match[1]), port)


def is_localhost(host: str) -> bool:
    """Whether a name, as :func:`host_name` writes it, always means this machine (RFC 6761 section 6.3)."""
    return host == "localhost" or host.endswith(".localhost")


def is_this_machine(host: str) -> bool:
    """Whether a host, as :func:`host_name` writes it, is a loopback name or address."""
    is_ip = ":" in host or host.replace(".", "").isdigit()
    return is_localhost(host) or (is_ip and kind_of(host) == "loopback")


def kind_of(ip: str) -> Kind:
    """What kind of place an IP address is. Forbidden: link-local, metadata, unspecified, multicast, reserved."""
    address = ipaddress.ip_address(ip)
    kinds = {_kind(one) for one in _meant(address)}
    for kind in ("forbidden", "private", "public"):
        if kind in kinds:
            return kind
    return "loopback"


def _meant(address: Ip) -> list[Ip]:
    """The address and, for one that carries an IPv4 address through a tunnel, that one instead."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inner = address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return [address] if inner is None else [inner]


def _kind(address: Ip) -> Kind:
    if address.is_link_local or address.is_unspecified or address.is_multicast or address in _METADATA:
        return "forbidden"
    if address.is_loopback:
        return "loopback"
    if isinstance(address, ipaddress.IPv4Address) and (
        address.is_reserved or address in ipaddress.ip_network("0.0.0.0/8")
    ):
        return "forbidden"
    return "public" if address.is_global else "private"
