"""Owns the form journey as a practised hand writes it for plain Locust: FastHttpUser, token by pattern, own multipart.

Knows nothing of HMS-ESR. A user is one person after another, each with a connection and cookies of its own (cheaper for
Locust than a new user each), or with the connection of the one before (``CONNECTIONS``: per_person or reused).
``PEOPLE``, ``PER_USER_PER_S`` and ``SCHEDULE_F`` (a path) come by environment too.
"""

from __future__ import annotations

import os
import re
from itertools import count
from pathlib import Path

import gevent
from locust import FastHttpUser, constant_throughput, events, task
from locust.env import Environment
from locust.exception import StopUser

PEOPLE = int(os.environ["PEOPLE"])
PDF = Path(os.environ["SCHEDULE_F"]).read_bytes()
TOKEN = re.compile(r'name="csrf_token" value="(\w+)"')
PART = '--b0undary\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
FILE = (
    b'--b0undary\r\nContent-Disposition: form-data; name="schedule_f"; filename="schedule_f.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n" + PDF + b"\r\n--b0undary--\r\n"
)
REUSED = os.environ["CONNECTIONS"] == "reused"
NUMBERS = count()
DONE: list[int] = []


@events.test_start.add_listener
def watch(environment: Environment, **_: object) -> None:
    gevent.spawn(end, environment)


def end(environment: Environment) -> None:
    while len(DONE) < PEOPLE:
        gevent.sleep(0.05)
    environment.runner.quit()


class Farmer(FastHttpUser):
    wait_time = constant_throughput(float(os.environ["PER_USER_PER_S"]))

    @task
    def apply(self) -> None:
        k = next(NUMBERS)
        if k >= PEOPLE:
            raise StopUser
        page = self.client.get("/login").text
        login = {"csrf_token": TOKEN.search(page)[1], "next": "", "email": f"grower{k}@people.test"}
        self.client.post("/login", data=login | {"password": f"pw-{k}"})
        page = self.client.get("/apply-subsidy").text
        values = {
            "csrf_token": TOKEN.search(page)[1],
            "full_name": f"Grower {k}",
            "farm_name": f"Farm {k}",
            "county": "",
            "acres": "120",
        }
        body = "".join(PART.format(*pair) for pair in values.items()).encode() + FILE
        headers = {"Content-Type": "multipart/form-data; boundary=b0undary"}
        with self.client.post("/apply-subsidy", data=body, headers=headers, catch_response=True) as answer:
            if "Schedule F were received" not in answer.text:
                answer.failure("not received")
        DONE.append(k)
        if not REUSED:
            self.client.client.clientpool.close()
        self.client.cookiejar.clear()
