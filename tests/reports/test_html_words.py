"""Tests of hms_esr.reports.html: what each section says of a run, by rule."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hms_esr.events import Happened
from hms_esr.record import Record, Samples
from hms_esr.reports.html import HtmlReport
from hms_esr.verdicts.judge import judge
from tests.records import made_up_record
from tests.reports.edge_records import nobody, three_people
from tests.reports.parsed import Page, parsed


def read(record: Record, *, strict: bool = False) -> tuple[Page, str]:
    """A record's page, parsed, and its text with plain spaces."""
    page = parsed(HtmlReport().write(record, judge(record, strict=strict)))
    return page, page.all("body")[0].text.replace("\u00a0", " ")


def interrupted(**choices: Any) -> Record:
    """A run that a person ended."""
    record = made_up_record(**choices)
    record.interrupted = "Ctrl-C"
    return record


VERDICTS = {
    "PASS": ("ok", lambda: made_up_record()),
    "WARN": ("warn", lambda: made_up_record(checks=({"check": "latency_p95_ms < 4000", "warn": "< 100"},))),
    "FAIL": ("bad", lambda: made_up_record(checks=("success_rate > 0.99",))),
    "INVALID": ("inv", lambda: made_up_record(dropped=0.2)),
    "INTERRUPTED": ("int", interrupted),
}


@pytest.mark.parametrize("shown", VERDICTS)
def test_each_verdict_has_its_own_word_shape_and_frame(shown: str) -> None:
    """The title starts with the word; block, symbol and word agree, so that no form depends on color."""
    kind, make = VERDICTS[shown]
    page, _ = read(make())
    assert page.all("title")[0].text.startswith(f"{shown} · ")
    assert page.all("section", "verdict")[0].attributes["class"] == f"verdict v-{kind}"
    assert next(one for one in page.all("use")).attributes["href"] == f"#i-{kind}"
    assert page.all("h2", "word")[0].text == f"Verdict: {shown}"


@pytest.mark.parametrize("shown", ["INVALID", "INTERRUPTED"])
def test_without_trust_no_check_is_judged_but_values_stay(shown: str) -> None:
    """Tiles are grey and say so; no tile, bar or word is green, yellow or red."""
    page, text = read(VERDICTS[shown][1]())
    tiles = page.all("li", "tile")
    assert tiles
    assert all("not judged" in one.text and one.attributes["class"] == "tile" for one in tiles)
    assert all(one.text for one in page.all("b"))
    assert "No check is judged" in text
    assert not re.search(r"\b(PASS|FAIL|WARN)\b", "".join(one.text for one in tiles))


def test_an_interrupted_run_says_what_the_figures_cover() -> None:
    """From when to when, and that faults were undone."""
    _, text = read(interrupted())
    assert "Faults were undone and verified. No check is judged. The figures below cover 00:00:00 to" in text


def test_an_empty_run_has_every_part_and_says_why_it_is_empty() -> None:
    """Nobody came: each section says so instead of showing nothing."""
    _, text = read(nobody())
    for said in (
        "There are no figures, for nothing was carried out.",
        "Nobody was due while the run went on.",
        "No request was answered, so there are no answer times.",
        "Nobody came, so nobody got stuck.",
        "No errors in 0 requests.",
        "The scenario has no fault, so there was nothing to recover from.",
        "No worker reported about itself.",
    ):
        assert said in text


def test_three_people_are_too_few_for_a_line_and_the_page_says_so() -> None:
    """A point takes 8 requests; the figures are still in the tables."""
    _, text = read(three_people())
    assert "No line: it takes 8 requests within 1 real second for a point." in text
    assert "All 3 planned people are accounted for." in text


def test_no_errors_is_said_with_the_number_of_requests() -> None:
    """Zero of how many."""
    record = made_up_record(people=100, fault=None, forgetful=0.0, too_late=0.0)
    _, text = read(record)
    assert f"No errors in {record.requests:,} requests." in text


def test_everybody_planned_is_accounted_for_in_one_line() -> None:
    """planned = completed + failed + dropped + lost, with unfinished when there are any."""
    record = made_up_record(people=500, dropped=0.004, unfinished=0.1)
    page, _ = read(record)
    (line,) = page.all("dl", "sum")
    states = ("completed", "failed", "dropped", "lost", "unfinished")
    assert line.text == "planned500" + "".join(f"{state}{record.people(state)}" for state in states)


def test_an_event_has_the_same_letter_in_chart_table_and_key() -> None:
    """The fault is A above both charts, in the key, in its recovery and in the table of faults."""
    page, text = read(made_up_record())
    letters = [one.text for one in page.all("text", "flagt")]
    assert letters == ["A", "B", "C"] * 2
    assert "A records_down · B no new people · C settling open cases" in text
    assert "A, records_down: 95 of 100 within" in text


