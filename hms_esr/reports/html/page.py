"""Owns the report as one HTML file: head, style with its hash, all sections, never above the size allowed.

Knows nothing of disks; each section lives in its own file.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files

from hms_esr.charts.markup import Markup, esc, join, tag
from hms_esr.record import Record
from hms_esr.reports.html.checks import checks
from hms_esr.reports.html.errors import errors
from hms_esr.reports.html.figures import Figures, PageCaps
from hms_esr.reports.html.glossary import glossary
from hms_esr.reports.html.load import load
from hms_esr.reports.html.parts import para, section, text
from hms_esr.reports.html.people import people
from hms_esr.reports.html.recoveries import recoveries
from hms_esr.reports.html.repeat import repeat
from hms_esr.reports.html.shares import shares
from hms_esr.reports.html.tiles import tiles
from hms_esr.reports.html.times import times
from hms_esr.reports.html.trust import trust
from hms_esr.reports.html.untested import untested
from hms_esr.reports.html.verdict import facts, verdict
from hms_esr.verdicts.judgement import Judgement

MOST_BYTES = 500_000
_SIZES = (
    PageCaps(),
    PageCaps(scenario_characters=60_000),
    PageCaps(rows=40, panels=8, errors=25, workers=16, marks=16, scenario_characters=60_000),
    PageCaps(rows=20, panels=4, errors=12, workers=8, marks=8, scenario_characters=20_000),
    PageCaps(rows=8, panels=0, errors=5, workers=3, marks=3, scenario_characters=4_000),
)
_SECTIONS: tuple[tuple[str, str, Callable[[Figures], Markup]], ...] = (
    ("figures", "Key figures", tiles),
    ("load", "Planned and delivered", load),
    ("times", "Answer times over the run", times),
    ("percentiles", "Answer times, fast to slow", shares),
    ("people", "Where people got stuck", people),
    ("errors", "Errors", errors),
    ("checks", "Checks", checks),
    ("recovery", "Recovery after faults", recoveries),
    ("trust", "Can it be trusted?", trust),
    ("limits", "What was not tested", untested),
    ("repeat", "How to repeat it", repeat),
    ("words", "Words used", glossary),
)


class HtmlReport:
    """``report.html``: one file that opens from disk, requests nothing and has no script."""

    filename = "report.html"

    def write(self, record: Record, judgement: Judgement) -> str:
        """The page. Of very large records fewer rows are shown, and said, so that it stays under 500 kB."""
        made = ""
        for caps in _SIZES:
            made = page(Figures(record, judgement, caps))
            if len(made.encode()) <= MOST_BYTES:
                break
        return made


def page(figures: Figures) -> Markup:
    """The whole document."""
    manifest, scenario = figures.record.manifest, figures.scenario
    title = text(scenario.description or scenario.name, 200)
    name = para(text(scenario.name, 120), class_="mono mute small") if scenario.description else Markup("")
    parts = [_safely(figures, index, *one) for index, one in enumerate(_SECTIONS, 1)]
    main = tag(
        "main",
        tag("h1", title),
        name,
        verdict(figures),
        facts(figures),
        _contents(),
        "\n",
        join(parts, "\n"),
        id="main",
    )
    mast = tag(
        "header",
        tag("span", tag("b", "HMS-ESR"), " rehearsal report"),
        tag("span", "Simulation: made-up people, made-up data, no one’s real application"),
        class_="mast",
    )
    version = next(
        (text(str(v), 60) for k, v in manifest.versions.items() if k.lower().replace("_", "-") == "hms-esr"), ""
    )
    foot = tag(
        "footer",
        esc(f"HMS-ESR {version} · run {manifest.run_id} · seed {manifest.seed} · tagged sim=true"),
        class_="end",
    )
    body = tag(
        "body",
        tag("a", "Skip to the verdict", class_="skip", href="#main"),
        _sprite(),
        tag("svg", tag("defs", figures.frame.shared()), class_="sprite", aria_hidden="true", focusable="false"),
        tag("div", mast, main, foot, class_="page"),
    )
    return Markup("<!doctype html>\n") + tag("html", _head(figures), "\n", body, lang="en-US") + "\n"


def _head(figures: Figures) -> Markup:
    css = Markup(style(figures.scenario.name))
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"{figures.judgement.shown} · {figures.scenario.name} · HMS-ESR rehearsal report"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", css),
    )


@cache
def _css() -> str:
    return files("hms_esr.reports.html").joinpath("report.css").read_text(encoding="utf-8")


@cache
def _sprite() -> Markup:
    return Markup(files("hms_esr.reports.html").joinpath("sprite.svg").read_text(encoding="utf-8"))


def style(name: str) -> str:
    """The style sheet, with the scenario's name in the foot of printed pages."""
    return _css().replace("@NAME@", re.sub(r"[^A-Za-z0-9_.-]", "", name)[:60])


def _contents() -> Markup:
    items = [tag("li", tag("a", title, href=f"#{ident}")) for ident, title, _ in _SECTIONS]
    return tag("nav", tag("ol", *items), class_="toc", aria_label="Contents")


def _safely(figures: Figures, number: int, ident: str, title: str, build: Callable[[Figures], Markup]) -> Markup:
    """A section; one that fails says so and leaves the page standing."""
    try:
        return build(figures)
    except Exception as error:
        reason = text(f"{type(error).__name__}: {error}", 300)
        said = para("This part could not be drawn (", reason, "). summary.json has its figures.", class_="empty failed")
        return section(ident, number, title, [], said)
