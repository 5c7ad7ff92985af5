"""Owns the look at the target before anybody starts, and at the owners' proofs while people come.

Knows nothing of people or the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hms_esr.errors import EnvironmentProblem, TargetRefused
from hms_esr.http.setup_request import setup_http, trust_of
from hms_esr.scenario.guard import Guard

if TYPE_CHECKING:
    from hms_esr.scenario.model import Http

PROOF_EVERY_S = 10.0
"""How often a run reads the proofs of public places again."""


def preflight(
    url: str,
    guard: Guard,
    run_id: str,
    http: Http | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    insecure: bool = False,
) -> int:
    """Try the target before anybody starts: name, connection, one GET with ``X-ESR-Run``.

    ``http`` gives the time limit (10 s at most) and certificates. Returns how many requests were made (proofs too):
    they count as setup requests. Any answer will do, an error too: that is for the rehearsal to find out.
    EnvironmentProblem (or TargetRefused) when none comes.
    """
    before = guard.proofs_read
    timeout_s = min(10.0, http.timeout_s) if http else 10.0
    trust = trust_of(http, insecure)
    sent = {"X-ESR-Run": run_id, **(headers or {})}
    try:
        setup_http(guard, "GET", url, headers=sent, timeout_s=timeout_s, trust=trust)
    except TargetRefused:
        raise
    except EnvironmentProblem as error:
        raise EnvironmentProblem(f"{error} (checked before anybody starts)") from None
    return guard.proofs_read - before + 1


def proof_still_there(guard: Guard) -> str:
    """Read every proof again, from the same addresses: why the load must stop, or nothing when all still hold."""
    for asked in guard.public:
        try:
            guard.prove_again(asked)
        except ValueError as error:
            return f"the owner of {asked.host} took the proof back: {error}"
    return ""
