"""Owns a user who asks for one page, so many times a second (``PER_USER_PER_S``), each request under its own number.

Knows nothing of HMS-ESR but the name of the header in which a target's log wants the number.
"""

from __future__ import annotations

import os
from itertools import count

from locust import FastHttpUser, constant_throughput, task

NUMBERS = count(os.getpid() * 10_000_000)


class Visitor(FastHttpUser):
    wait_time = constant_throughput(float(os.environ["PER_USER_PER_S"]))
    network_timeout = connection_timeout = 30.0

    @task
    def look(self) -> None:
        self.client.get("/page", headers={"X-ESR-Person": str(next(NUMBERS))})
