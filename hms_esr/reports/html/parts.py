"""Owns the page's building blocks: status marks, tables, sections, figures, legends, details.

Knows nothing of a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hms_esr.charts.frame import TimeFrame
from hms_esr.charts.markup import Markup, esc, join, short, tag

_UNBROKEN_ROWS = 12
"""A table of so many rows stays on one printed page."""
MOST_CHARACTERS = 240
"""The longest text of a scenario or a target that is shown in one place."""


def text(value: str, most: int = MOST_CHARACTERS) -> Markup:
    """Text from outside, escaped, on one line and not endless."""
    return esc(short(value, most))


def icon(kind: str) -> Markup:
    """A status shape: ok, warn, bad, inv, int, none."""
    use = tag("use", href=f"#i-{kind}")
    return tag("svg", use, viewBox="0 0 24 24", aria_hidden="true", focusable="false")


def status(kind: str, words: object) -> Markup:
    """Shape, word and color together."""
    return tag("span", icon(kind), words, class_=f"st {kind}")


def para(*content: object, class_: str | None = None) -> Markup:
    """A paragraph."""
    return tag("p", *content, class_=class_)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, whether it holds numbers, the name before each value when rows are stacked on phones."""

    head: str
    number: bool = False
    label: str | None = None
    """None: the head; "": no name."""
    span: int = 1
    """Columns the head covers; 0: covered by the one before."""
    classes: str = ""
    wrap: bool = False

    def head_cell(self) -> Markup:
        """``th`` of the head row."""
        classes = " ".join(filter(None, ["r" if self.number and self.span == 1 else "", "wrap" if self.wrap else ""]))
        span = self.span if self.span > 1 else None
        return tag("th", self.head, role="columnheader", scope="col", colspan=span, class_=classes or None)

    def cell(self, content: object) -> Markup:
        """``td`` of a row."""
        classes = " ".join(filter(None, ["r" if self.number else "", self.classes]))
        label = self.head if self.label is None else self.label
        return tag("td", content, role="cell", class_=classes or None, data_l=label or None)


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    caption: object,
    *,
    classes: str = "stack",
    total: Sequence[object] | None = None,
) -> Markup:
    """A table whose first cell of each row heads it; one block per row on phones."""
    head = tag("tr", *(column.head_cell() for column in columns if column.span), role="row")
    body = [_row(columns, row, None) for row in rows]
    if len(body) > _UNBROKEN_ROWS:
        classes += " long"
    if total is not None:
        body.append(_row(columns, total, "total"))
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", head, role="rowgroup"),
        "\n",
        tag("tbody", join(body, "\n"), role="rowgroup"),
        class_=classes,
        role="table",
    )


def _row(columns: Sequence[Column], row: Sequence[object], class_: str | None) -> Markup:
    first = tag("th", row[0], scope="row", role="rowheader")
    rest = [column.cell(content) for column, content in zip(columns[1:], row[1:], strict=True)]
    return tag("tr", first, *rest, role="row", class_=class_)


def plain_table(heads: Sequence[str], rows: Iterable[Sequence[object]], caption: str) -> Markup:
    """A table of numbers that scrolls sideways by itself; the first column heads the rows."""
    head = [tag("th", name, scope="col", class_="r" if index else None) for index, name in enumerate(heads)]
    body = [
        tag("tr", tag("th", row[0], scope="row"), *(tag("td", value, class_="r") for value in row[1:])) for row in rows
    ]
    made = tag("table", tag("caption", caption), tag("thead", tag("tr", *head)), tag("tbody", join(body, "\n")))
    return tag("div", made, class_="scroll", tabindex=0, role="region", aria_label=caption)


def details(summary: str, *content: object) -> Markup:
    """Something to open."""
    return tag("details", tag("summary", summary), *content)


def left_out(n: int, what: str) -> Markup:
    """A line for what a table does not show; nothing when it shows all."""
    return (
        para(f"{n:,} more {what} not shown here; summary.json has them all.", class_="small mute")
        if n > 0
        else Markup("")
    )


def section(ident: str, number: int, title: str, say: Sequence[object], *content: object) -> Markup:
    """A numbered section: the story in sentences at the left, the evidence at the right."""
    head = tag("h2", tag("span", number, class_="no"), title, id=ident)
    story = [one if isinstance(one, Markup) and one.startswith("<p") else para(one) for one in say if one]
    return tag("section", tag("header", head, *story), tag("div", *content), class_="s")


def empty(ident: str, number: int, title: str, said: str, *content: object) -> Markup:
    """A section that has nothing to show and says why."""
    return section(ident, number, title, [], para(said, class_="empty"), *content)


def unbroken(value: str, most: int = 60, fits: int = 26) -> Markup:
    """A name that stays on one line, unless it is too long for that."""
    return tag("span", text(value, most), class_="nb" if len(value) <= fits else None)


def figure(title: object, under: object, *content: object) -> Markup:
    """A figure with its caption."""
    return tag("figure", tag("figcaption", tag("b", title), under), *content)


def plot(*content: object, kind: str = "", rows: int = 1) -> Markup:
    """The room around a chart; ``rows`` of letters stand above it."""
    classes = " ".join(filter(None, ["plot", kind, f"rows{rows}" if rows > 1 else ""]))
    return tag("div", *content, class_=classes)


_LEGEND = {
    "line1": '<line class="l1" x1="0" x2="26" y1="6" y2="6"/>',
    "line2": '<line class="l2" x1="0" x2="26" y1="6" y2="6"/>',
    "line3": '<line class="l3" x1="0" x2="26" y1="6" y2="6"/>',
    "plan": '<rect class="plan" width="26" height="12"/><line class="base" x1="0" x2="26" y1="1" y2="1"/>',
    "fault": '<rect width="26" height="12" fill="url(#p-fault)"/><rect class="flag" width="26" height="2"/>',
    "pause": '<rect width="26" height="12" fill="url(#p-pause)"/>',
    "forbid": '<rect width="26" height="12" fill="url(#p-forbid)"/>',
    "limit": '<line class="limit" x1="0" x2="26" y1="6" y2="6"/>',
}


def legend(items: Iterable[tuple[str, str]]) -> Markup:
    """Samples with their meaning; names are keys of the table of samples."""
    made = [
        tag("li", tag("svg", Markup(_LEGEND[kind]), width=26, height=12, aria_hidden="true"), words)
        for kind, words in items
    ]
    return tag("ul", *made, class_="legend")


def time_legend(frame: TimeFrame, items: Iterable[tuple[str, str]], left: int = 0) -> Markup:
    """A legend with faults and pauses when there are any, and the key of letters; ``left`` events have none."""
    kinds = {mark.kind for mark in frame.marks}
    extra = [("fault", "fault on")] * ("fault" in kinds) + [("pause", "paused")] * ("pause" in kinds)
    key = join((tag("b", mark.letter) + " " + text(mark.name, 80) for mark in frame.marks), " · ")
    if left:
        key = key + f" · {left} more {'event' if left == 1 else 'events'} without a letter"
    classes = "n small mute" if frame.names_fit and not left else "small mute key"
    return legend([*items, *extra]) + (para(key, class_=classes) if frame.marks else Markup(""))
