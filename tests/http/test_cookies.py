"""Cookies as RFC 6265 says."""

from __future__ import annotations

from hms_esr.http.cookies import CookieJar
from hms_esr.http.url import parse
from tests.each import each

NOW_S = 1_800_000_000.0


@each(
    ("set_by", "text", "asked_at", "sent"),
    [
        ("http://a.test/x/y", "n=v", "http://a.test/x/z", "n=v"),
        ("http://a.test/x/y", "n=v", "http://a.test/x", "n=v"),
        ("http://a.test/x/y", "n=v", "http://a.test/xy", ""),
        ("http://a.test/x/y", "n=v; Path=/", "http://a.test/", "n=v"),
        ("http://a.test/", "n=v; path=relative", "http://a.test/q", "n=v"),
        ("http://a.test/", "n=v", "http://b.a.test/", ""),
        ("http://b.a.test/", "n=v; Domain=.a.test", "http://c.a.test/", "n=v"),
        ("http://a.test/", "n=v; Domain=b.test", "http://a.test/", ""),
        ("http://a.test/", "n=v; Domain=test", "http://a.test/", ""),
        ("http://xa.test/", "n=v; Domain=a.test", "http://xa.test/", ""),
        ("http://127.0.0.1/", "n=v; Domain=127.0.0.1", "http://127.0.0.1:9/", "n=v"),
        ("http://127.0.0.1/", "n=v; Domain=0.1", "http://127.0.0.1/", ""),
        ("https://a.test/", "n=v; Secure", "https://a.test/", "n=v"),
        ("https://a.test/", "n=v; Secure", "http://a.test/", ""),
        ("http://a.test/", "n=v; Secure", "https://a.test/", ""),
        ("http://127.0.0.1:9/", "n=v; Secure", "http://127.0.0.1:9/", "n=v"),
        ("http://a.test/", "n=v; Max-Age=10", "http://a.test/", "n=v"),
        ("http://a.test/", "n=v; Max-Age=0", "http://a.test/", ""),
        ("http://a.test/", "n=v; Max-Age=-1; Expires=Fri, 01 Jan 2100 00:00:00 GMT", "http://a.test/", ""),
        ("http://a.test/", "n=v; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://a.test/", ""),
        ("http://a.test/", "n=v; Expires=Fri, 01-Jan-2100 00:00:00 GMT", "http://a.test/", "n=v"),
        ("http://a.test/", "n=v; Expires=never", "http://a.test/", "n=v"),
        ("http://a.test/", ' n = "a b" ; HttpOnly', "http://a.test/", 'n="a b"'),
        ("http://a.test/", "plain", "http://a.test/", "plain"),
        ("http://a.test/", "n=a=b", "http://a.test/", "n=a=b"),
        ("http://a.test/", "=; Path=/", "http://a.test/", ""),
        ("http://a.test/", "n=a\x01b", "http://a.test/", ""),
        ("http://a.test/", "n=" + "x" * 5000, "http://a.test/", ""),
        ("https://a.test/", "__Host-n=v; Secure; Path=/", "https://a.test/", "__Host-n=v"),
        ("https://a.test/", "__Host-n=v; Secure; Path=/; Domain=a.test", "https://a.test/", ""),
        ("https://a.test/", "__Secure-n=v", "https://a.test/", ""),
    ],
)
def test_a_cookie_goes_where_it_belongs(set_by: str, text: str, asked_at: str, sent: str) -> None:
    """One Set-Cookie, one later request."""
    jar = CookieJar()
    jar.take([text], parse(set_by), NOW_S)
    expected = f"Cookie: {sent}\r\n".encode() if sent else b""
    assert jar.line(parse(asked_at), NOW_S + 1) == expected


def test_cookies_replace_expire_and_are_ordered() -> None:
    """Same name, domain and path: replaced; longer paths come first; what is over is not sent."""
    jar, page = CookieJar(), parse("http://a.test/deep/page")
    jar.take(["a=1; Path=/", "b=2; Path=/deep", "c=3; Path=/; Max-Age=5"], page, NOW_S)
    assert jar.line(page, NOW_S) == b"Cookie: b=2; a=1; c=3\r\n"
    jar.take(["a=9; Path=/", "b=; Path=/deep; Max-Age=0"], page, NOW_S)
    assert jar.line(page, NOW_S) == b"Cookie: a=9; c=3\r\n"
    assert jar.line(page, NOW_S + 5) == b"Cookie: a=9\r\n"
    assert [(one.name, one.value) for one in jar.items()] == [("a", "9"), ("c", "3")]


def test_a_target_cannot_fill_the_memory() -> None:
    """At most 200 cookies are kept."""
    jar, page = CookieJar(), parse("http://a.test/")
    jar.take([f"n{i}=v" for i in range(500)], page, NOW_S)
    assert len(jar) == 200
