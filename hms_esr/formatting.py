"""Owns how figures are written for people: counts, shares, times, dates, limits; and the masking of messages.

Knows nothing of what a figure is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from math import floor, isfinite, log10

NBSP = "\u00a0"
"""No-break space: a number and its unit stay on one line."""
MISSING = "–"
_LIMIT_WORDS = {"<": "under", "<=": "at most", ">": "over", ">=": "at least", "==": "exactly", "!=": "other than"}
_MOST_DECIMALS = 9
_HUGE = 1e15
"""From here on only powers of ten are readable."""
_MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December"


def count(n: float) -> str:
    """``38,920``; never shortened."""
    return f"{round(n):,}"


def plural(n: int, one: str, many: str) -> str:
    """``1 person``, ``2 people``."""
    return f"{count(n)}{NBSP}{one if n == 1 else many}"


def listed(parts: Iterable[str]) -> str:
    """``a, b and c``."""
    *front, last = list(parts) or [""]
    return f"{', '.join(front)} and {last}" if front else last


def share(value: float, limit: float | None = None) -> str:
    """``96.0%``: one decimal, more until value and ``limit`` differ as printed; ``100%`` and ``0%`` only if exact.

    Both are shares, 0 to 1.
    """
    if not isfinite(value):
        return MISSING
    if abs(value) >= _HUGE:
        return f"{value * 100:.3g}%"
    if value in (0, 1):
        return f"{value:.0%}"
    for decimals in range(1, _MOST_DECIMALS):
        text = f"{value * 100:.{decimals}f}"
        printed = float(text)
        exact = printed in (0.0, 100.0) or (limit is not None and value != limit and printed == _tidy(limit * 100))
        if not exact:
            break
    return f"{text}%"


def points(value: float) -> str:
    """A difference of two shares: ``2.0 points``."""
    size = abs(value * 100)
    if size >= _HUGE:
        return f"{size:.3g}{NBSP}points"
    decimals = 1 if size >= 0.95 else min(_MOST_DECIMALS, max(1, 1 - floor(log10(size)))) if size else 0
    return f"{size:.{decimals}f}{NBSP}points"


def _tidy(value: float) -> float:
    return round(value, 10)


def number(value: float, limit: float | None = None) -> str:
    """A figure without unit: ``38,920``, ``12.3``, ``0.031``; more digits until it differs from ``limit``."""
    if not isfinite(value):
        return MISSING
    if abs(value) >= _HUGE:
        return f"{value:.3g}"
    if value == int(value):
        return f"{int(value):,}"
    for digits in range(3, 16):
        text = _digits(value, digits)
        if limit is None or value == limit or float(text.replace(",", "")) != limit:
            break
    return text


def _digits(value: float, digits: int) -> str:
    """``value`` with so many significant digits, whole numbers never cut, never in powers of ten unless tiny."""
    if value == 0:
        return "0"
    decimals = digits - 1 - floor(log10(abs(value)))
    if decimals > 15:
        return f"{value:.{digits - 1}e}"
    text = f"{value:,.{max(0, decimals)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def time_ms(value_ms: float, limit_ms: float | None = None) -> str:
    """``9.4 ms``, ``482 ms``, ``1.42 s``, ``2 min 5 s``; more digits until it differs from the limit as printed."""
    if not isfinite(value_ms):
        return MISSING
    if abs(value_ms) >= _HUGE:
        return f"{value_ms / 1000:.3g}{NBSP}s"
    if value_ms == 0:
        return f"0{NBSP}ms"
    if value_ms < 0:
        return f"−{time_ms(-value_ms)}"
    if value_ms < 0.05:
        return f"under 0.1{NBSP}ms"
    for more in range(_MOST_DECIMALS):
        text, printed_ms = _time(value_ms, more)
        if limit_ms is None or value_ms == limit_ms or _tidy(printed_ms) != _tidy(limit_ms):
            break
    return text


def _time(value_ms: float, more: int) -> tuple[str, float]:
    """The text, and the value a reader would take from it."""
    if round(value_ms, 1) < 10:
        return f"{value_ms:.{1 + more}f}{NBSP}ms", round(value_ms, 1 + more)
    if round(value_ms) < 1000:
        return f"{value_ms:.{more}f}{NBSP}ms", round(value_ms, more)
    value_s = value_ms / 1000
    if value_s < 90 or more:
        decimals = max(0, 2 - floor(log10(value_s))) + more
        if round(value_s, decimals) >= 10 ** (floor(log10(value_s)) + 1) and not more:
            decimals -= 1
        return f"{value_s:,.{decimals}f}{NBSP}s", round(value_s, decimals) * 1000
    return long_time(value_s), round(value_s) * 1000


def long_time(value_s: float) -> str:
    """``2 min 5 s``, ``1 h 4 min``, ``2 d 3 h``: the two largest units, for times from 90 s on."""
    whole = round(value_s)
    for size, unit, below_size, below in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            big, rest = divmod(whole, size)
            small = rest // below_size
            return f"{big}{NBSP}{unit} {small}{NBSP}{below}" if small else f"{big}{NBSP}{unit}"
    return f"{whole}{NBSP}s"


def time_s(value_s: float, limit_s: float | None = None) -> str:
    """Like :func:`time_ms`, from seconds."""
    return time_ms(value_s * 1000, None if limit_s is None else limit_s * 1000)


def whole_s(value_s: float) -> str:
    """Time known to the second only: ``under 1 s``, ``53 s``, ``2 min 5 s``."""
    if not isfinite(value_s):
        return MISSING
    if abs(value_s) >= _HUGE:
        return f"{value_s:.3g}{NBSP}s"
    if value_s < 1:
        return f"under 1{NBSP}s"
    return long_time(value_s) if value_s >= 90 else f"{round(value_s)}{NBSP}s"


def short_time_ms(value_ms: float) -> str:
    """A limit, as short as it is exact: ``2 s``, ``1.5 s``, ``400 ms``."""
    if abs(value_ms) >= _HUGE:
        return f"{value_ms / 1000:.3g}{NBSP}s"
    if abs(value_ms) >= 1000 or value_ms == 0:
        if value_ms >= 90_000 and value_ms % 1000 == 0:
            return long_time(value_ms / 1000) if _two_units(value_ms / 1000) else f"{count(value_ms / 1000)}{NBSP}s"
        return f"{_shortest(value_ms / 1000)}{NBSP}s"
    return f"{_shortest(value_ms)}{NBSP}ms"


def _two_units(value_s: float) -> bool:
    return value_s < 3600 or (value_s < 86400 and value_s % 60 == 0) or value_s % 3600 == 0


def short_share(value: float) -> str:
    """A limit, as short as it is exact: ``98%``, ``99.5%``."""
    return f"{_shortest(value * 100)}%"


def _shortest(value: float) -> str:
    if abs(value) >= _HUGE:
        return f"{value:.3g}"
    tidy = _tidy(value)
    return f"{int(tidy):,}" if tidy == int(tidy) else f"{tidy:,.10f}".rstrip("0").rstrip(".")


def short_number(value: float) -> str:
    """A limit without unit, as short as it is exact: ``0.05``, ``2,000``."""
    return _shortest(value) if _tidy(value) or not value else f"{value:g}"


def limit(operator: str, shown: str) -> str:
    """``under 2 s``, ``at least 98%``."""
    return f"{_LIMIT_WORDS[operator]} {shown}"


def period(value_s: float) -> str:
    """A deadline in words: ``48 hours``, ``1 hour``, ``90 minutes``, ``3 days``."""
    for size, one, many in ((86400, "day", "days"), (3600, "hour", "hours"), (60, "minute", "minutes")):
        if value_s % size == 0 and value_s >= size and not (size == 86400 and value_s < 3 * size):
            n = int(value_s // size)
            return f"{count(n)} {one if n == 1 else many}"
    return f"{_shortest(value_s)} {'second' if value_s == 1 else 'seconds'}"


def part_of(done_s: float, whole_s: float) -> str:
    """How far something came: ``5 of 18 minutes``, ``40 of 90 seconds``."""
    if whole_s >= 120:
        done, whole, unit = int(done_s // 60), round(whole_s / 60), "minutes"
        if done < 1:
            return f"{max(0, round(done_s))} seconds of {whole} minutes"
    else:
        done, whole, unit = round(done_s), max(1, round(whole_s)), "seconds"
    return f"{count(done)} of {count(whole)} {unit}"


def elapsed(value_s: float) -> str:
    """Real time since the start: ``6:27``, ``1:02:09``."""
    minutes, seconds = divmod(int(max(0.0, value_s)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def clock(at: datetime) -> str:
    """``12:47:24``; the zone follows when ``at`` has one."""
    zone = at.tzname() if at.tzinfo else None
    return f"{at:%H:%M:%S} {zone}" if zone else f"{at:%H:%M:%S}"


def date(at: datetime) -> str:
    """``March 2, 2026``."""
    return f"{_MONTHS.split(',')[at.month - 1]} {at.day}, {at.year}"


def size(n_bytes: float) -> str:
    """``420 bytes``, ``12.3 kB``, ``1.42 MB``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= factor:
            return f"{_digits(n_bytes / factor, 3)}{NBSP}{unit}"
    return f"{round(n_bytes)}{NBSP}bytes"


