"""Owns the load given as people starting per real second, from points in simulated time.

Knows nothing of who comes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from hms_esr.profiles.profile import Curve, Piece, Profile
from hms_esr.schema.types import Duration, Frozen, Number


class RatePoint(Frozen):
    """From ``at_s`` (simulated) on, ``per_s`` people start per real second."""

    at_s: Duration
    per_s: Number = Field(ge=0, le=1_000_000)


def _point(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise ValueError(f"a point of a rate is [time, people per second], found {len(value)} values")
        return {"at_s": value[0], "per_s": value[1]}
    return value


def _points(value: Any) -> Any:
    return [["0s", value]] if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Point = Annotated[RatePoint, BeforeValidator(_point), PlainSerializer(lambda p: [p.model_dump()["at_s"], p.per_s])]


class RateLoad(Profile):
    """``{rate: [[0h, 5], [8h, 30]], between: hold|line}``; a bare number is one rate for the whole duration."""

    points: Annotated[
        tuple[Point, ...],
        BeforeValidator(_points, json_schema_input_type=float | list[tuple[Duration, float]]),
    ] = Field(alias="rate", min_length=1)
    between: Literal["hold", "line"] = "hold"

    @model_validator(mode="after")
    def _in_order(self) -> RateLoad:
        times = [point.at_s for point in self.points]
        if times != sorted(set(times)):
            raise ValueError("the points of a rate must be in order of time, each time once")
        if all(point.per_s == 0 for point in self.points):
            raise ValueError("a rate that is 0 everywhere sends nobody")
        return self

    def curve(self, duration_s: float, warp: float) -> Curve:
        """Pieces between the points, as people per simulated second (people per real second over ``warp``)."""
        pieces = []
        if self.points[0].at_s > 0:
            pieces.append(Piece(0.0, min(self.points[0].at_s, duration_s), 0.0, 0.0))
        for point, after in zip(self.points, [*self.points[1:], None], strict=True):
            if point.at_s >= duration_s:
                break
            upto_s = duration_s if after is None else after.at_s
            end = after.per_s if after is not None and self.between == "line" else point.per_s
            if upto_s > duration_s:
                end = point.per_s + (end - point.per_s) * (duration_s - point.at_s) / (upto_s - point.at_s)
                upto_s = duration_s
            pieces.append(Piece(point.at_s, upto_s - point.at_s, point.per_s / warp, end / warp))
        return Curve(tuple(pieces))

    def scaled(self, factor: float) -> Profile:
        """Each rate times ``factor``."""
        points = tuple(point.model_copy(update={"per_s": point.per_s * factor}) for point in self.points)
        return self.model_copy(update={"points": points})
