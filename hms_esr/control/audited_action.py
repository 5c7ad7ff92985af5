"""Owns what every action has in common: a line in the audit log for what became of it, and a run that has to be there.

Knows nothing of what the actions do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from hms_esr.control.auth import who_asks
from hms_esr.control.http_errors import Refused
from hms_esr.control.services import Services
from hms_esr.errors import EsrError


def there(services: Services, run_id: str) -> None:
    """Refused (404) when there is no such run."""
    if not services.status.exists(run_id):
        raise Refused(404, f"there is no run {run_id[:200]!r}")


@contextmanager
def audited(services: Services, request: Request, what: str, run_id: str) -> Iterator[dict[str, str]]:
    """A line in the audit log for what became of an action: its result, or why it was refused."""
    note = {"run": run_id, "result": ""}
    who = who_asks(request)
    try:
        yield note
    except Refused as error:
        note["result"] = f"refused: {error.status} {error.text}"
        raise
    except EsrError as error:
        note["result"] = f"refused: {str(error)[:500]}"
        raise
    finally:
        more = {key: value for key, value in note.items() if key not in ("run", "result")}
        services.audit.note(who.name, what, note["run"][:200], note["result"] or "broken off", **more)
