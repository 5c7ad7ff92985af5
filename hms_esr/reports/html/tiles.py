"""Owns section 1: key figures, one tile per check.

Knows nothing of how a check is computed.
"""

from __future__ import annotations

from hms_esr.charts.gauge import gauge, reach
from hms_esr.charts.markup import Markup, join, tag
from hms_esr.reports.html.figures import Figures, metric_of
from hms_esr.reports.html.parts import empty, para, section, status, text
from hms_esr.verdicts.judgement import CheckResult

MOST = 8
_WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
_BADNESS = {"FAIL": 0, "INVALID": 1, "WARN": 2, "PASS": 4}


def word(n: int) -> str:
    """``Three`` up to twelve, figures beyond."""
    return _WORDS[n] if n < len(_WORDS) else f"{n:,}"


def outcome(check: CheckResult, figures: Figures) -> tuple[str, str]:
    """Status and words of a check as displayed."""
    if not figures.judged and (check.verdict != "INVALID" or figures.judgement.shown == "INTERRUPTED"):
        return "none", "not judged"
    if check.verdict == "PASS":
        return ("warn", "PASS, close") if check.close else ("ok", "PASS")
    return {"WARN": "warn", "FAIL": "bad", "INVALID": "inv"}[check.verdict], check.verdict


def tiles(figures: Figures) -> Markup:
    """The section."""
    checks = list(figures.judgement.checks)
    if not checks:
        return empty("figures", 1, "Key figures", "No check was evaluated.")
    shown = checks
    if len(checks) > MOST:
        shown = sorted(checks, key=lambda one: 3 if one.close and one.verdict == "PASS" else _BADNESS[one.verdict])[
            :MOST
        ]
    say: list[object] = [_summary(figures, checks)]
    if len(checks) > MOST:
        say.append(f"The {MOST} that matter most are shown, worst first; all {len(checks)} are under Checks.")
    if any(_reach(check) for check in shown):
        level = "; the dashed mark is the warning level" if any(check.warn is not None for check in shown) else ""
        say.append(para(f"In each gauge the hatched part is not allowed{level}.", class_="mute small"))
    made = tag("ul", join((_tile(check, figures) for check in shown), "\n"), class_="tiles")
    return section("figures", 1, "Key figures", say, made)


def _summary(figures: Figures, checks: list[CheckResult]) -> str:
    if not figures.judged:
        why = "the rehearsal cannot be trusted" if figures.judgement.shown == "INVALID" else "the run was interrupted"
        return f"No check is judged, because {why}; the figures are what was measured."
    verdicts = [check.verdict for check in checks]
    good, warned, bad = verdicts.count("PASS"), verdicts.count("WARN"), verdicts.count("FAIL")
    if good == len(checks):
        close = sum(check.close for check in checks)
        every = "The one check holds." if good == 1 else "Both checks hold." if good == 2 else ""
        all_hold = every or f"All {word(good).lower()} checks hold."
        return all_hold + (f" {word(close)} {'is' if close == 1 else 'are'} close to the limit." if close else "")
    if len(checks) == 1:
        return "The one check does not hold." if bad else "The one check is past its warning level."
    if bad == len(checks):
        return "Neither check holds." if bad == 2 else f"None of the {word(bad).lower()} checks holds."
    parts = [
        f"{word(good) if good else 'None'} of {word(len(checks)).lower()} checks {'holds' if good < 2 else 'hold'}."
    ]
    if warned:
        parts.append(f"{word(warned)} {'is past its' if warned == 1 else 'are past their'} warning level.")
    if bad:
        parts.append(f"{word(bad)} {'does' if bad == 1 else 'do'} not hold.")
    return " ".join(parts)


def _reach(check: CheckResult) -> object:
    return reach(check.operator, check.limit, share=is_share(check))


def is_share(check: CheckResult) -> bool:
    """Whether the figure is a share from 0 to 1."""
    ref = metric_of(check)
    return ref is not None and ref.name.endswith("_rate")


def warning(check: CheckResult) -> str:
    """The warning level in words, ``warn from 1 s``; empty when there is none."""
    return f"warn {check.warn_shown.removeprefix('warn ')}" if check.warn_shown else ""


def _tile(check: CheckResult, figures: Figures) -> Markup:
    kind, words = outcome(check, figures)
    scale = reach(check.operator, check.limit, share=is_share(check))
    drawn = "" if kind in ("none", "inv") else kind
    picture = gauge(check.value, scale, drawn, check.warn) if scale else Markup("")
    required = ", ".join(filter(None, [check.limit_shown, warning(check)]))
    under = [tag("span", text(required), class_="req")]
    if check.note:
        under += [tag("br"), text(check.note)]
    if check.verdict == "INVALID" and check.reason:
        under += [tag("br"), text(check.reason)]
    value = para(tag("b", text(check.shown, 40)), status(kind, words), class_="val")
    return tag("li", tag("h3", text(check.title, 120)), value, picture, para(*under), class_=f"tile {drawn}".strip())
