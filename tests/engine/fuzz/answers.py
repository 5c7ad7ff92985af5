"""Owns answers that no site should give and some do: heads, charsets, markup, cookies, Locations, JSON, all seeded.

Knows nothing of who reads them. Equal for an equal ``Random``.
"""

from __future__ import annotations

import gzip
import json
import zlib
from random import Random

import brotli

from tests.engine.fuzz.pages import ODD, attribute, odd_page, odd_text

CHARSETS = [
    "utf-8",
    "UTF8",
    "undefined",
    "utf-7",
    "utf-16",
    "utf-16le",
    "UTF-32",
    "idna",
    "punycode",
    "hex",
    "base64",
    "rot13",
    "zip",
    "bz2",
    "uu",
    "unicode_escape",
    "oem",
    "mbcs",
    "raw_unicode_escape",
    "string_escape",
    "latin1",
    "iso-8859-1",
    "windows-1252",
    "shift_jis",
    "Big5",
    "gb18030",
    "gbk",
    "euc-kr",
    "iso-2022-jp",
    "iso-2022-kr",
    "hz",
    "utf-8-sig",
    "cp65001",
    "koi8-r",
    "x-user-defined",
    "x-sjis",
    "replacement",
    "ascii",
    "none",
    "null",
    "0",
    "utf-8;q=1",
    "us-ascii",
    "cp037",
    "utf_8_sig",
    "macintosh",
    "x-mac-cyrillic",
    "iso-8859-8-i",
    "johab",
    "unicode-1-1-utf-8",
    "\x85",
    "²",
    "utf\x008",
]
MOMENTS = (
    "2026-03-02T10:00:00",
    "2026-03-02T10:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01",
    "2026-02-30T00:00:00",
    "2026-W09-1",
    "20260302T100000",
    "2026-03-02T10:00:00+24:00",
    "2026-03-02T10:00:00,5",
    "2026-03-02T24:00:00",
    "10000-01-01T00:00:00",
    "-2026-03-02",
    "today",
    "",
)
STATUSES = (
    200,
    200,
    200,
    200,
    200,
    200,
    200,
    201,
    204,
    301,
    302,
    303,
    307,
    308,
    304,
    400,
    401,
    404,
    413,
    422,
    429,
    500,
)
STATUSES += (503,)
_RARE_STATUSES = (100, 101, 206, 226, 299, 399, 599, 600, 999, 0)
LOCATIONS = (
    "/next",
    "",
    "//",
    "///",
    "http://",
    "http://[",
    "http://[::1",
    "http://[::1]:x/",
    "http://[fe80::1%25eth0]/",
    "http://127.1:0x50/",
    "http://127.0.0.1:99999/",
    "http://user:pw@127.0.0.1/",
    "http://" + "a" * 300 + ".test/",
    "http://xn--/",
    "http://xn--a\xff/",
    "http://..",
    "http://²/",
    "http://0x7f.1/",
    "https://127.0.0.1:1/",
    "javascript:alert(1)",
    "mailto:a@b.test",
    "data:,x",
    "?",
    "#",
    "\\\\host\\x",
    "/a b",
    "/%zz",
    "/\x80\xff",
    "/\u202e",
    "../../../..",
    "/" + "a/" * 2000,
    "http:/x",
    "http:x",
    "HTTP://LOCALHOST/",
    "/?a=1&b=\t",
    "/;a?b#c",
    "/caf\xc3\xa9",
    "ftp://127.0.0.1/",
    "http://1.2.3.4.5/",
    "http://4294967296/",
    "http://\u2024/",
)
_TYPES = (
    "text/html",
    "text/html",
    "text/html; charset={}",
    "text/html;charset={}",
    'text/html; charset="{}"',
    "application/json",
    "application/json; charset={}",
    "application/vnd.api+json",
    "text/plain; charset={}",
    "application/xhtml+xml; charset={}",
    "TEXT/HTML ;CHARSET = {}",
    "",
    ";",
    "text/html; charset=",
    "application/octet-stream",
    "multipart/mixed; boundary={}",
)


def odd_answer(chance: Random) -> list[bytes]:
    """One answer as the pieces that arrive; whoever sends it closes the connection afterwards, unless it is whole."""
    kind = chance.random()
    whole = _redirect(chance) if kind < 0.08 else _answer(chance)
    if chance.random() < 0.12:
        whole = _mutated(chance, whole)
    if chance.random() < 0.1 and len(whole) > 1:
        at = chance.randrange(1, len(whole))
        return [whole[:at], whole[at:]]
    return [whole]


def _answer(chance: Random) -> bytes:
    media_type = chance.choice(_TYPES).format(chance.choice(CHARSETS))
    if "json" in media_type or chance.random() < 0.05:
        body = odd_json(chance)
    elif chance.random() < 0.05:
        body = chance.randbytes(chance.randrange(200))
    else:
        body = odd_page(chance, CHARSETS)
    return _whole(chance, chance.choice(STATUSES), media_type, body)


def _redirect(chance: Random) -> bytes:
    where = chance.choice(LOCATIONS) if chance.random() < 0.8 else chance.choice(LOCATIONS) + odd_text(chance)
    status = chance.choice((301, 302, 303, 307, 308))
    return _whole(chance, status, "text/html", b"", [f"Location: {where}"])


