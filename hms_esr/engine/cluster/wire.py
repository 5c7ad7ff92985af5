"""Owns assignments and ticks as messages: plain data that MessagePack carries, and back.

Knows nothing of sockets. Nothing that could be carried out travels: no pickles, no code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hms_esr.personas.template import PersonaTemplate
from hms_esr.record import Tick
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.assignment import Assignment
from hms_esr.store.tick_text import at_once, read_tick, tick_pieces

_PLAIN = (
    *("run_id", "seed", "warp", "target", "scale", "identity", "only", "worker", "workers", "max_people"),
    *("contact", "insecure", "people_per_s"),
)


def packed_assignment(assignment: Assignment) -> dict[str, Any]:
    """Everything one worker must know, secrets too: the channel is encrypted."""
    whole: dict[str, Any] = {name: getattr(assignment, name) for name in _PLAIN}
    whole["scenario"] = assignment.scenario.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    whole["templates"] = {
        role: template.model_dump(by_alias=True, exclude_defaults=True, mode="json")
        for role, template in assignment.templates.items()
    }
    for name in ("variables", "secrets", "files"):
        whole[name] = dict(getattr(assignment, name))
    whole["data"] = {name: [dict(row) for row in rows] for name, rows in assignment.data.items()}
    return whole


def unpacked_assignment(whole: Mapping[str, Any]) -> Assignment:
    """The reverse of :func:`packed_assignment`; ValueError, KeyError or TypeError when it is no such message."""
    return Assignment(
        scenario=Scenario.model_validate(whole["scenario"]),
        templates={role: PersonaTemplate.model_validate(one) for role, one in whole["templates"].items()},
        variables=whole["variables"],
        secrets=whole["secrets"],
        files=whole["files"],
        data=whole["data"],
        **{name: whole[name] for name in _PLAIN},
    )


def packed_tick(tick: Tick, breathe: Callable[[], None] = at_once) -> dict[str, Any]:
    """A tick with the numbers of those who were due and who started in it; ``breathe`` as for its pieces."""
    text = "".join(tick_pieces(tick, breathe=breathe))
    return {"seq": tick.seq, "text": text, "due": tick.due_ks, "started": tick.started_ks}


def lost_tick(tick: Tick) -> dict[str, Any]:
    """What is sent in the place of a tick that could not be kept: its number and second, and that it is lost."""
    return packed_tick(Tick(tick.worker, tick.seq, tick.second)) | {"lost": True}


def unpacked_tick(whole: Mapping[str, Any]) -> Tick:
    """The reverse of :func:`packed_tick`."""
    tick = read_tick(whole["text"])
    tick.due_ks = list(whole["due"])
    tick.started_ks = list(whole["started"])
    return tick
