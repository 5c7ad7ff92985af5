"""Locust's shapes say what the plan wants, warped or not, and end when they should."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.own_process

QUESTIONS = """
import hms_esr.engine.start_loop.local_runner
from hms_esr.engine.locust_core.dispatcher import OnePerWorker
from hms_esr.engine.locust_core.shapes import RehearsalShape, WarpedShape, shape_of
from hms_esr.profiles.concurrent import ConcurrentLoad
from hms_esr.profiles.people import PeopleLoad
from hms_esr.profiles.rate import RateLoad
from hms_esr.engine.locust_core.users import start_loop_user_class
from locust.runners import WorkerNode

rate = shape_of(RateLoad(points=[["0s", 5], ["10s", 30]]), 20, 1)
print("rate", rate.users_at(3), rate.users_at(12))
people = shape_of(PeopleLoad(people=100, over_s="10s"), 10, 1)
print("people", people.users_at(5), people.users_at(10))
closed = shape_of(ConcurrentLoad(concurrent=8, ramp_up_s="4s"), 20, 1)
print("closed", closed.users_at(2)[0], closed.users_at(10)[0])

class At:
    now = 0.0
def clock(shape):
    shape.get_run_time = lambda: At.now
    return shape
warped = clock(shape_of(PeopleLoad(people=100, over_s="10s"), 10, 5))
At.now = 1.0
print("warped", type(warped) is WarpedShape, warped.tick()[0])
At.now = 2.0
print("over", warped.tick())
done = False
whole = RehearsalShape(warped, lambda: done)
print("goes on", whole.tick() is not None)
done = True
print("ends", whole.tick())

starter = start_loop_user_class(lambda: None, "http://127.0.0.1:1")
nodes = [WorkerNode("a"), WorkerNode("b")]
dispatch = OnePerWorker(nodes, [starter])
dispatch.new_dispatch(50, 10)
print("two", list(dispatch))
dispatch.add_worker(WorkerNode("c"))
print("three", list(dispatch))
dispatch.remove_worker(nodes[0])
dispatch.new_dispatch(700, 10)
print("left", list(dispatch))
dispatch.new_dispatch(0, 10)
print("none", list(dispatch))
"""


def test_shapes_and_dispatch_in_a_process_of_their_own() -> None:
    """Locust patches the process it is imported in, so the questions are asked in another."""
    done = subprocess.run([sys.executable, "-c", QUESTIONS], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = dict(line.split(" ", 1) for line in done.stdout.replace("goes on", "goes_on").splitlines())
    assert said["rate"] == "(5, 5.0) (30, 30.0)"
    assert said["people"] == "(50, 10.0) (100, 1.0)"
    assert said["closed"] == "4 8"
    assert said["warped"] == "True 50"
    assert said["over"] == said["ends"] == "None"
    assert said["goes_on"] == "True"
    one, none = "{'StartLoopUser': 1}", "{'StartLoopUser': 0}"
    assert said["two"] == f"[{{'a': {one}, 'b': {one}}}]"
    assert said["three"] == f"[{{'a': {one}, 'b': {one}, 'c': {one}}}]"
    assert said["left"] == f"[{{'b': {one}, 'c': {one}}}]"
    assert said["none"] == f"[{{'b': {none}, 'c': {none}}}]"
