"""What is remembered of addresses, heads and pages belongs to a run: two in one process do not meet."""

from __future__ import annotations

import sys
from random import Random
from typing import Any

from hms_esr.engine.client.transport import Transport
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.user.context import WorkerContext
from hms_esr.html.form_cache import FormMemory
from hms_esr.html.page import page_of
from tests.engine.cluster.schedules import assignment_of
from tests.engine.fuzz.answers import odd_answer
from tests.engine.fuzz.person import Crowd
from tests.engine.people import guard, session
from tests.engine.target import ok, target

FORM = '<form method="post" action="/{}"><input type="hidden" name="token" value="{}"><input name="a"></form>'


def kept() -> dict[str, int]:
    """How much each list, dict and set has that a module of ours holds."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(("hms_esr.http", "hms_esr.html", "hms_esr.engine", "hms_esr.steps")):
            for key, value in list(vars(module).items()):
                if isinstance(value, (dict, list, set, FormMemory)) and not key.startswith("__"):
                    found[f"{name}.{key}"] = len(value) if not isinstance(value, FormMemory) else 1
    return found


def test_nothing_of_a_run_stays_in_a_module() -> None:
    """Whoever lives through 500 odd answers leaves every module as it was."""
    chance = Random(3)
    crowd = Crowd(chance, lambda: odd_answer(chance))
    crowd.live(crowd.person(0), 20)
    before = kept()
    for number in range(1, 30):
        crowd.live(crowd.person(number), 20)
    assert kept() == before


def test_each_run_has_memories_of_its_own() -> None:
    """Also two at the same time, as two targets in Locust's web UI."""
    contexts = [WorkerContext(assignment_of(), guard("http://x"), RunClock(1.0)) for _ in range(2)]
    transports: list[Any] = [context._http_factory._transport for context in contexts]
    for name in ("addresses", "heads", "page_memory"):
        assert getattr(transports[0], name) is not getattr(transports[1], name), name
    for context in contexts:
        context.close()


def test_pages_doubted_in_one_run_are_learned_in_another() -> None:
    """The same address shows other forms to the second run; what the first one concluded of it does not count."""
    shown = {"first": 0}

    def answer(got: Any) -> bytes:
        shown["first"] += 1
        return ok(FORM.format("b" if shown["first"] == 150 else "a", shown["first"]).encode(), Content_Type="text/html")

    with target(answer) as there:
        runs = [Transport(guard(there.url)) for _ in range(2)]
        for run in runs:
            run.page_memory = FormMemory()
            person, _ = session(transport=run)
            for number in range(1, 4):
                page = page_of(person.fetch("GET", "/", base=there.url))
                assert page.forms[0].fields[0].value == str(shown["first"]), number
            person.close()
    assert [len(run.page_memory._skeletons) for run in runs] == [1, 1]
    assert [len(run.addresses._addresses) for run in runs] == [2, 2]
    assert [len(run.heads.known) for run in runs] == [1, 1]
