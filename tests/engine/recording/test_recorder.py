"""Everything that happens is in exactly one tick, in the second it happened."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.engine.recording.recorder import MOST_KINDS, Recorder
from hms_esr.record import ErrorKey, SeriesKey

KEY = SeriesKey("apply", "submit", "farmer", 200, "")


@given(st.lists(st.floats(0, 30), max_size=60), st.lists(st.integers(1, 31), max_size=8))
def test_no_request_is_lost_or_counted_twice(ends: list[float], cuts: list[int]) -> None:
    """However ticks are taken, also late, all requests are in them once and numbers run on without a gap."""
    recorder = Recorder("worker 1")
    ticks = []
    for number, ended_s in enumerate(ends):
        recorder.record_request(ended_s, KEY, number % 3 == 0, 10, 5.0, 4.0)
        if number < len(cuts):
            ticks += recorder.take(cuts[number], 0.1)
    ticks += recorder.take(40, 0.1)
    cells = [tick.cells[KEY] for tick in ticks if KEY in tick.cells]
    assert sum(cell.requests for cell in cells) == len(ends)
    assert sum(cell.errors for cell in cells) == len(ends[::3])
    assert [tick.seq for tick in ticks] == list(range(len(ticks)))
    assert all(tick.second < 40 for tick in ticks)


def test_a_request_is_in_the_second_it_ended() -> None:
    """Not in the one it began or was told of."""
    recorder = Recorder("worker 1")
    recorder.record_request(3.99, KEY, False, 1, 1.0, 1.0)
    recorder.record_request(4.0, KEY, False, 1, 1.0, 1.0)
    seconds = {tick.second: tick.cells[KEY].requests for tick in recorder.take(6, 0.0) if KEY in tick.cells}
    assert seconds == {3: 1, 4: 1}


def test_what_a_target_says_is_masked_and_what_we_say_is_not() -> None:
    """E-mails and long numbers of an error page are not kept; names of the scenario are."""
    recorder = Recorder("worker 1")
    told = ErrorKey("apply", "submit", "status", "no account a.b@people.test 123456789", 404)
    ours = ErrorKey("apply", "click", "no_button", "no button or link 'Submit' on /apply", 0)
    for key in (told, ours):
        recorder.error(1.0, key, 7, "t", stopped=False)
    messages = [key.message for key in recorder.take(2, 0.0)[0].errors]
    assert not any("people.test" in message or "123456789" in message for message in messages)
    assert ours.message in messages


def test_kinds_of_errors_are_bounded() -> None:
    """A target that words each error differently fills no memory; nothing is lost from the count."""
    recorder = Recorder("worker 1")
    for number in range(MOST_KINDS * 2):
        word = "".join(chr(97 + int(digit)) for digit in str(number))
        recorder.error(1.0, ErrorKey("a", "b", "status", f"trouble {word}", 500), number, "t", stopped=False)
    errors = recorder.take(2, 0.0)[0].errors
    assert len(errors) <= MOST_KINDS + 1
    assert sum(count.n for count in errors.values()) == MOST_KINDS * 2
