"""Cookies as RFC 6265 reads them: dates in every shape, ages, and nothing a server writes that breaks a person."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.http.cookies import CookieJar, date_s
from hms_esr.http.url import parse
from tests.each import each

PAGE = parse("http://a.test/x/y")
NOW_S = 1_800_000_000.0
NEVER = float("inf")


@each(
    ("text", "expected"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", (1994, 11, 6, 8, 49, 37)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", (1994, 11, 6, 8, 49, 37)),
        ("Sun Nov  6 08:49:37 1994", (1994, 11, 6, 8, 49, 37)),
        ("Thu, 01-Jan-1970 00:00:10 GMT", (1970, 1, 1, 0, 0, 10)),
        ("Mon, 10-Dec-2007 17:02:24", (2007, 12, 10, 17, 2, 24)),
        ("10 Feb 81 13:00:00 PST", (1981, 2, 10, 13, 0, 0)),
        ("Fri, 01 Jan 69 1:2:3 GMT", (2069, 1, 1, 1, 2, 3)),
        ("Wed, 1 Jan 2070 00:00:00 +0500", (2070, 1, 1, 0, 0, 0)),
        ("2094 November 6th 08:49:37.5", (2094, 11, 6, 8, 49, 37)),
        ("08:49:37 11 6", None),
        ("Sun, 31 Feb 2094 08:49:37 GMT", None),
        ("Sun, 06 Nov 1600 08:49:37 GMT", None),
        ("Sun, 06 Nov 2094 24:00:00 GMT", None),
        ("Sun, 06 Nov 2094", None),
        ("never", None),
        ("", None),
    ],
)
def test_dates_are_read_in_every_shape(text: str, expected: tuple[int, int, int, int, int, int] | None) -> None:
    """Always UTC, whatever the zone says and wherever this machine is; what is no date has no end."""
    assert date_s(text) == (NEVER if expected is None else datetime(*expected, tzinfo=UTC).timestamp())


@each(
    ("attributes", "kept"),
    [
        ("Max-Age=--5", True),
        ("Max-Age=1e9", True),
        ("Max-Age=-", True),
        ("Max-Age=" + "9" * 200, True),
        ("Max-Age=-" + "9" * 200, False),
        ("Max-Age=٣", True),
        ("Max-Age=5; Max-Age=0", False),
        ("Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", False),
        ("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True),
        ("Expires=Thu, 01 Jan 1970 00:00:00", False),
    ],
)
def test_an_age_wins_over_a_date_and_nonsense_counts_for_nothing(attributes: str, kept: bool) -> None:
    """A wrong attribute is left out; the cookie stays."""
    jar = CookieJar()
    jar.take([f"a=1; {attributes}"], PAGE, NOW_S)
    assert (len(jar) == 1) is kept


def test_the_oldest_cookie_goes_when_there_are_too_many() -> None:
    """A target that sets a new name each time cannot keep out the one that matters."""
    jar = CookieJar()
    for number in range(500):
        jar.take([f"n{number}=1; Path=/"], PAGE, NOW_S)
    names = [cookie.name for cookie in jar.items()]
    assert (len(names), names[-1], "n0" in names) == (200, "n499", False)


def test_values_come_back_byte_for_byte() -> None:
    """Also letters beyond ASCII, quotes and equal signs."""
    raw = 'a="x=y"é\u00ff'
    jar = CookieJar()
    jar.take([f"{raw}; Path=/"], PAGE, NOW_S)
    assert jar.line(PAGE, NOW_S) == b"Cookie: " + raw.encode("latin-1") + b"\r\n"


@settings(deadline=None)
@given(
    st.lists(st.text(st.characters(max_codepoint=255), max_size=60), max_size=5),
    st.sampled_from(["", "; Max-Age=", "; Expires=", "; Domain=", "; Path="]),
)
def test_nothing_a_server_writes_breaks_the_next_request(texts: list[str], between: str) -> None:
    """Any bytes: one line of a request at most, without a line end inside."""
    jar = CookieJar()
    jar.take([between.join([text, *texts]) for text in texts], PAGE, NOW_S)
    line = jar.line(PAGE, NOW_S)
    assert line == b"" or (line.startswith(b"Cookie: ") and line.endswith(b"\r\n"))
    assert b"\n" not in line[:-2] and b"\r" not in line[:-2] and b"\0" not in line