def test_events_come_in_order_of_time_whatever_order_they_were_heard_in() -> None:
    """A worker lost before the fault takes the letter A from it."""
    record = made_up_record()
    record.handle(Happened("worker_lost", "worker 3 lost", 5.0, 300.0))
    _, text = read(record)
    assert "A worker 3 lost · B records_down" in text


def test_one_clock_at_warp_1_two_otherwise() -> None:
    """Simulated times are shown only where they differ from real ones."""
    plain = made_up_record(warp=1.0)
    plain.segments = plain.segments[:1]
    assert "sim." not in read(plain)[1]
    assert "sim." in read(made_up_record())[1]


def test_ten_checks_show_the_worst_eight_as_tiles_and_all_in_the_table() -> None:
    """Checks that do not hold come first."""
    checks = (*(f"latency_p95_ms < {3000 + n}" for n in range(9)), "success_rate > 0.999")
    page, text = read(made_up_record(checks=checks))
    tiles = page.all("li", "tile")
    assert len(tiles) == 8
    assert "FAIL" in tiles[0].text
    assert "all 10 are under Checks" in text
    assert all(check in text for check in checks)


def test_a_check_added_by_us_is_marked_default() -> None:
    """A scenario without a limit is judged by the usual one, and the page says that it is not the scenario's."""
    _, text = read(made_up_record(checks=()))
    assert "(default)" in text
    assert "so the usual one was added" in text


def test_commands_to_repeat_name_a_person_worth_repeating() -> None:
    """The command, one person of the first error alone, and the report again."""
    record = made_up_record()
    page, _ = read(record)
    blocks = [one.text.splitlines() for one in page.all("pre")]
    commands = next(one for one in blocks if one[0] == record.manifest.command)
    example = max(record.errors.values(), key=lambda one: one.n).example_k
    assert commands[0] == record.manifest.command
    assert commands[1].startswith(f"{record.manifest.command} --only {example}")
    assert commands[2].startswith(f"hms-esr report {record.manifest.run_id}")


def test_what_was_not_tested_follows_from_the_scenario() -> None:
    """No fault, one seed, a stop and unjudged answer times are each said."""
    record = interrupted(fault=None, checks=("success_rate > 0.5",))
    record.real_s = 30.0
    _, text = read(record)
    assert "No fault was put on" in text
    assert "One seed (7)" in text
    assert "Everything planned after 0:30: the run covers" in text
    assert "No check judges answer times" in text
    assert "No fault was put on" not in read(made_up_record())[1]


def test_a_fault_not_undone_is_said_in_red_and_in_words() -> None:
    """The table says not verified, the story that it may still be on."""
    _, text = read(made_up_record(undone=False))
    assert "not verified" in text
    assert "they may still be on" in text


def test_people_by_step_add_up_to_all_who_came() -> None:
    """Finished and stuck are everybody planned."""
    record = made_up_record(people=400)
    page, text = read(record)
    rows = page.all("tr", "total")
    stuck = 400 - record.people("completed")
    assert any(f"finished{record.people('completed')}{stuck}" in row.text for row in rows)
    assert f"{stuck} people did not finish: they were stopped" in text


def test_a_long_pause_of_the_memory_collector_is_told() -> None:
    """From 10 ms on, beside the workers' health; a short one is not worth a line."""
    record = made_up_record(workers=2)
    assert "memory collector" not in read(record)[1]
    worker = record.workers["worker-2"]
    worker.gc_pause_max_ms, worker.gc_pauses_ms = 45.0, {3: 12.0, 9: 45.0}
    said = "worker-2 was stopped for at most 45 ms by Python’s memory collector, for 10 ms or more in 2 seconds."
    assert said in read(record)[1]


def test_where_the_time_went_and_examples_are_told() -> None:
    """Phases by step, up to three examples of each kind of error with the command to repeat that person."""
    record = made_up_record()
    page, text = read(record)
    assert "Where a request’s time went" in text
    assert "90% was waiting for the first byte" in text
    kind = max(record.errors, key=lambda key: record.errors[key].n)
    examples = record.samples.failed(kind.kind, kind.message, kind.status)[:3]
    assert len(examples) == 3
    blocks = [one.text for one in page.all("pre")]
    for one in examples:
        assert f"person {one.person_no}" in text
        assert one.trace_id in text
        assert any(f"{record.manifest.command} --only {one.person_no}" in block for block in blocks)


def test_a_record_without_phases_and_samples_says_nothing_of_them() -> None:
    """As records of older programs are."""
    record = made_up_record()
    record.phases, record.samples = {}, Samples()
    _, text = read(record)
    assert "Where a request’s time went" not in text
    assert "Examples: who" not in text
    assert "slowest answers" not in text
