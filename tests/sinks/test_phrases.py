"""Facts about the console's words."""

from __future__ import annotations

import pytest

from hms_esr.events import Happened, RunStarted
from hms_esr.sinks import phrases
from hms_esr.verdicts.judge import judge
from tests.each import each
from tests.records import made_up_record
from tests.sinks.hears import ENDED, STARTED, fault, progress
from tests.verdicts.test_silence import seconds_of


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (STARTED, "▶ Starting schedule_f: 500 people against http://127.0.0.1:9800 (10 simulated minutes in 20 s)"),
        (RunStarted("r", "x", "http://h", 1, 300.0, 1.0), "▶ Starting x: 1 person against http://h (5 min)"),
        (RunStarted("r", "x", "http://h", 0, 20.0, 1.0), "▶ Starting x: against http://h (20 s)"),
        (
            RunStarted("r", "x", "http://h", 9, 60.0, 1.0, unnamed=True),
            "▶ Starting x: 9 people against http://h (the embedded city: no target was named) (60 s)",
        ),
        (
            RunStarted("r", "x", "http://h", 9, 60.0, 1440.0),
            "▶ Starting x: 9 people against http://h (24 simulated hours in 60 s)",
        ),
        (
            RunStarted("r", "x", "http://h", 9, 10.0, 100.3),
            "▶ Starting x: 9 people against http://h (16 min 43 s simulated in 10 s)",
        ),
    ],
)
def test_the_first_line_says_who_where_and_how_long(event: RunStarted, said: str) -> None:
    """People, target, and both times where time is warped."""
    assert plain(phrases.started(event)) == said


@each(
    ("event", "said"),
    [
        (
            fault("fault_on", 5, fault="latency", latency_ms=800.0),
            "⏱ latency spike injected (eligibility-svc → 800 ms)",
        ),
        (fault("fault_on", 5, fault="latency"), "⏱ latency spike injected (slow eligibility)"),
        (fault("fault_on", 5, fault="down"), "⏱ fault injected: slow eligibility (eligibility-svc)"),
        (fault("fault_off", 9, verified=True), "✔ slow eligibility: fault over"),
        (fault("fault_off", 9, verified=False), "✖ slow eligibility: fault over, but it may still be on"),
        (Happened("ramp_up_complete", "ramp up complete", 5, 150), "⏱ ramp up complete"),
        (Happened("abort", "too many errors", 5, 150), "✖ stopped to protect the target: too many errors"),
        (Happened("breaker", "too many errors", 5, 150), "✖ stopped to protect the target: too many errors"),
        (Happened("drained", "everybody is done", 5, 150), ""),
    ],
)
def test_events_in_words(event: Happened, said: str) -> None:
    """What matters to the person who waits has a line; the rest has none."""
    assert plain(phrases.happened(event)) == said


def test_watching_shows_every_event() -> None:
    """What has no line otherwise has one for who watches."""
    assert phrases.happened(Happened("drained", "everybody is done", 5, 150), watch=True) == "· everybody is done"


def test_a_moment_on_one_line() -> None:
    """Both clocks, people, rates, faults; what there is none of is left out."""
    line = plain(phrases.moment(progress(10.0, faults_on=("slow records",), waiting=4, dropped=2)))

    assert line == (
        "0:10 real, 5:00 simulated · 250 of 500 people came, 37 active, 4 waiting, 200 completed, "
        "13 failed (submit 12, pay 1), 2 dropped · 25 people/s, 100 requests/s, p95 242 ms, 13 errors · "
        "faults on: slow records"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"warp": 1.0, "sim_s": 10.0}, "0:10"),
        ({"sim_s": 300.0}, "0:10 real, 5:00 simulated"),
        ({"sim_s": 86400.0 * 2 + 3661}, "0:10 real, 2 d 1:01:01 simulated"),
        ({"warp": 1.0, "sim_s": 5.0}, "0:10 real, 0:05 simulated"),
    ],
)
def test_clocks(given: dict[str, float], said: str) -> None:
    """One clock where they agree, two where simulated time runs apart."""
    assert phrases.clocks(progress(10.0, **given)) == said