def odd_json(chance: Random) -> bytes:
    """A status page or anything else that may call itself JSON."""
    roll = chance.random()
    if roll < 0.1:
        return chance.choice([b"", b"{", b"[" * 5000, b"nul", b"NaN", b"9" * 5000, b'"\\ud800"', b"\xff\xfe{\x00}\x00"])
    found = {
        "status": _odd_value(chance, ("decided", "DECIDED", "", "pending")),
        "decided_at": _odd_value(chance, MOMENTS),
        "status_url": _odd_value(chance, LOCATIONS),
        "error": _odd_value(chance, ODD),
        "id": _odd_value(chance, ODD),
        "items": [_odd_value(chance, ODD) for _ in range(chance.randrange(3))],
    }
    for key in list(found):
        if chance.random() < 0.3:
            del found[key]
    text = json.dumps(found, ensure_ascii=chance.random() < 0.7)
    encoding = chance.choice(("utf-8", "utf-8", "utf-8", "utf-16", "utf-32", "utf-8-sig"))
    return text.encode(encoding, "surrogatepass")


def _odd_value(chance: Random, usual: tuple[str, ...]) -> object:
    if chance.random() < 0.6:
        return chance.choice(usual)
    return chance.choice(
        [None, True, 0, -1, 1.5, 1e308, 10**400, [], {}, [[[]]], {"a": {"b": "c"}}, "\ud800", "x" * 9000]
    )


def _whole(chance: Random, status: int, media_type: str, body: bytes, more: list[str] | None = None) -> bytes:
    lines = [*(more or []), f"Content-Type: {media_type}"] if media_type else list(more or [])
    if chance.random() < 0.1:
        body, encoding = _encoded(chance, body)
        lines.append(f"Content-Encoding: {encoding}")
    for _ in range(chance.choice((0, 0, 1, 1, 2, 5))):
        lines.append(_odd_line(chance))
    chance.shuffle(lines)
    framing = chance.random()
    if framing < 0.8:
        lines.append(f"Content-Length: {len(body)}")
    elif framing < 0.9:
        lines.append("Transfer-Encoding: chunked")
        body = b"".join(
            b"%x\r\n%s\r\n" % (len(body[at : at + 99]), body[at : at + 99]) for at in range(0, len(body), 99)
        )
        body += b"0\r\n\r\n"
    version = "HTTP/1.1" if chance.random() < 0.95 else chance.choice(("HTTP/1.0", "HTTP/0.9", "HTTP/2", "ICY", ""))
    status = status if chance.random() < 0.95 else chance.choice(_RARE_STATUSES)
    reason = chance.choice(("OK", "", "Nicht gefunden \xe4", "x" * 300))
    head = "\r\n".join([f"{version} {status:03d} {reason}", *lines, "", ""])
    return head.encode("latin-1", "replace") + body


def _encoded(chance: Random, body: bytes) -> tuple[bytes, str]:
    roll = chance.randrange(6)
    if roll == 0:
        return gzip.compress(body, 1), "gzip"
    if roll == 1:
        return zlib.compress(body, 1), "deflate"
    if roll == 2:
        return brotli.compress(body, quality=1), "br"
    if roll == 3:
        return gzip.compress(gzip.compress(body, 1), 1)[: chance.randrange(1, 60)], "gzip, gzip"
    return body, chance.choice(("gzip", "br", "deflate", "zstd", "", ",", "identity, identity", "x" * 99, "gzip;q=1"))


_COOKIES = (
    "a=1; Path=/",
    "a=1; Max-Age=" + "9" * 300,
    "a=1; Max-Age=²",
    "a=1; Max-Age=-",
    "a=1; Expires=Wed, 30 Feb 2026 25:61:61 GMT",
    "a=1; Expires=" + "9" * 500,
    "a=1; Domain=.",
    "a=1; Domain=..127.0.0.1",
    "=; Secure",
    "__Host-a=1; Secure; Path=/",
    "=",
    "",
    ";;;;",
    "a=\xff\xfe",
    "a=1; Path=x; Path=",
    "b=" + "x" * 5000,
    'c="q;uoted"',
    "a=1; Expires=Thu, 01-Jan-70 00:00:00 GMT",
)
_BREAKS_HEADS = ("{}: x", " folded: {}", "no colon {}", "Content-Length: {}", "Transfer-Encoding: {}")
_LINES = (
    "Set-Cookie: {}",
    "Set-Cookie: {}",
    "set-cookie: {}",
    'Link: </status>; rel="status"',
    "Link: <{}>; rel=status",
    "Link: " + "<" * 3000,
    "Link: <a>;rel=" + ";rel=" * 300,
    "Location: {}",
    "Connection: {}",
    "Keep-Alive: {}",
    "Refresh: {}",
    "Retry-After: {}",
    "X-ESR-Sim-Time: {}",
    "X-ESR-Service: {}",
    "Date: {}",
    "ETag: {}",
    "Upgrade: h2c",
    "Trailer: {}",
    *_BREAKS_HEADS,
    "X-Long: " + "y" * 20_000,
)


def _odd_line(chance: Random) -> str:
    line = chance.choice(_LINES)
    if "ookie" in line:
        return line.format(chance.choice(_COOKIES) if chance.random() < 0.7 else odd_text(chance))
    if line.startswith(("Location", "Link: <{")):
        return line.format(chance.choice(LOCATIONS))
    if line in _BREAKS_HEADS and chance.random() < 0.8:
        return "X-Plain: 1"
    return line.format(odd_text(chance)) if "{}" in line else line


def _mutated(chance: Random, whole: bytes) -> bytes:
    data = bytearray(whole)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data) + 1)
        roll = chance.randrange(5)
        if roll == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif roll == 1:
            data[at:at] = chance.randbytes(chance.randrange(1, 9))
        elif roll == 2:
            del data[at : at + chance.randrange(1, 40)]
        elif roll == 3:
            data[at:at] = data[at : at + chance.randrange(1, 60)]
        else:
            data[at:at] = attribute(chance).encode("utf-8", "surrogatepass")
        if not data:
            return b"\r\n"
    return bytes(data)
