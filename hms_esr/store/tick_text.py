"""Owns ticks and histograms as JSON text and back, without losing a digit.

Knows nothing of files or databases.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from math import isinf
from typing import Any

from hms_esr.histogram import Histogram
from hms_esr.record import PHASES, Cell, Decisions, ErrorCount, ErrorKey, PersonEnd, Phases, Sample, SeriesKey, Tick
from hms_esr.store.packing import plain

Flat = list[Any]


def _as_it_is(text: str) -> str:
    return text


def at_once() -> None:
    """No breath: nobody else is to run in between."""


ENDS_AT_ONCE = 200
"""People in one piece of text: half a millisecond's work."""


def tick_text(tick: Tick, mask: Callable[[str], str] = _as_it_is) -> str:
    """``tick`` as one JSON object; what is empty is left out. ``mask`` sees every text the target had a part in."""
    return "".join(tick_pieces(tick, mask))


def tick_pieces(
    tick: Tick, mask: Callable[[str], str] = _as_it_is, breathe: Callable[[], None] = at_once
) -> Iterator[str]:
    """The same piece by piece, each made when asked for; ``breathe``, called after each, may let others run.

    A busy second is 10 ms of work, a piece half a millisecond.
    """
    text = _json(_without_ends(tick, mask))
    if not tick.ends:
        yield text
        return
    yield text[:-1] + ',"ends":['
    breathe()
    for first in range(0, len(tick.ends), ENDS_AT_ONCE):
        some = _json([_end(end, mask) for end in tick.ends[first : first + ENDS_AT_ONCE]])
        yield ("," if first else "") + some[1:-1]
        breathe()
    yield "]}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _without_ends(tick: Tick, mask: Callable[[str], str]) -> dict[str, Any]:
    whole = {
        "cells": [_cell(key, cell, mask) for key, cell in tick.cells.items()],
        "errors": [_error(key, error, mask) for key, error in tick.errors.items()],
        "planned": list(tick.planned.items()),
        "delivered": list(tick.delivered.items()),
        "late_ms": _histogram(tick.late_ms),
        "reached": [[*where, n] for where, n in tick.reached.items()],
        "form_again": [[*where, n] for where, n in tick.form_again.items()],
        "decisions": [_decisions(within_s, decisions) for within_s, decisions in tick.decisions.items()],
        "loop_lag_ms": _histogram(tick.loop_lag_ms),
        "phases": [[*where, *_phases(one)] for where, one in tick.phases.items()],
        "samples": [_sample(one, mask) for one in tick.samples],
    } | {name: getattr(tick, name) for name in _PLAIN}
    kept = {name: value for name, value in whole.items() if value}
    head = {"worker": tick.worker, "seq": tick.seq, "second": tick.second}
    return head | kept


_PLAIN = ("off_plan_max", "active", "waiting", "polls", "retries", "refreshes", "cpu", "gc_ms")


def _histogram(histogram: Histogram) -> Flat:
    """As :meth:`Histogram.to_json`, with sum, least and greatest whole, so that figures made again are equal."""
    counts = histogram.counts
    if not counts:
        return []
    flat: Flat = [histogram.total, histogram.minimum, histogram.maximum]
    last = 0
    for index in sorted(counts):
        flat.append(index - last)
        flat.append(counts[index])
        last = index
    return flat


def _cell(key: SeriesKey, cell: Cell, mask: Callable[[str], str]) -> Flat:
    journey, step, persona, status, service = key
    figures = [cell.requests, cell.errors, cell.bytes, _histogram(cell.intended), _histogram(cell.actual)]
    return [journey, step, persona, status, mask(service), *figures]


def _error(key: ErrorKey, error: ErrorCount, mask: Callable[[str], str]) -> Flat:
    first_s = None if isinf(error.first_real_s) else error.first_real_s
    kind = [key.journey, key.step, key.kind, mask(key.message), key.status]
    example = [first_s, error.example_k, mask(error.trace_id)]
    return [*kind, error.n, error.people_stopped, *example, list(error.by_second.items()), mask(error.example)]


def _end(end: PersonEnd, mask: Callable[[str], str]) -> PersonEnd:
    return end._replace(reason=mask(end.reason)) if end.reason else end


def _decisions(within_s: float, one: Decisions) -> Flat:
    return [within_s, one.reached, one.in_time, one.late, one.undecided, one.decided, one.bound_s]


def _phases(one: Phases) -> list[Flat]:
    return [_histogram(getattr(one, name)) for name in PHASES]


def _sample(one: Sample, mask: Callable[[str], str]) -> Flat:
    return list(one._replace(message=mask(one.message), trace_id=mask(one.trace_id)))


def read_tick(text: str | bytes) -> Tick:
    """The reverse of :func:`tick_text`, packed or not; ValueError, KeyError or TypeError when it is no such text.

    What older programs did not write (phases, samples) is empty.
    """
    whole: dict[str, Any] = json.loads(plain(text))
    tick = Tick(str(whole["worker"]), int(whole["seq"]), int(whole["second"]))
    for name in _PLAIN:
        if name in whole:
            setattr(tick, name, whole[name])
    _read_cells(tick, whole)
    tick.planned = dict(whole.get("planned", ()))
    tick.delivered = dict(whole.get("delivered", ()))
    tick.late_ms = Histogram.from_json(whole.get("late_ms", []))
    tick.loop_lag_ms = Histogram.from_json(whole.get("loop_lag_ms", []))
    tick.reached = {(journey, step): n for journey, step, n in whole.get("reached", ())}
    tick.form_again = {(journey, step): n for journey, step, n in whole.get("form_again", ())}
    tick.ends = [PersonEnd(*end) for end in whole.get("ends", ())]
    tick.decisions = {within_s: Decisions(*figures) for within_s, *figures in whole.get("decisions", ())}
    tick.phases = {
        (journey, step): Phases(*map(Histogram.from_json, found)) for journey, step, *found in whole.get("phases", ())
    }
    tick.samples = [Sample(*one) for one in whole.get("samples", ())]
    return tick


def _read_cells(tick: Tick, whole: dict[str, Any]) -> None:
    """Series and kinds of errors; two that became equal by masking are added up."""
    for journey, step, persona, status, service, requests, errors, size, intended, actual in whole.get("cells", ()):
        cell = Cell(requests, errors, size, Histogram.from_json(intended), Histogram.from_json(actual))
        key = SeriesKey(journey, step, persona, status, service)
        if key in tick.cells:
            tick.cells[key].merge(cell)
        else:
            tick.cells[key] = cell
    for journey, step, kind, message, status, n, stopped, first_s, person_no, trace_id, seconds, *words in whole.get(
        "errors", ()
    ):
        at_s = float("inf") if first_s is None else first_s
        error = ErrorCount(n, stopped, at_s, person_no, trace_id, dict(seconds), *words[:1])
        error_key = ErrorKey(journey, step, kind, message, status)
        if error_key in tick.errors:
            tick.errors[error_key].merge(error)
        else:
            tick.errors[error_key] = error
