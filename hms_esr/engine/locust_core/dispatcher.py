"""Owns how Locust spreads users over workers: every worker has exactly one conductor, whoever joins or leaves.

Knows nothing of people: conductors start those.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from locust.dispatch import UsersDispatcher
from locust.runners import WorkerNode


class OnePerWorker(UsersDispatcher):
    """Asked for any number of users above zero, gives each worker one; asked for zero, none. Nobody is rebalanced."""

    def __init__(self, worker_nodes: list[WorkerNode], user_classes: list[Any]) -> None:
        super().__init__(worker_nodes, user_classes)
        self._worker_nodes: list[WorkerNode] = list(self._worker_nodes)
        self._class_name = user_classes[0].__name__
        self._wanted = 0
        self._news = False

    def new_dispatch(self, target_user_count: int, spawn_rate: float, user_classes: list[Any] | None = None) -> None:
        """Begin giving out conductors; the numbers only say whether anybody is wanted."""
        self._wanted = min(1, target_user_count)
        self._news = True

    def __iter__(self) -> Iterator[dict[str, dict[str, int]]]:
        return self

    def __next__(self) -> dict[str, dict[str, int]]:
        """Who has how many, once after each change."""
        if not self._news:
            raise StopIteration
        self._news = False
        return {node.id: {self._class_name: self._wanted} for node in self._worker_nodes}

    def add_worker(self, worker_node: WorkerNode) -> None:
        """A worker joins: it gets a conductor, the others keep theirs."""
        self._worker_nodes.append(worker_node)
        self._news = True

    def remove_worker(self, worker_node: WorkerNode) -> None:
        """A worker leaves: the others keep what they have."""
        self._worker_nodes = [node for node in self._worker_nodes if node.id != worker_node.id]
