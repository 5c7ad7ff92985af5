"""Owns the step that follows a link or presses a button. Knows nothing of HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hms_esr.errors import StepFailed
from hms_esr.schema.types import Text
from hms_esr.steps.step import Step, StepActor, address_in


class Click(Step):
    """``click: X``: an address is followed; otherwise the button or link of the current page with that text."""

    verb: ClassVar[str] = "click"
    target: Text

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """The text itself, or ``{target: …}``."""
        return value if isinstance(value, Mapping) else {"target": value}

    def perform(self, actor: StepActor) -> None:
        """Follow or press it."""
        target = actor.render(self.target)
        if target.startswith(("/", "http://", "https://")):
            actor.request("GET", address_in(self.target, actor), referer=_here(actor))
            return
        found = actor.find(target)
        if found is None:
            where = f"{actor.answer.path}; {_there(actor.clickable())}" if actor.answer else _NOWHERE
            raise StepFailed("no_button", f"no button or link '{target}' on {where}")
        kind, thing = found
        if kind == "link":
            actor.request("GET", str(thing), referer=_here(actor))
        else:
            actor.submit(thing, button=target)  # type: ignore[arg-type]

    def written(self) -> Any:
        """The text."""
        return self.target


_NOWHERE = "any page: nothing was visited yet"
_MOST = 250
"""Characters of what is listed."""


def _here(actor: StepActor) -> str:
    """The page a link is on."""
    return actor.answer.url if actor.answer else ""


def _there(texts: Sequence[str]) -> str:
    """What the page has, in quotes: texts may be a person's, and quoted text is not kept on record."""
    listed = ", ".join(text.replace("“", "").replace("”", "") for text in texts)
    listed = listed if len(listed) <= _MOST else listed[: _MOST - 1].rstrip() + "…"
    has = f"it has “{listed}”" if listed else "it has none"
    return f"{has} (what JavaScript draws cannot be seen)"
