"""Owns the load table as a Python object: ``Scenario(name, duration_hours=24, time_warp=60, load_profile=[…])``.

Knows nothing of servers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from hms_esr.dialects.load_table import LoadTable
from hms_esr.errors import BadInput, Problem
from hms_esr.scenario import model
from hms_esr.scenario.problems import mistakes_of
from hms_esr.scenario.source_locations import Path

LoadProfile = Sequence[tuple[float, float]] | Sequence[Sequence[float]] | str


class Scenario:
    """A scenario by keywords. Hours are simulated; ``load_profile`` is hour → people per real second, or ``"rps=80"``.

    ``assertions`` is a plain list that may be appended to; ``more`` are further keys of the load table.
    """

    def __init__(
        self,
        name: str,
        *,
        duration_hours: float = 24,
        time_warp: float = 60,
        load_profile: LoadProfile = ((0, 1),),
        assertions: Iterable[str] = (),
        **more: Any,
    ) -> None:
        self.name = name
        self.duration_hours = duration_hours
        self.time_warp = time_warp
        self.load_profile = load_profile
        self.assertions: list[str] = list(assertions)
        self.more = more

    def to_dict(self) -> dict[str, Any]:
        """The load table: what a file or a request would hold, of JSON's types only."""
        profile = self.load_profile
        table = {
            "name": self.name,
            "duration_hours": self.duration_hours,
            "time_warp": self.time_warp,
            "load_profile": profile if isinstance(profile, str) else [list(point) for point in profile],
            "assertions": list(self.assertions),
        }
        return table | self.more

    def canonical(self) -> model.Scenario:
        """The finished model; BadInput with every mistake."""
        try:
            translation = LoadTable.translate(self.to_dict())
        except TypeError as error:
            raise BadInput([Problem(f"scenario {self.name}", 0, 0, f"load_profile: {error}")]) from None
        mistakes = [(one.path, one.text) for one in translation.mistakes]
        try:
            made = model.Scenario.model_validate(translation.data, by_alias=True, by_name=False)
        except ValidationError as error:
            mistakes += [(translation.origin(one.path), one.text) for one in mistakes_of(error)]
        if mistakes:
            raise BadInput([Problem(f"scenario {self.name}", 0, 0, _line(path, text)) for path, text in mistakes])
        return made


def _line(path: Path, text: str) -> str:
    where = ".".join(str(part) for part in path)
    return f"{where}: {text}" if where else text
