"""Everything that happens is in exactly one tick, in the second it happened."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.engine.recording.recorder import MOST_KINDS, Recorder
from hms_esr.record import ErrorKey, PersonEnd, SeriesKey

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


def test_kinds_are_told_apart_by_masked_messages() -> None:
    """One reason is one kind; its first one's quoted words stay, e-mails and long numbers nowhere."""
    recorder = Recorder("worker 1")
    for number in range(3):
        told = f"no account a{number}.b@people.test 12345678{number}"
        ours = f"page is /claims/{number}ab/x, expected /done; it says: 'Case {number}' is closed"
        recorder.error(1.0, ErrorKey("apply", "submit", "status", told, 404), number, "t", stopped=False)
        recorder.error(1.0, ErrorKey("apply", "expect", "expectation", ours, 200), number, "t", stopped=False)
    (tick,) = recorder.take(2, 0.0)[-1:]
    found = {key.message: (count.n, count.example) for key, count in tick.errors.items()}
    assert found == {
        "no account ‹e-mail› #": (3, "no account ‹e-mail› #"),
        "page is /claims/#/x, expected /done; it says: ‹text› is closed": (
            3,
            "page is /claims/0ab/x, expected /done; it says: 'Case 0' is closed",
        ),
    }


def test_why_people_ended_is_masked_as_the_error_is() -> None:
    """So that the report's two sections name one reason."""
    recorder = Recorder("worker 1")
    for number in range(2):
        end = PersonEnd(number, "a", "p", "failed", "s", f"no field 'x{number}' on /a/{number}", 0.0, 0.0, 1.0)
        recorder.person_ended(1.0, end)
    assert {end.reason for end in recorder.take(2, 0.0)[-1].ends} == {"no field ‹text› on /a/#"}


def test_kinds_of_errors_are_bounded() -> None:
    """A target that words each error differently fills no memory; nothing is lost from the count."""
    recorder = Recorder("worker 1")
    for number in range(MOST_KINDS * 2):
        word = "".join(chr(97 + int(digit)) for digit in str(number))
        recorder.error(1.0, ErrorKey("a", "b", "status", f"trouble {word}", 500), number, "t", stopped=False)
    errors = recorder.take(2, 0.0)[0].errors
    assert len(errors) <= MOST_KINDS + 1
    assert sum(count.n for count in errors.values()) == MOST_KINDS * 2
