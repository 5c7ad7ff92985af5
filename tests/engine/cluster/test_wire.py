"""Assignments and ticks arrive as they were sent, through the same packing as Locust's messages."""

from __future__ import annotations

from typing import Any

import msgpack

from hms_esr.engine.cluster.wire import packed_assignment, packed_tick, unpacked_assignment, unpacked_tick
from hms_esr.execution.plan import Options, make_plan
from hms_esr.library import load_scenario
from hms_esr.record import PersonEnd, Tick
from hms_esr.store.tick_text import tick_text
from tests.engine.cluster.schedules import assignment_of
from tests.house.sources import ROOT


def sent(whole: Any) -> Any:
    """As it comes out at the other end."""
    return msgpack.loads(msgpack.dumps(whole), raw=False, strict_map_key=False)


def test_an_assignment_arrives_whole() -> None:
    """Scenario, templates, rows, uploads, variables and secrets are equal at the other end."""
    given = assignment_of(
        variables={"a": "1"},
        secrets={"token": "s3"},
        data={"rows": [{"name": "Ann"}]},
        files={"a.pdf": b"%PDF\xff"},
        worker=2,
        workers=7,
        scale=0.5,
    )
    assert unpacked_assignment(sent(packed_assignment(given))) == given


def test_every_scenario_of_the_project_arrives_whole() -> None:
    """What ships with the project is the same on a worker."""
    for file in sorted((ROOT / "scenarios").glob("*.y*ml")):
        plan = make_plan(load_scenario(str(file)), Options(), city_url="http://127.0.0.1:1")
        given = plan.assignment({}, plan.target)
        assert unpacked_assignment(sent(packed_assignment(given))) == given, file.name


def test_a_tick_arrives_with_its_people() -> None:
    """Figures and the numbers of those who were due and started are equal at the other end."""
    tick = Tick("worker 2", 4, 17, planned={17: 2}, delivered={17: 2}, due_ks=[5, 9], started_ks=[5, 9], active=3)
    tick.ends.append(PersonEnd(5, "look", "citizen", "completed", "/", "", 17.1, 17.2, 17.9))
    tick.late_ms.add(3.5)
    found = unpacked_tick(sent(packed_tick(tick)))
    assert tick_text(found) == tick_text(tick)
    assert found.ends == tick.ends
    assert (found.due_ks, found.started_ks) == ([5, 9], [5, 9])
