"""Tests of hms_esr.formatting."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr import formatting
from tests.each import each


def plain(text: str) -> str:
    return text.replace(formatting.NBSP, " ")


@each(
    ("value", "limit", "text"),
    [
        (0.96, 0.98, "96.0%"),
        (0.9797, 0.98, "97.97%"),
        (0.97999, 0.98, "97.999%"),
        (0.98, 0.98, "98.0%"),
        (1.0, 0.98, "100%"),
        (0.99997, None, "99.997%"),
        (0.0, 0.01, "0%"),
        (0.0003, 0.01, "0.03%"),
        (1 / 3, None, "33.3%"),
        (float("nan"), None, "–"),
    ],
)
def test_shares(value: float, limit: float | None, text: str) -> None:
    """One decimal, more until value and limit differ as printed; 100% and 0% only if exact."""
    assert formatting.share(value, limit) == text


@given(st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None)
def test_shares_do_not_round_to_a_promise(value: float, limit: float) -> None:
    """Unless the difference is under a ten-millionth, a share never prints as its limit, as 100 % or as 0 %."""
    printed = float(formatting.share(value, limit).rstrip("%"))
    for other in (limit, 0.0, 1.0):
        if abs(value - other) > 1e-7:
            assert printed != round(other * 100, 10)


@each(
    ("value_ms", "limit_ms", "text"),
    [
        (0.0, None, "0 ms"),
        (0.01, None, "under 0.1 ms"),
        (9.44, None, "9.4 ms"),
        (9.96, None, "10 ms"),
        (482.4, None, "482 ms"),
        (999.6, None, "1.00 s"),
        (1420.0, 2000.0, "1.42 s"),
        (9999.0, None, "10.0 s"),
        (12_345.0, None, "12.3 s"),
        (1999.9, 2000.0, "1.9999 s"),
        (399.8, 400.0, "399.8 ms"),
        (125_000.0, None, "2 min 5 s"),
        (3_600_000.0, None, "1 h"),
        (7_380_000.0, None, "2 h 3 min"),
        (-1420.0, None, "−1.42 s"),
        (float("inf"), None, "–"),
    ],
)
def test_times(value_ms: float, limit_ms: float | None, text: str) -> None:
    """Under 10 ms one decimal, under 1 s whole ms, then three digits, from 90 s minutes; never printed as its limit."""
    assert plain(formatting.time_ms(value_ms, limit_ms)) == text


@each(
    ("found", "text"),
    [
        (formatting.count(38920), "38,920"),
        (formatting.number(0.0310), "0.031"),
        (formatting.number(38920.0), "38,920"),
        (formatting.number(0.04999, 0.05), "0.04999"),
        (formatting.number(float("inf")), "–"),
        (formatting.number(1e300), "1e+300"),
        (formatting.share(1e300), "1e+302%"),
        (formatting.short_time_ms(1e300), "1e+297 s"),
        (formatting.time_ms(1e300), "1e+297 s"),
        (formatting.short_number(1e300), "1e+300"),
        (formatting.points(0.02), "2.0 points"),
        (formatting.points(-0.0032), "0.32 points"),
        (formatting.points(0.0), "0 points"),
        (formatting.whole_s(0.4), "under 1 s"),
        (formatting.whole_s(53.2), "53 s"),
        (formatting.short_time_ms(1500), "1.5 s"),
        (formatting.short_time_ms(400), "400 ms"),
        (formatting.short_time_ms(0), "0 s"),
        (formatting.short_time_ms(120_000), "2 min"),
        (formatting.short_share(0.995), "99.5%"),
        (formatting.short_number(0.05), "0.05"),
        (formatting.short_number(1e-12), "1e-12"),
        (formatting.limit("<", "2 s"), "under 2 s"),
        (formatting.limit(">=", "98%"), "at least 98%"),
        (formatting.period(48 * 3600), "48 hours"),
        (formatting.period(3600), "1 hour"),
        (formatting.period(5400), "90 minutes"),
        (formatting.period(5 * 86400), "5 days"),
        (formatting.period(30), "30 seconds"),
        (formatting.part_of(300, 1080), "5 of 18 minutes"),
        (formatting.part_of(40, 90), "40 of 90 seconds"),
        (formatting.part_of(30, 1080), "30 seconds of 18 minutes"),
        (formatting.elapsed(387), "6:27"),
        (formatting.elapsed(3729), "1:02:09"),
        (formatting.clock(datetime(2026, 3, 2, 12, 47, 24)), "12:47:24"),
        (formatting.clock(datetime(2026, 3, 2, 12, 47, 24, tzinfo=UTC)), "12:47:24 UTC"),
        (formatting.date(datetime(2026, 3, 2)), "March 2, 2026"),
        (formatting.plural(1, "person", "people"), "1 person"),
        (formatting.plural(2000, "person", "people"), "2,000 people"),
        (formatting.listed(["a", "b", "c"]), "a, b and c"),
        (formatting.listed(["a"]), "a"),
        (formatting.listed([]), ""),
        (formatting.size(420), "420 bytes"),
        (formatting.size(1_420_000), "1.42 MB"),
        (formatting.brief("one two three four five"), "one two three four…"),
        (formatting.brief("a\n b"), "a b"),
    ],
)
def test_figures(found: str, text: str) -> None:
    """Counts, limits, periods, clocks and dates are written one way."""
    assert plain(found) == text


def test_units_stay_with_their_number() -> None:
    """Between a number and its unit stands a no-break space."""
    assert formatting.time_ms(482) == "482\u00a0ms"


@each(
    ("message", "masked"),
    [
        ("State or territory not recognized: PR", "State or territory not recognized: PR"),
        ("Schedule F missing", "Schedule F missing"),
        ("HTTP 503 Service Unavailable", "HTTP 503 Service Unavailable"),
        ("422 case 4711 refused", "422 case # refused"),
        ("Forbidden (403) CSRF verification failed", "Forbidden (403) CSRF verification failed"),
        ("Area (207) of parcel (4031) (12)", "Area (#) of parcel (#) (#)"),
        ("status is 404, expected 200", "status is 404, expected 200"),
        ("status 4045, expected 200.5", "status #, expected #"),
        ("not decided within 48h, no answer within 10 s", "not decided within 48h, no answer within 10 s"),
        ("gave up after 2.5 s, 2.5 s late, within 48 cases", "gave up after 2.5 s, # s late, within # cases"),
        ("SSN 900-12-3456 of ana@mail.example.org", "SSN # of ‹e-mail›"),
        ("'Ana Lee' and \"12 Elm St\" and “more”", "‹text› and ‹text› and ‹text›"),
        ("don't know what's wrong", "don't know what's wrong"),
        ("case 5e5e5e5e-0000-1111-2222-333344445555 gone", "case ‹id› gone"),
        ("token deadbeef0123456789 expired", "token ‹id› expired"),
        ("no 'x' on /r/aB3x9Q/in?k=v; see /help", "no ‹text› on /r/#/in?#; see /help"),
        ("http://127.0.0.1:80/a/b and 1/2", "http://#/a/b and #"),
        ("two\n lines\x00\t here", "two lines here"),
        ("", ""),
    ],
)
def test_messages_are_masked(message: str, masked: str) -> None:
    """E-mails, quoted text, ids and numbers go; words and a leading status stay."""
    assert formatting.mask(message) == masked


@given(st.text(max_size=5000) | st.from_regex(r"[0-9@'\"a-f.-]{0,3000}", fullmatch=True))
@settings(deadline=None, max_examples=60)
def test_masking_is_bounded_and_safe(message: str) -> None:
    """Whatever the message: one line, at most 200 characters, no longer number than a status, no address."""
    masked = formatting.mask(message)
    assert len(masked) <= 200
    assert masked.isprintable()
    assert not re.search(r"[A-Za-z0-9]@[A-Za-z0-9]", masked)
    if not re.search(r"within|after|HTTP|status|expected|answered", masked):
        assert sum(letter.isdigit() for letter in masked) <= 3
