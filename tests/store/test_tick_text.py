"""Facts about ticks as text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.histogram import Histogram
from hms_esr.record import Cell, Decisions, ErrorCount, ErrorKey, PersonEnd, Phases, Sample, SeriesKey, Tick
from hms_esr.store.packing import packed
from hms_esr.store.tick_text import read_tick, tick_text
from tests.store.kept import plain

TEXT = st.text(max_size=12)
COUNT = st.integers(0, 2**53)
TIME = st.floats(allow_nan=False, allow_infinity=False, width=64)
POSITIVE = st.floats(0.0, 4e6)


@st.composite
def histograms(draw: st.DrawFn) -> Histogram:
    histogram = Histogram()
    for value in draw(st.lists(POSITIVE, max_size=6)):
        histogram.add(value, draw(st.integers(1, 1000)))
    return histogram


CELLS = st.builds(Cell, COUNT, COUNT, COUNT, histograms(), histograms())
ERRORS = st.builds(
    ErrorCount, COUNT, COUNT, POSITIVE | st.just(float("inf")), COUNT, TEXT, st.dictionaries(COUNT, COUNT, max_size=3)
)
TICKS = st.builds(
    Tick,
    worker=TEXT,
    seq=COUNT,
    second=COUNT,
    cells=st.dictionaries(st.builds(SeriesKey, TEXT, TEXT, TEXT, st.integers(0, 999), TEXT), CELLS, max_size=4),
    errors=st.dictionaries(st.builds(ErrorKey, TEXT, TEXT, TEXT, TEXT, st.integers(0, 999)), ERRORS, max_size=4),
    planned=st.dictionaries(COUNT, COUNT, max_size=4),
    delivered=st.dictionaries(COUNT, COUNT, max_size=4),
    late_ms=histograms(),
    off_plan_max=COUNT,
    active=COUNT,
    waiting=COUNT,
    reached=st.dictionaries(st.tuples(TEXT, TEXT), COUNT, max_size=4),
    ends=st.lists(st.builds(PersonEnd, COUNT, TEXT, TEXT, TEXT, TEXT, TEXT, TIME, TIME, TIME), max_size=4),
    decisions=st.dictionaries(POSITIVE, st.builds(Decisions, COUNT, COUNT, COUNT, COUNT, COUNT, TIME), max_size=3),
    polls=COUNT,
    retries=COUNT,
    refreshes=COUNT,
    cpu=st.floats(0, 1),
    loop_lag_ms=histograms(),
    gc_ms=POSITIVE,
    phases=st.dictionaries(
        st.tuples(TEXT, TEXT), st.builds(Phases, histograms(), histograms(), histograms(), histograms()), max_size=3
    ),
    samples=st.lists(
        st.builds(Sample, TEXT, TEXT, TEXT, TEXT, COUNT, TEXT, st.integers(0, 999), TIME, TIME, TIME, TEXT), max_size=3
    ),
)


@settings(max_examples=150, deadline=None)
@given(TICKS)
def test_a_tick_comes_back_as_it_was(tick: Tick) -> None:
    """Writing a tick and reading it, packed or not, gives every figure, key and text to the last digit."""
    text = tick_text(tick)
    assert plain(read_tick(text)) == plain(read_tick(packed([text]))) == plain(tick)


def test_an_empty_second_is_short() -> None:
    """A second in which nothing happened takes one short line."""
    assert tick_text(Tick("w", 3, 4)) == '{"worker":"w","seq":3,"second":4}'


def test_keys_that_become_equal_by_masking_are_added_up() -> None:
    """Two errors that differ only in a secret become one with both counts."""
    tick = Tick("w", 0, 0)
    for number, text in enumerate(("no tango here", "no foxtrot here"), start=1):
        tick.errors[ErrorKey("j", "s", "status", text, 500)] = ErrorCount(number, number, 1.0, 4, "t", {0: number})
        tick.cells[SeriesKey("j", "s", "p", 500, text)] = Cell(number, number, 10)

    back = read_tick(tick_text(tick, lambda text: text.replace("tango", "*").replace("foxtrot", "*")))

    assert [(key.message, error.n, error.by_second) for key, error in back.errors.items()] == [("no * here", 3, {0: 3})]
    assert [cell.requests for cell in back.cells.values()] == [3]


def test_secrets_in_samples_are_masked() -> None:
    """What a target said of a secret is not in the record's samples either."""
    tick = Tick("w", 0, 0)
    tick.samples = [Sample("status", "j", "s", "p", 1, "tango", 500, 1.0, 1.0, 2.0, "tango is wrong")]
    assert "tango" not in tick_text(tick, lambda text: text.replace("tango", "***"))


def test_a_tick_without_phases_and_samples_is_read() -> None:
    """As records made before there were any."""
    tick = read_tick('{"worker":"w","seq":1,"second":2,"cells":[["j","s","p",200,"",1,0,10,[5.0,5.0,5.0,400,1],[]]]}')
    assert tick.phases == {}
    assert tick.samples == []
