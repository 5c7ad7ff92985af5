"""Owns a user who reads one page and thinks for ten minutes. Knows nothing of HMS-ESR."""

from __future__ import annotations

from locust import FastHttpUser, constant, task


class Thinker(FastHttpUser):
    wait_time = constant(600)

    @task
    def look(self) -> None:
        self.client.get("/")
