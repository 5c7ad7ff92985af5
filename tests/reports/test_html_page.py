"""Tests of hms_esr.reports.html: what every page is, whatever the run."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from xml.etree import ElementTree

from hms_esr.record import Record
from hms_esr.reports import REPORTS
from hms_esr.reports.html import HtmlReport
from hms_esr.verdicts.judge import judge
from tests.each import each
from tests.records import made_up_record
from tests.reports.edge_records import HOSTILE, hostile, large, nobody, short_faults, three_people
from tests.reports.parsed import parsed, svgs

RUNS = {
    "usual": lambda: made_up_record(people=600, workers=3),
    "real time": lambda: made_up_record(warp=1.0),
    "no errors": lambda: made_up_record(fault=None, forgetful=0.0, too_late=0.0),
    "warmed up": lambda: made_up_record(warm_s=10),
    "not undone": lambda: made_up_record(undone=False),
    "nobody": nobody,
    "three people": three_people,
    "short faults": short_faults,
    "hostile": hostile,
    "large": large,
}
SECTIONS = "figures load times percentiles people errors checks recovery trust limits repeat words".split()  # noqa: SIM905


@cache
def page_of(run: str) -> str:
    """The report of a kind of run."""
    return made(RUNS[run]())


def made(record: Record) -> str:
    """The report of a record, judged."""
    return HtmlReport().write(record, judge(record))


def test_the_table_of_reports_names_it() -> None:
    """``html`` is this report, and its file is report.html."""
    assert REPORTS.get("html") is HtmlReport
    assert HtmlReport.filename == "report.html"


@each("run", RUNS)
def test_a_page_is_one_small_well_formed_file(run: str) -> None:
    """At most 500 kB of UTF-8, every element closed in order, no id twice, every inner link leads somewhere."""
    page = page_of(run)
    assert len(page.encode()) <= 500_000
    read = parsed(page)
    assert len(read.ids) == len(set(read.ids))
    inner = {one.attributes["href"][1:] for one in read.elements if one.attributes.get("href", "").startswith("#")}
    assert inner <= set(read.ids)
    for one in read.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(one.attributes.get(name, "").split()) <= set(read.ids)


@each("run", RUNS)
def test_a_page_requests_nothing_and_runs_nothing(run: str) -> None:
    """No script, no style attribute, no handler, no address to fetch; one style whose hash the policy allows."""
    page = page_of(run)
    read = parsed(page)
    names = {one.name for one in read.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "image", "audio", "video", "form", "base"}
    for one in read.elements:
        assert "style" not in one.attributes and "src" not in one.attributes
        assert not [name for name in one.attributes if name.startswith("on")]
        assert one.attributes.get("href", "#").startswith("#")
    (style,) = read.all("style")
    policy = next(one for one in read.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy")
    digest = b64encode(sha256(style.text.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy.attributes["content"]
    assert policy.attributes["content"].startswith("default-src 'none'; ")
    assert "@import" not in style.text
    assert not re.findall(r"url\((?!#)", page)


@each("run", RUNS)
def test_all_parts_come_in_order_and_none_failed(run: str) -> None:
    """One h1; the verdict is the first h2, then twelve numbered sections, each with something in it."""
    page = page_of(run)
    read = parsed(page)
    assert len(read.all("h1")) == 1
    heads = read.all("h2")
    assert heads[0].text.startswith("Verdict: ")
    assert [one.attributes.get("id") for one in heads[1:]] == SECTIONS
    assert [one.text for one in read.all("span", "no")] == [str(n) for n in range(1, 13)]
    assert "could not be drawn" not in page
    assert read.all("title")[0].text.startswith(heads[0].text.removeprefix("Verdict: ") + " · ")


@each("run", RUNS)
def test_every_chart_is_xml_with_a_name(run: str) -> None:
    """Charts parse as XML; those that are images have title and description, others are hidden from readers."""
    page = page_of(run)
    charts = svgs(page)
    for one in charts:
        svg = ElementTree.fromstring(one)
        if svg.get("role") == "img":
            assert svg[0].tag == "title" and svg[0].text and svg[1].tag == "desc" and svg[1].text
        else:
            assert svg.get("aria-hidden") == "true"
    assert not re.search(r'"[^"]*\b(?:nan|inf)\b', "".join(charts))


@each("run", RUNS)
def test_every_table_has_a_caption_and_heads(run: str) -> None:
    """Each table: a caption; each head cell a scope; stacked ones carry roles, so that phones keep their meaning."""
    page = page_of(run)
    read = parsed(page)
    tables, captions = read.all("table"), read.all("caption")
    assert len(tables) == len(captions)
    assert all(one.text for one in captions)
    assert all(one.attributes.get("scope") in ("col", "row") for one in read.all("th"))
    for one in read.all("table", "stack"):
        assert one.attributes["role"] == "table"


def test_hostile_texts_stay_texts() -> None:
    """What a scenario, target or machine wrote is shown as it is, never becomes markup, and turns nothing around."""
    page = made(hostile())
    assert "<script" not in page and "<img" not in page
    assert "\x00" not in page and "\u202e" not in page
    shown = parsed(page).all("h1")[0].text
    assert shown.startswith("</style></title><script>alert(1)</script>")
    assert shown == "".join("\ufffd" if character in "\x00\u202e\ud800" else character for character in HOSTILE)


def test_what_does_not_fit_is_counted() -> None:
    """A run with more than a page can hold says what was left out."""
    page = page_of("large")
    assert "more kinds of error" in page
    assert "more events without a letter" in page
    assert "more characters are not shown; manifest.json has the whole text." in page


def test_a_part_that_fails_leaves_the_page_standing() -> None:
    """The others are there, and the failed one says why."""
    record = made_up_record(people=30)
    judgement = judge(record)
    record.errors = None  # type: ignore[assignment]
    page = HtmlReport().write(record, judgement)
    assert "This part could not be drawn (" in page
    assert [one.attributes.get("id") for one in parsed(page).all("h2")[1:]] == SECTIONS


def test_the_same_record_makes_the_same_page() -> None:
    """No clock and no chance: a report can be made again."""
    assert made(made_up_record(people=50)) == made(made_up_record(people=50))
