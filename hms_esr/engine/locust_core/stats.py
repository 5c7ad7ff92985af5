"""Owns Locust's own statistics of a run, written from ticks: its pages, tables and files show what was recorded.

Knows nothing of workers or records. Where this is called, nothing else may count the same requests.
"""

from __future__ import annotations

from collections.abc import Iterable

from locust.stats import RequestStats, StatsEntry, StatsError

from hms_esr.record import Cell, ErrorCount, Tick

Where = tuple[str, str]
"""(step, journey): what Locust shows as name and type."""


def unseen_stats() -> RequestStats:
    """Statistics of a runner without a page: without the 20 copies of each entry that Locust draws charts from."""
    return RequestStats(use_response_times_cache=False)


def add_to_stats(stats: RequestStats, ticks: Iterable[Tick], *, began_at: float | None = None) -> None:
    """Add ticks of seconds that are over to ``stats``: an entry per step (name) and journey (type), and the total.

    Response times are those from the intended start, as in the verdict: histogram buckets' middles in ms, so that
    percentiles are within 0.4 % and the table stays small; sum, least and greatest are exact. Requests without a time
    of their own (retries) count as such. ``began_at``: Unix time of the run's real second 0; without it ``stats``
    began then.
    """
    begin_s = stats.start_time if began_at is None else began_at
    if stats.num_requests == 0:
        stats.total.start_time = max(begin_s, stats.start_time)
    steps: dict[Where, StatsEntry] = {}
    whole = StatsEntry(stats, "Aggregated", "")
    for tick in ticks:
        at_s = begin_s + tick.second
        for key, cell in tick.cells.items():
            where = key.step, key.journey
            if where not in steps:
                steps[where] = StatsEntry(stats, *where)
                steps[where].start_time = at_s
            _count(steps[where], cell, at_s)
        for error, count in tick.errors.items():
            if count.n:
                _count_error(stats, (error.step, error.journey), error.message or error.kind, count, begin_s)
    for where, entry in steps.items():
        stats.entries[where].extend(entry)
        whole.extend(entry)
    if steps:
        stats.total.extend(whole)


def _count(entry: StatsEntry, cell: Cell, at_s: float) -> None:
    """One second of one series. ``last_request_timestamp`` is the second's end: Locust reckons rates with it."""
    times, second = cell.intended, int(at_s)
    entry.num_requests += cell.requests
    entry.num_none_requests += max(0, cell.requests - times.count)
    entry.num_failures += cell.errors
    entry.total_content_length += cell.bytes
    entry.num_reqs_per_sec[second] += cell.requests
    if cell.errors:
        entry.num_fail_per_sec[second] += cell.errors
    entry.start_time = min(entry.start_time, at_s)
    entry.last_request_timestamp = max(entry.last_request_timestamp or 0.0, at_s + 1.0)
    if times.count:
        entry.total_response_time += times.total
        least, most = times.minimum, times.maximum
        entry.min_response_time = min(least, entry.min_response_time or least)
        entry.max_response_time = max(most, entry.max_response_time)
        for middle_ms, n in times.buckets():
            entry.response_times[middle_ms] += n


def _count_error(stats: RequestStats, where: Where, text: str, count: ErrorCount, begin_s: float) -> None:
    step, journey = where
    key = StatsError.create_key(journey, step, text)
    error = stats.errors.setdefault(key, StatsError(journey, step, text))
    seconds = [begin_s + second for second in count.by_second] or [begin_s]
    error.occurrences += count.n
    error.first_seen = min(seconds) if error.first_seen is None else min(error.first_seen, *seconds)
    error.last_seen = max(error.last_seen or 0.0, *seconds)
