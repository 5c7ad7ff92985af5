"""Where requests spend their time, and which are kept as examples."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.engine.recording.recorder import Recorder
from hms_esr.engine.recording.samples import SLOWEST
from hms_esr.histogram import Histogram
from hms_esr.record import ErrorKey, Sample, SeriesKey
from hms_esr.record.phases import coarsely
from hms_esr.record.samples import MOST_OF_A_KIND

KEY = SeriesKey("apply", "submit", "farmer", 200, "")
WHERE = ("apply", "submit")


def one(kind: str, k: int, started_s: float, ended_s: float, message: str = "") -> Sample:
    """A sample of the one step."""
    return Sample(kind, "apply", "submit", "farmer", k, f"{k:032x}", 200, started_s, started_s, ended_s, message)


def test_phases_are_those_of_answers_and_of_connections() -> None:
    """First byte and reading of every answer; connect and TLS only where a connection was opened; none else."""
    recorder = Recorder("worker 1")
    for persona, first_byte_ms in (("farmer", 8.0), ("clerk", 12.0), ("clerk", -1.0)):
        recorder.record_request(
            1.5, KEY._replace(persona=persona), first_byte_ms < 0, 10, 20.0, 20.0, first_byte_ms, 2.0
        )
    recorder.connected(1.5, *WHERE, 0.5, 3.0)
    recorder.connected(1.6, *WHERE, 0.7, 0.0)
    told = {tick.second: tick.phases for tick in recorder.take(4, 0.0)}
    assert {second for second, phases in told.items() if phases} == {1}
    phases = told[1][WHERE]
    assert [phases.connect.count, phases.tls.count, phases.first_byte.count, phases.reading.count] == [2, 1, 2, 2]
    assert [phases.connect.total, phases.tls.total, phases.first_byte.total] == [1.2, 3.0, 20.0]
    assert (phases.first_byte.minimum, phases.first_byte.maximum) == (8.0, 12.0)


@given(st.lists(st.floats(0.01, 1e5), min_size=1, max_size=300), st.floats(0.01, 0.99))
def test_wide_buckets_are_within_three_percent(values: list[float], share: float) -> None:
    """Percentiles of phases are within 3 % of the fine histogram's, their count and sum are its own."""
    fine = Histogram()
    fine.add_all(values)
    wide = coarsely(values)
    assert wide.count == fine.count == sum(wide.counts.values())
    assert abs(wide.total - fine.total) <= 0.0001 + 1e-9 * fine.total
    assert abs(wide.percentile(share) - fine.percentile(share)) <= 0.035 * fine.percentile(share)


def test_the_slowest_of_each_minute_are_kept() -> None:
    """Of 200 requests in two minutes the five slowest of each come with the ticks, each once, in its second."""
    recorder = Recorder("worker 1")
    kept = []
    for k in range(200):
        ended_s, took_ms = k * 0.6, float(1 + k * 37 % 100)
        if recorder.record_request(ended_s, KEY, False, 10, took_ms, took_ms, took_ms, 0.0):
            recorder.slow(one("slow", k, ended_s - took_ms / 1000, ended_s))
        kept += recorder.take(int(ended_s), 0.0)
    kept += recorder.take(121, 0.0)
    found = [sample for tick in kept for sample in tick.samples]
    assert len(found) == len(set(found)) < 80
    assert all(int(sample.ended_s) == tick.second for tick in kept for sample in tick.samples)
    for minute in (0, 1):
        slowest = sorted((1 + k * 37 % 100 for k in range(100 * minute, 100 * minute + 100)), reverse=True)[:SLOWEST]
        told = sorted(round((s.ended_s - s.started_s) * 1000) for s in found if s.ended_s // 60 == minute)
        assert told[-SLOWEST:] == sorted(slowest)


def test_a_failed_request_is_no_slow_one() -> None:
    """Failures have examples of their own."""
    recorder = Recorder("worker 1")
    assert not recorder.record_request(1.0, KEY, True, 0, 30_000.0, 30_000.0)
    assert recorder.record_request(1.0, KEY, False, 0, 3.0, 3.0, 2.0, 1.0)


def test_failures_are_kept_up_to_a_cap() -> None:
    """The first of each kind, however many come, and those of other kinds all the same."""
    recorder = Recorder("worker 1")
    keys = [ErrorKey("apply", "submit", "status", text, 500) for text in ("no room", "no clerk")]
    for k in range(3 * MOST_OF_A_KIND):
        for key in keys[: 2 if k > 50 else 1]:
            counted = recorder.error(1.0 + k / 100, key, k, "t", stopped=False)
            if recorder.wants(counted):
                recorder.failed(one("status", k, 1.0, 1.0 + k / 100, key.message), counted)
    found = [sample for tick in recorder.take(3, 0.0) for sample in tick.samples]
    assert [sample.person_no for sample in found if sample.message == "no room"] == list(range(MOST_OF_A_KIND))
    assert [sample.person_no for sample in found if sample.message == "no clerk"] == list(range(51, 60))
