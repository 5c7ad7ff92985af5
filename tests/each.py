"""Owns how one test states one fact of many cases: it goes through all of them and names each that breaks it.

Knows nothing of what is tested.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import pytest

SHOWN = 400
"""Characters of a reason in the list of offenders."""


class Offenders(AssertionError):
    """Cases that do not hold, each with its reason."""

    def __init__(self, listed: list[str]) -> None:
        self.listed = listed
        super().__init__("\n".join([f"cases that do not hold: {len(listed)}", *listed]))


def each(names: str | tuple[str, ...], cases: Iterable[Any], name: Callable[[Any], object] = repr) -> Any:
    """As ``pytest.mark.parametrize``, in a single test: arguments from each case, every other one a fixture.

    ``name`` tells cases apart in the list of offenders. Fixtures are made once, for all cases: a case that changes
    one wants a test of its own. Decorators above one another make every combination. No case at all is a failure too.
    """
    keys = (names,) if isinstance(names, str) else names
    listed = list(cases)

    def decorated(fact: Callable[..., None]) -> Callable[..., None]:
        @wraps(fact)
        def test(*args: Any, **fixtures: Any) -> None:
            offenders: list[str] = []
            for case in listed:
                values = (case,) if isinstance(names, str) else case
                reasons = _broken(lambda values=values: fact(*args, **fixtures, **dict(zip(keys, values, strict=True))))
                offenders += [f"{name(case)}: {reason}" for reason in reasons]
            assert listed, "there is no case to check"
            if offenders:
                raise Offenders(offenders)

        signature = inspect.signature(fact)
        left = [one for key, one in signature.parameters.items() if key not in keys]
        test.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return test

    return decorated


def _broken(fact: Callable[[], None]) -> list[str]:
    """Why the fact does not hold; empty where it does."""
    try:
        fact()
    except Offenders as found:
        return found.listed
    except (Exception, pytest.fail.Exception) as error:
        return [f"{type(error).__name__}: {error}"[:SHOWN]]
    return []
