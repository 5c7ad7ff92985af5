"""Owns a user who sends a journey's steps (``STEPS``), each under its own name, thinking ``THINK_S`` after each.

Knows nothing of HMS-ESR.
"""

from __future__ import annotations

import os
from time import sleep

from locust import FastHttpUser, constant, task

STEPS, THINK_S = int(os.environ["STEPS"]), float(os.environ["THINK_S"])


class Walker(FastHttpUser):
    wait_time = constant(0)

    @task
    def walk(self) -> None:
        for number in range(STEPS):
            self.client.get("/", name=f"step {number}")
            sleep(THINK_S)
