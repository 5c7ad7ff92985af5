"""Owns a user who asks for one page without pause, by either of Locust's clients (``CLIENT``: fast or http).

Knows nothing of HMS-ESR.
"""

from __future__ import annotations

import os

from locust import FastHttpUser, HttpUser, constant, task

Kind = FastHttpUser if os.environ["CLIENT"] == "fast" else HttpUser


class Reader(Kind):
    wait_time = constant(0)

    @task
    def look(self) -> None:
        self.client.get("/")
