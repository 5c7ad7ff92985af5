"""Owns kinds of options that several commands take: finite numbers, seeds, ids of runs, values that are not empty.

Knows nothing of what the options are for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite, nan
from typing import Any

import click

from hms_esr.errors import BadInput, EnvironmentProblem, Problem

LARGEST_SEED = 2**62 - 1
LARGEST_SCALE = 100_000_000
SMALLEST_SCALE = 0.000_001
LARGEST_WARP = 100_000
SMALLEST_WARP = 0.001
"""A simulated second takes up to 1000 real ones; with less, a run would not end in anybody's lifetime."""
_RUN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}")


class Finite(click.FloatRange):
    """A number in a range; ``nan`` and ``inf`` are none, though Python reads them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; a usage error otherwise."""
        try:
            number = float(value)
        except ValueError:
            number = nan
        if not isfinite(number):
            self.fail(f"{value!r} is not a number; write one such as 2 or 0.5", param, ctx)
        converted: float = super().convert(value, param, ctx)
        return converted


class Seed(click.IntRange):
    """A whole number from 0 on. Its upper end is told only to who passes it."""

    def __init__(self) -> None:
        super().__init__(0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; a usage error otherwise."""
        seed: int = super().convert(value, param, ctx)
        if seed > LARGEST_SEED:
            self.fail(f"{seed} is too large; at most {LARGEST_SEED} is allowed", param, ctx)
        return seed


SCALE = Finite(SMALLEST_SCALE, LARGEST_SCALE)
WARP = Finite(SMALLEST_WARP, LARGEST_WARP)


def run_id(_: Any, option: click.Parameter, value: str) -> str:
    """A run's id as it may be part of a path; BadInput otherwise."""
    if value and not _RUN_ID.fullmatch(value):
        text = f"{value[:80]!r} is no run's id; letters, digits, '-', '_' and '.' are allowed, no '.' first"
        raise BadInput([Problem(option.opts[0], 0, 0, text)])
    return value


def refuse_empty(command: click.Command, context: click.Context, arguments: Sequence[str]) -> None:
    """BadInput for options given as nothing (``--target ""``): mostly a variable of a shell that is not set."""
    try:
        given, _, _ = command.make_parser(click.Context(command, parent=context)).parse_args(list(arguments))
    except click.UsageError:
        return  # told when the command itself reads its arguments
    empty = [
        param.opts[0]
        for param in command.params
        if isinstance(param, click.Option) and _is_empty(given.get(param.name or ""))
    ]
    if empty:
        text = "is given, but empty (a variable that is not set?); give a value or leave the option out"
        raise BadInput([Problem(option, 0, 0, text) for option in empty])


def _is_empty(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and not one.strip() for one in values)


def target_problem(error: BadInput) -> BadInput | EnvironmentProblem:
    """The same mistakes; when all are of the target's address, a target that is not there."""
    if all(problem.source == "target" for problem in error.problems):
        return EnvironmentProblem("\n".join(f"cannot reach the target: {one.text}" for one in error.problems))
    return error
