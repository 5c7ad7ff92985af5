"""Tests of hms_esr.reports.html: sites that stop answering, runs that broke off, people still under way."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hms_esr.record import ErrorCount, ErrorKey, Record
from hms_esr.reports.html import HtmlReport
from hms_esr.verdicts.judge import judge
from tests.records import made_up_record
from tests.reports.edge_records import killed
from tests.reports.parsed import Page, parsed
from tests.verdicts.test_silence import CHECKS, seconds_of


def read(record: Record) -> tuple[Page, str]:
    """A record's page, parsed, and its text with plain spaces."""
    page = parsed(HtmlReport().write(record, judge(record)))
    return page, page.all("body")[0].text.replace("\u00a0", " ")


def summed(page: Page) -> dict[str, str]:
    """The sum of people: name → figure."""
    names, figures = (one.text for one in page.all("dt")), (one.text for one in page.all("dd"))
    found = dict(zip(names, figures, strict=True))
    return {name: found[name] for name in found if name in SUM}


SUM = ("planned", "completed", "failed", "dropped", "lost", "unfinished", "not in the record")


def test_a_run_killed_before_its_first_second_is_drawn_whole() -> None:
    """No part fails; nobody came, and the load says so beside what was planned; the sum adds up."""
    page, text = read(killed())
    assert "could not be drawn" not in text
    assert "Nobody came: the record ends before its first second." in text
    assert "200 people planned, nobody came; 0 requests" in text
    assert list(summed(page).items()) == [(name, "200" if name in (SUM[0], SUM[-1]) else "0") for name in SUM]


def test_a_run_killed_in_its_middle_says_who_is_missing() -> None:
    """People the record knows nothing of are a term of the sum, and the load was not the one asked for."""
    record = seconds_of(4, 4, 4)
    record.planned_total = 40
    record.problems.append("the rehearsal's process ended before its report")
    page, text = read(record)
    assert summed(page)["not in the record"] == "28"
    assert "40 people planned, 12 came" in text
    assert "The load was the one the scenario asked for." not in text


def test_unfinished_people_are_in_the_sum_and_in_words() -> None:
    """Planned = completed + failed + dropped + lost + unfinished; the story says they were still under way."""
    record = made_up_record(unfinished=0.3)
    n = record.people("unfinished")
    assert n > 10
    page, text = read(record)
    shown = summed(page)
    assert shown["unfinished"] == str(n)
    assert int(shown["planned"]) == sum(int(shown[name]) for name in SUM[1:-1])
    assert f"{n} people were still under way when the run ended: unfinished." in text
    assert f"{n} of them were still under way." in text


def test_a_site_that_never_answers_has_no_answer_times_in_words() -> None:
    """Nothing was answered within anything, and nobody is said to have hardly waited."""
    _, text = read(seconds_of(0, 0, 0, took_ms=30_000.0))
    assert "No request was answered: 12 ended without an answer, half of them within 30.0 s." in text
    assert "The site never answered: none of 12 requests got an answer." in text
    assert "were answered within" not in text
    assert "hardly waited" not in text


def test_a_site_that_stops_answering_is_told_where_it_is_seen() -> None:
    """In the verdict and beside the chart of answer times, with how many requests got no answer."""
    page, text = read(seconds_of(4, 4, 0, 0))
    told = "The site stopped answering 2 s into the run: none of the 8 requests that ended later got an answer."
    assert text.count(told) == 2
    assert told in page.all("section", "verdict")[0].text.replace("\u00a0", " ")
    assert "8 of 16 requests got no answer. Their times count until they were over." in text
    assert "8 of 16 requests got no answer; they count until the moment they were over." in text
    assert "All requests: share over within a time" in text


def test_refused_connections_look_fast_and_that_is_said() -> None:
    """Where connections were refused, low lines are no good news."""
    record = seconds_of(4, 2, 4)
    record.errors[ErrorKey("apply", "open_form", "connection", "connection refused", 0)] = ErrorCount(2)
    _, text = read(record)
    assert "2 of 12 requests got no answer. Their times count: a refused connection looks fast." in text


def test_checks_that_all_fail_are_counted_in_words() -> None:
    """Neither of two, none of three."""
    assert "Neither check holds." in read(seconds_of(0, 0, took_ms=30_000.0))[1]
    three = (*CHECKS, "error_rate < 0.5")
    assert "None of the three checks holds." in read(seconds_of(0, 0, took_ms=30_000.0, checks=three))[1]
    warned = ("success_rate > 0.5", {"check": "latency_p95_ms < 1000", "warn": "< 1"})
    assert (
        "None of two checks holds. One is past its warning level. One does not hold."
        in read(seconds_of(0, 0, checks=warned))[1]
    )


def test_why_a_run_cannot_be_trusted_is_told_once() -> None:
    """A problem that is a row of the table is not a paragraph beside it too; one cut there is told in full."""
    problem = "the rehearsal's process ended before its report"
    page, _ = read(killed())
    trust = page.all("section")[-4].text
    assert "Can this result be trusted?" in trust
    assert trust.count(problem) == 2, "in the sentence and in the table"
    record = killed()
    record.problems = ["word " * 30 + "end"]
    assert "word end" in read(record)[0].all("section")[-4].text


def test_answered_requests_keep_their_words() -> None:
    """Nothing is said of missing answers when none is missing."""
    _, text = read(made_up_record())
    assert "Half of all requests were answered within" in text
    assert "got no answer" not in text
    assert "stopped answering" not in text


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("hms-esr run a.yml --out 'my runs'", " --out 'my runs'"),
        ("hms-esr run a.yml --out=deep/er", " --out deep/er"),
        ("hms-esr run a.yml --out results", ""),
        ("hms-esr run a.yml", ""),
        ("hms-esr run 'a.yml --out x", ""),
    ],
)
def test_the_command_for_this_page_names_the_folder_of_runs(command: str, told: str) -> None:
    """It can be typed as it stands where the run was made."""
    record = made_up_record(people=20)
    record.manifest = replace(record.manifest, command=command)
    _, text = read(record)
    found = re.search(r"hms-esr report (.+?)    # this page again", text)
    assert found is not None
    assert found[1] == record.manifest.run_id + told


def test_the_dot_of_a_slow_step_lies_inside_its_panel() -> None:
    """The scale all charts share holds the points of panels too, when the chart above has none."""
    record = seconds_of(*([1] * 12), each=1, took_ms=30_000.0)
    page = HtmlReport().write(record, judge(record))
    panel = page[page.index('aria-labelledby="st0-t"') :]
    dot = re.search(r'class="l1 alone" d="M[\d.]+ ([\d.]+)h0', panel)
    assert dot is not None
    assert 20 < float(dot[1]) < 500


def test_a_step_with_few_requests_has_a_dot() -> None:
    """Twelve requests in three seconds make one point, large enough to be seen; six make none, which is said."""
    dot = re.compile(r'<path class="l1 alone" d="M[\d.]+ [\d.]+h0"/>')
    page = HtmlReport().write(seconds_of(4, 4, 4), judge(seconds_of(4, 4, 4)))
    panel = page[page.index('aria-labelledby="st0-t"') :]
    assert dot.search(panel[: panel.index("</li>")])
    page = HtmlReport().write(seconds_of(3, 3, each=3), judge(seconds_of(3, 3, each=3)))
    assert "under 8 requests, too few for a point" in page
