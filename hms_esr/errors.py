"""Owns the one exception tree: each class knows the exit code a person's shell gets to see.

Knows nothing of who raises or who prints.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in an input.

    ``line`` and ``column`` count from 1; 0 means the place has no line (an option, an environment variable).
    ``source`` is a file name or an option's name. ``text`` says what was found, what is allowed and, when it
    can, the cure.
    """

    source: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        """``scenarios/x.yml:12:5  unknown step 'clik'. Did you mean 'click'?``."""
        place = f"{self.source}:{self.line}:{self.column}" if self.line else self.source
        return f"{place}  {self.text}" if place else self.text


class EsrError(Exception):
    """Everything this project raises on purpose. ``exit_code`` is what the process ends with (design: exit codes)."""

    exit_code = 3


class BadInput(EsrError):
    """A file, option or expression is wrong; nothing was started. Carries every mistake, in file order."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = [Problem("", 0, 0, problems)]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class EnvironmentProblem(EsrError):
    """Something outside us that was asked for is not there: target, port, sandbox, fault injector."""

    exit_code = 4


class NothingListens(EnvironmentProblem):
    """The connection was refused: no program is at that address, so nothing can be left there either."""


class TargetRefused(EnvironmentProblem):
    """The guard said no to a host and port; the text names the host, why, and what would allow it."""


class Interrupted(EsrError):
    """Somebody ended the run before the first person came."""

    exit_code = 130


class NoData(EsrError):
    """A metric has nothing to be computed from. Turns a check into INVALID; it never becomes 0 or PASS."""


class StepFailed(EsrError):
    """A person's step did not succeed by the target's or the person's doing.

    ``kind`` is a short class of failure: ``status``, ``expectation``, ``form_back``, ``timeout``, ``connection``,
    ``no_form``, ``patience``, ``deadline``, ``no_answer``, ``scenario``, ``internal``. ``message`` is what a reader
    sees and errors are counted by; it holds no business data beyond the target's own error text.
    """

    def __init__(self, kind: str, message: str, status: int = 0) -> None:
        self.kind = kind
        self.message = message
        self.status = status
        super().__init__(message)


def internal_error(error: BaseException, shown: Callable[[str], str] = str) -> str:
    """``internal error: ValueError: too odd, engine/user/actor.py:80``: a bug of ours in one line, with its place.

    ``shown`` makes of the exception's own words what may be kept on record.
    """
    said = shown(traceback.format_exception_only(error)[-1].strip())
    frames = traceback.extract_tb(error.__traceback__)
    ours = Path(__file__).parent
    placed = [frame for frame in frames if Path(frame.filename).is_relative_to(ours)] or frames
    if not placed:
        return f"internal error: {said}"
    file = Path(placed[-1].filename)
    name = file.relative_to(ours) if file.is_relative_to(ours) else file.name
    return f"internal error: {said}, {name}:{placed[-1].lineno}"
