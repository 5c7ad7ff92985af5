"""Facts about what travels: only what changed, and for who was away all that changed meanwhile."""

from __future__ import annotations

import re
from typing import Any

from hms_esr.charts.markup import Markup
from hms_esr.edu.live.page_diff import PageDiff, PageState


def page(rows: dict[str, str], **insides: str) -> PageState:
    """A made-up page: places by key, and one list."""
    slots = PageState()
    for key, inside in insides.items():
        slots.live("p", key, inside, class_=inside.split()[0])
    made = [(row, slots.live("li", row, inside)) for row, inside in rows.items()]
    slots.listing("ul", "list", made)
    return slots


class Reader:
    """Somebody's page, kept by applying changes as the script does."""

    def __init__(self, slots: PageState) -> None:
        self.classes = dict(slots.classes)
        self.rows = {row: slots.inside[row] for row in slots.rows["list"]}
        self.inside = {key: text for key, text in slots.inside.items() if key not in self.rows}

    def apply(self, change: dict[str, Any]) -> None:
        for _, row in change["a"]:
            self.rows |= _rows(row)
        if "list" in change["h"]:
            self.rows = _rows(change["h"]["list"])
        for key, text in change["h"].items():
            if key != "list":
                (self.rows if key in self.rows else self.inside)[key] = text
        self.classes |= change["c"]


def _rows(text: str) -> dict[str, str]:
    return dict(re.findall(r'<li data-k="(\w+)">(.*?)</li>', text))


def test_only_what_changed_travels() -> None:
    """A place that reads as before is not sent; text from outside stays escaped."""
    ledger = PageDiff(page({"r1": "one"}, a="same", b="old <b>"))
    change = ledger.turn(page({"r1": "one"}, a="same", b="new <b>"))
    assert change == {"h": {"b": "new &lt;b&gt;"}, "c": {"b": "new"}, "a": []}
    assert ledger.number == 1


def test_rows_keep_their_place_and_new_ones_come_at_the_end() -> None:
    """A new row travels whole, an old one only its inside; rows that moved make the list travel."""
    ledger = PageDiff(page({"r1": "one"}))
    change = ledger.turn(page({"r1": "more", "r2": "two"}))
    assert change == {"h": {"r1": "more"}, "c": {}, "a": [["list", '<li data-k="r2">two</li>']]}
    change = ledger.turn(page({"r2": "two", "r1": "more"}))
    assert list(change["h"]) == ["list"] and change["a"] == []


def test_who_was_away_ends_where_who_stayed_is() -> None:
    """From any moment missed, one message makes the page what it is for everybody else; so does the whole."""
    rows = [{f"r{n}": f"row {n}.{at}" for n in range(1 + at // 2)} for at in range(9)]
    moments = [page(rows[at], a=f"a{at // 3}", b="b") for at in range(9)]
    ledger = PageDiff(moments[0])
    stayed = Reader(moments[0])
    for slots in moments[1:]:
        stayed.apply(ledger.turn(slots))
    for left_at in range(9):
        for change in (ledger.since(left_at), ledger.everything()):
            away = Reader(moments[left_at])
            away.apply(change)
            assert (away.inside, away.rows) == (stayed.inside, stayed.rows), left_at
            assert away.classes["a"] == stayed.classes["a"]
    assert len(stayed.rows) == 5
    assert ledger.since(8) == {"h": {}, "c": {}, "a": []}
    assert ledger.everything()["h"].keys() >= {"a", "b", "list"}


def test_what_is_drawn_is_what_travels() -> None:
    """The element of the first paint holds the text of its slot."""
    slots = PageState()
    made = slots.live("span", "x", "5 < 6", Markup("<b>!</b>"), class_="c")
    assert made == '<span class="c" data-k="x">5 &lt; 6<b>!</b></span>'
    assert slots.inside["x"] == "5 &lt; 6<b>!</b>"
