"""Tests of hms_esr.verdicts.silence, and of what verdicts say of requests without an answer."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.clock import Segment
from hms_esr.record import Cell, ErrorCount, ErrorKey, PersonEnd, Record, SeriesKey, Tick
from hms_esr.record.fold import fold_tick
from hms_esr.verdicts.judge import judge
from hms_esr.verdicts.judgement import Judgement
from hms_esr.verdicts.sentence import words_in
from hms_esr.verdicts.silence import silence
from tests.records import Day, made_up_manifest, made_up_scenario

CHECKS = ("success_rate > 0.5", "latency_p95_ms < 1000")


def seconds_of(*answers: int, each: int = 4, took_ms: float = 3.0, checks: tuple[Any, ...] = CHECKS) -> Record:
    """A run of one second for each argument: so many of ``each`` requests were answered, the rest got no answer."""
    length_s = max(1, len(answers))
    day = Day(people=each * length_s, length_s=length_s, warp=1.0, fault=None, checks=checks)
    scenario = made_up_scenario(day)
    record = Record(made_up_manifest(day, scenario), scenario, planned_total=day.people)
    record.length_real_s = float(day.length_s)
    record.segments = [Segment(0.0, 0.0, 1.0)]
    for second, answered in enumerate(answers):
        tick = Tick("worker-1", second, second, planned={second: each}, delivered={second: each})
        for status, n in ((200, answered), (0, each - answered)):
            if n:
                cell = Cell(n, 0 if status else n)
                cell.intended.add(took_ms, n)
                cell.actual.add(took_ms, n)
                tick.cells[SeriesKey("apply", "open_form", "farmer", status, "")] = cell
        for k in range(each):
            state = "completed" if k < answered else "failed"
            tick.ends.append(PersonEnd(k, "apply", "farmer", state, "open_form", "", second, second, second + 0.5))
        fold_tick(record, tick)
    return record


def judged(*answers: int, took_ms: float = 3.0, checks: tuple[str, ...] = CHECKS) -> Judgement:
    """The judgement of :func:`seconds_of`."""
    return judge(seconds_of(*answers, took_ms=took_ms, checks=checks))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((4, 4, 0, 0), "The site stopped answering 2 s into the run: none of the 8 requests that ended later got an "),
        ((4, 1, 0), "The site stopped answering 2 s into the run: none of the 4 requests that ended later got an "),
        ((0, 0), "The site never answered: none of 8 requests got an "),
        ((4, 0, 0, 1), ""),
        ((4, 4), ""),
        ((), ""),
    ],
)
def test_a_site_that_fell_silent_for_good_is_told(answers: tuple[int, ...], said: str) -> None:
    """From the last second with an answer to the end; not when an answer came again."""
    sentence = silence(seconds_of(*answers)).replace("\u00a0", " ")
    assert sentence == (f"{said}answer." if said else "")
    assert words_in(sentence) <= 30


def test_requests_cut_off_by_the_end_of_the_run_are_no_silence() -> None:
    """They say nothing about the site, and neither do one or two lost answers."""
    record = seconds_of(4, 4, 0)
    record.errors[ErrorKey("apply", "open_form", "no_answer", "stopped while waiting for an answer", 0)] = ErrorCount(
        2, by_second={2: 2}
    )
    assert silence(record) == ""
    assert silence(seconds_of(2, 0, each=2)) == ""


def test_warped_time_is_told_as_real() -> None:
    """Where two clocks run, the second is said to be a real one."""
    record = seconds_of(4, 0)
    record.segments = [Segment(0.0, 0.0, 60.0)]
    assert "1\u00a0s of real time into the run" in silence(record)


def test_every_verdict_about_the_site_says_that_it_fell_silent() -> None:
    """First among the other reasons, in a FAIL, a PASS and an INTERRUPTED run; an INVALID one is not about the site."""
    told = "The site stopped answering"
    assert judged(4, 4, 0, 0).also[0].startswith(told)
    kept = judged(4, 4, 0, 0, checks=("latency_p95_ms < 1000",))
    assert (kept.verdict, kept.also[0].startswith(told)) == ("PASS", True)
    record = seconds_of(4, 4, 0, 0)
    record.interrupted = "Ctrl-C"
    assert judge(record).also[0].startswith(told)
    record = seconds_of(4, 4, 0, 0)
    record.problems.append("made up")
    assert not any(told in one for one in judge(record).also)


def test_times_of_requests_without_an_answer_are_no_answers() -> None:
    """They ended within the time; how many of them were answered is said, in the sentence and beside the figure."""
    check = ("latency_p95_ms < 1000",)
    quick = judged(4, 2, checks=check)
    assert quick.sentence.replace("\u00a0", " ") == (
        "The site kept its promise: 95 of 100 requests ended within 3.0 ms, 2 of 8 unanswered (under 1 s required)."
    )
    assert quick.checks[0].note.replace("\u00a0", " ") == "8 requests, 2 unanswered"
    never = judged(0, 0, took_ms=30_000.0, checks=check)
    assert never.sentence.replace("\u00a0", " ") == (
        "The site did not answer: 95 of 100 requests ended within 30.0 s, none of them answered, and under 1 s is "
        "required."
    )
    assert never.checks[0].note.replace("\u00a0", " ") == "8 requests, none answered"
    mean = judged(4, 2, checks=("latency_mean_ms < 1",))
    assert "requests took 3.0 ms on average, 2 of 8 unanswered" in mean.sentence.replace("\u00a0", " ")


def test_answered_requests_keep_their_words() -> None:
    """Nothing is said of missing answers when none is missing."""
    sentence = judged(4, 4, checks=("latency_p95_ms < 1000",)).sentence
    assert "95 of 100 requests were answered within" in sentence
    assert seconds_of(4, 4).unanswered == 0
    assert seconds_of(4, 1).unanswered == 3


def test_a_run_that_broke_off_is_not_blamed_on_its_scenario() -> None:
    """Nobody came because the program ended: nobody is told to plan more people, and no log is promised."""
    record = seconds_of()
    record.planned_total = 10
    record.problems.append("the rehearsal's process ended before its report")
    said = " ".join(one.advice for one in judge(record).conditions)
    assert "Repeat the run." in said
    assert "more people" not in said and "log" not in said