def test_only_the_worst_steps_are_listed() -> None:
    """Steps where people fail come by number; beyond five an ellipsis."""
    failed = {f"step-{n}": n for n in range(1, 8)}

    assert "(step-7 7, step-6 6, step-5 5, step-4 4, step-3 3, …)" in phrases.people(
        progress(1.0, failed_by_step=failed)
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"errors": 0}, "· Latency p95 = 242 ms   ✔ 0 errors"),
        ({"errors": 1}, "· Latency p95 = 242 ms   · 1 error"),
        ({"errors": 0, "p95_ms": None}, "✔ 0 errors"),
    ],
)
def test_last_figures(given: dict[str, object], said: str) -> None:
    """No errors are good in themselves; an answer time is judged by checks alone."""
    assert plain(phrases.last_figures(progress(9.0, **given))) == said


def test_the_end_names_the_duration() -> None:
    """Minutes and seconds, as the first documents promise."""
    assert plain(phrases.ended(ENDED)) == "🏁 finished (duration 6 min 12 s)"


def test_closing_lines_of_a_pass() -> None:
    """Checks with marks, where people got stuck, then verdict, report, and what to try next, in this order."""
    record = made_up_record()
    lines = [plain(line) for line in phrases.closing(record, judge(record), "results/x_report.html", "hms-esr run y")]

    assert [line[:2] for line in lines[:4]] == ["✔ "] * 4
    assert any(line.startswith("✖ ") and "did not get past submit (400 Schedule F missing)" in line for line in lines)
    assert [line.split(" ")[0] for line in lines[-3:]] == ["PASS", "Report:", "Next:"]
    assert lines[-2:] == ["Report: results/x_report.html", "Next:   hms-esr run y"]


def test_a_check_of_answer_times_says_how_many_got_no_answer() -> None:
    """Refused connections are quick: a check that holds must not hide them."""
    for answered, said in ((2, "8 requests, 2 unanswered"), (4, "")):
        record = seconds_of(4, answered, checks=("latency_p95_ms < 1000",))
        first = plain(phrases.closing(record, judge(record), "r", "")[0])
        assert first == f"✔ Answer time, 95 of 100 requests: 3.0 ms, under 1 s{f' ({said})' if said else ''}"


def test_reasons_beyond_the_fifth_are_counted() -> None:
    """Where people got stuck is cut after five, and says how many reasons and people are left out."""
    record = made_up_record()
    record.stuck = {("apply", f"step {n}", "no"): 20 - n for n in range(8)}
    lines = [plain(line) for line in phrases.stuck(record)]
    assert lines[4:] == ["✖ 16 did not get past step 4 (no)", "✖ and 3 reasons more, 42 people: see the report"]
    record.stuck = {("apply", f"step {n}", "no"): 1 for n in range(5)}
    assert len(phrases.stuck(record)) == 5


def test_steps_beyond_the_fifth_are_counted_in_the_crowd() -> None:
    """With --watch nobody who failed is left out."""
    lines = phrases.crowd(progress(9.0, failed_by_step={f"step {n}": 9 - n for n in range(7)}))
    assert lines[-2:] == ["✖ 5 failed at step 4", "✖ 7 failed at other steps"]


def test_closing_lines_of_a_fail_mark_the_check() -> None:
    """The check that does not hold has a cross."""
    record = made_up_record(forgetful=0.5)
    lines = phrases.closing(record, judge(record), "r", "")

    assert lines[0].startswith("✖ People who finish")
    assert any(line.startswith("FAIL  ") for line in lines)
    assert lines[-1] == "Report: r"


def test_closing_lines_of_an_invalid_run_judge_nothing() -> None:
    """Checks keep their values without marks, and what to change is said."""
    record = made_up_record(dropped=0.1)
    lines = phrases.closing(record, judge(record), "r", "")

    assert all(line.startswith("· ") for line in lines[:4])
    assert any(line.startswith("INVALID  ") for line in lines)
    assert any("Repeat with less load" in line for line in lines)
