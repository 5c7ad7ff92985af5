"""Owns the city's own count of requests, and the optional log of what each person sent.

Knows nothing of HTTP: it is told of arrivals and answers, and hands out tables.
"""

from __future__ import annotations

from typing import Any

MOST_KEYS = 20_000
MOST_SEEN = 500_000

Key = tuple[str, str, str]


class Counts:
    """Requests by method, path (ids collapsed), status and run. Exact: arrivals are counted, answers re-labelled."""

    def __init__(self) -> None:
        self._by: dict[Key, dict[int, int]] = {}
        self._generation = 0

    def arrived(self, method: str, path: str, run: str) -> tuple[int, Key]:
        """One request came. It has status 0 until :meth:`answered` is told its ticket."""
        key = (method, path, run)
        statuses = self._by.get(key)
        if statuses is None:
            if len(self._by) >= MOST_KEYS:
                key = (method, "(other)", run[:8])
            statuses = self._by.setdefault(key, {})
        statuses[0] = statuses.get(0, 0) + 1
        return self._generation, key

    def answered(self, ticket: tuple[int, Key], status: int) -> None:
        """The request of ``ticket`` was answered with ``status``; ignored when the counts were cleared meanwhile."""
        generation, key = ticket
        if generation != self._generation:
            return
        statuses = self._by[key]
        statuses[0] -= 1
        statuses[status] = statuses.get(status, 0) + 1

    def table(self, run: str | None = None) -> dict[str, Any]:
        """``{"requests": n, "by": [{"method", "path", "status", "run", "n"}]}``, of one run or of all."""
        by = [
            {"method": method, "path": path, "status": status, "run": of_run, "n": n}
            for (method, path, of_run), statuses in sorted(self._by.items())
            if run is None or of_run == run
            for status, n in sorted(statuses.items())
            if n
        ]
        return {"requests": sum(int(str(row["n"])) for row in by), "by": by}

    def clear(self) -> None:
        """Forget everything; requests under way are not counted when they are answered."""
        self._by.clear()
        self._generation += 1


class SeenLog:
    """What each person sent: method, path, values without hidden fields. Off unless asked for: made for tests."""

    def __init__(self, on: bool) -> None:
        self.on = on
        self._rows: list[tuple[str, dict[str, Any]]] = []

    def add(self, run: str, person: str, method: str, path: str, values: dict[str, str]) -> None:
        """Keep one request, up to half a million."""
        if len(self._rows) < MOST_SEEN:
            self._rows.append((run, {"person": person, "method": method, "path": path, "values": values}))

    def rows(self, run: str | None = None) -> list[dict[str, Any]]:
        """All requests in order of arrival, of one run or of all."""
        return [row for of_run, row in self._rows if run is None or of_run == run]

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()