def brief(text: str, words: int = 4, characters: int = 40) -> str:
    """``text`` on one line, cut with ``…`` to at most so many words and characters."""
    parts = text.split()
    short = " ".join(parts[:words])
    cut = len(parts) > words
    if len(short) > characters:
        short, cut = short[: characters - 1].rstrip(), True
    return f"{short}…" if cut else short


_MOST_READ = 2000
_ID_SEGMENT = re.compile(r".*[\d%@]|.{25,}")


def _path(found: re.Match[str]) -> str:
    """A path without its ids and query: segments with digits, or longer than words are, are replaced."""
    path, asked, _ = found[0].partition("?")
    return "/".join("#" if _ID_SEGMENT.match(one) else one for one in path.split("/")) + ("?#" if asked else "")


_MASKS = (
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}"), "‹e-mail›"),
    (re.compile(r"\"[^\"\n]{0,400}\"|“[^”\n]{0,400}”|(?<!\w)'[^'\n]{0,400}'(?!\w)|‘[^’\n]{0,400}’(?!\w)"), "‹text›"),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "‹id›"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{12,}\b"), "‹id›"),
    (
        re.compile(
            r"(?P<kept>(?:^|(?<=HTTP )|(?<=status )|(?<=status is )|(?<=expected )|(?<=answered ))"
            r"[1-5]\d\d\b(?![.,:/-]?\d)|(?<=\()[45]\d\d(?=\))"
            r"|(?:(?<=within )|(?<=after ))\d+(?:\.\d+)? ?(?:ms|s|min|m|h|d)\b)"
            r"|\d+(?:[.,:/ -]?\d+)*"
        ),
        "#",
    ),
)


