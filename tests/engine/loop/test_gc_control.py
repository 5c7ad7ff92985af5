"""The memory collector walks when nobody minds, and its pauses are told."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hms_esr.engine.loop.gc_control import GROWTH_BYTES, LONGEST_WAIT_S, NEVER, REST_S, WORTH, YOUNG, GcControl
from hms_esr.engine.recording.recorder import Recorder

LATER = 1e9
"""Long after the start, whatever the machine's clock says."""


@pytest.fixture
def recorder() -> Recorder:
    """Who is told of pauses."""
    return Recorder("worker 1")


@pytest.fixture
def collector(recorder: Recorder) -> Iterator[Callable[..., GcControl]]:
    """``collector(nobody, free_s)``: a started one; ended after the test."""
    started: list[GcControl] = []

    def start(nobody: bool, free_s: float, walk_s: float = 0.02) -> GcControl:
        made = GcControl(recorder.record_pause, lambda: (nobody, free_s))
        started.append(made)
        made.start()
        made._walk_s = walk_s
        return made

    yield start
    for one in started:
        one.stop()


def test_python_makes_no_full_walk_of_its_own(collector: Any) -> None:
    """From start to stop generation 2 is never due; afterwards everything is as before."""
    before = gc.get_threshold()
    one = collector(True, 1.0)
    assert gc.get_threshold() == (YOUNG, before[1], NEVER)
    assert gc.get_freeze_count() > 0
    one.stop()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
    assert one._paused not in gc.callbacks


@pytest.mark.parametrize(
    ("nobody", "free_s", "walk_s", "walks"),
    [
        (True, 0.1, 0.02, True),
        (True, 0.01, 0.02, False),
        (False, 0.1, 0.02, False),
        (False, 0.1, 0.004, True),
        (False, 0.001, 0.004, False),
    ],
)
def test_a_walk_waits_for_a_quiet_moment(
    nobody: bool, free_s: float, walk_s: float, walks: bool, collector: Any
) -> None:
    """With nobody under way and nobody due meanwhile; a short one also with people under way."""
    assert collector(nobody, free_s, walk_s).look(LATER, 0) is walks


def test_memory_that_grows_does_not_wait_for_ever(collector: Any) -> None:
    """With garbage about, the walk takes the next moment nobody is due, and after 5 s any moment."""
    one = collector(False, 0.0, 0.3)
    one._freed = WORTH + 1
    grown = one._after_bytes + GROWTH_BYTES + 1
    assert not one.look(LATER, one._after_bytes)
    assert not one.look(LATER, grown)
    assert not one.look(LATER + LONGEST_WAIT_S - 0.1, grown)
    assert one.look(LATER + LONGEST_WAIT_S + 0.1, grown)
    free = collector(False, 0.5, 0.3)
    free._freed = WORTH + 1
    assert free.look(LATER, grown)


def test_memory_in_use_is_not_walked_for(collector: Any) -> None:
    """Growth alone is people under way: without garbage nobody is stopped for a walk that frees nothing."""
    one = collector(False, 0.0, 0.3)
    assert not one.look(LATER, one._after_bytes + 2**40)
    assert not one.look(LATER + 100.0, one._after_bytes + 2**40)


def test_walks_do_not_follow_each_other(collector: Any) -> None:
    """Right after one there is a rest."""
    one = collector(True, 1.0)
    assert not one.look(one._walked_at + REST_S - 0.1, 0)
    assert one.look(one._walked_at + REST_S + 0.1, 0)


def test_every_pause_is_on_record_in_its_second(collector: Any, recorder: Recorder) -> None:
    """The longest pause of a second is in its tick, and in no later one."""
    one = collector(True, 1.0)
    one.look(LATER, 0)
    first, second = recorder.take(1, 0.0)[0], recorder.take(2, 0.0)[0]
    assert first.gc_ms >= one._walk_s * 1000 > 0
    assert second.gc_ms < first.gc_ms
