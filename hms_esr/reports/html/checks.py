"""Owns section 7: what exactly was promised and measured. Every check, then probes.

Knows nothing of how checks are computed.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, join, tag
from hms_esr.formatting import MISSING
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import Column, empty, left_out, section, status, table, text
from hms_esr.reports.html.tiles import outcome, warning
from hms_esr.verdicts.judgement import CheckResult

TITLE = "Checks"
_COLUMNS = (
    Column("Check"),
    Column("Verdict", label=""),
    Column("Measured", number=True),
    Column("Required"),
    Column("Room left", label="", classes="full mute"),
)


def checks(figures: Figures) -> Markup:
    """The section."""
    every = figures.judgement.checks
    if not every:
        return empty("checks", 7, TITLE, "No check was evaluated.", _probes(figures))
    shown = every[: figures.caps.rows]
    rows = [_row(check, figures) for check in shown]
    made = table(_COLUMNS, rows, "The scenario’s checks, in the order it lists them")
    rest = left_out(len(every) - len(shown), "checks are")
    return section(
        "checks", 7, TITLE, _story(every, figures.judgement.shown == "INTERRUPTED"), made, rest, _probes(figures)
    )


def _story(every: tuple[CheckResult, ...], interrupted: bool) -> list[object]:
    without = sum(check.value is None for check in every)
    if without and interrupted:
        lead = f"{without} of {len(every)} checks had no data when the run was interrupted."
    elif without:
        lead = (
            f"{without} of {len(every)} {'checks' if len(every) > 1 else 'check'} had no data, which makes the run "
            "INVALID."
        )
    else:
        lead = "A check without data would make the run INVALID; none was without."
    say: list[object] = [lead]
    if any(check.default for check in every):
        say.append("The scenario has no limit of its own, so the usual one was added: it is marked “default”.")
    return say


def _row(check: CheckResult, figures: Figures) -> list[object]:
    kind, words = outcome(check, figures)
    default = " (default)" if check.default else ""
    name = text(check.title) + default + tag("span", text(check.check, 560), class_="expr")
    required = join([text(one, 120) for one in (check.limit_shown, warning(check)) if one], Markup(",<br>"))
    room = check.room or (check.reason if check.verdict in ("INVALID", "FAIL") else "")
    return [name, status(kind, words), text(check.shown, 60), required or MISSING, text(room)]


def _probes(figures: Figures) -> Markup:
    probes = figures.record.probes
    if not probes:
        return Markup("")
    columns = (Column("Probe"), Column("Measured", number=True))
    rows = [[text(name, 120), f"{value:,.6g}"] for name, value in list(probes.items())[: figures.caps.rows]]
    return table(columns, rows, "What the scenario’s probes measured")