_PATH = re.compile(r"(?<![\w<.:/#])/[^\s\"'“”‘’<>,;)\]}]{1,400}")


def _replaced(instead: str, found: re.Match[str]) -> str:
    return found.groupdict().get("kept") or instead


_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){5,}")


def example(text: str, most: int = 200) -> str:
    """An error's message as one person met it: only e-mails, ids and numbers of six digits or more are replaced."""
    line = " ".join(text[:_MOST_READ].split())
    for pattern, instead in (_MASKS[0], *_MASKS[2:4]):
        line = pattern.sub(instead, line)
    line = "".join(letter for letter in _LONG_NUMBER.sub("#", line) if letter.isprintable())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def mask(text: str, most: int = 200) -> str:
    """An error's message without what could be a person's: e-mails, quoted text, ids and numbers are replaced.

    On one line and at most ``most`` characters, so that equal errors of different people count as one. Words stay:
    ``State or territory not recognized: PR`` is unchanged; so are a status at the start or after ``HTTP``, ``status``
    and ``expected``, one of an error in parentheses, and times such as ``within 10 s``. Reads at most 2,000 characters;
    time is linear in them.
    """
    line = _PATH.sub(_path, " ".join(text[:_MOST_READ].split()))
    for pattern, instead in _MASKS:
        line = pattern.sub(partial(_replaced, instead), line)
    line = "".join(letter for letter in line if letter.isprintable())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
