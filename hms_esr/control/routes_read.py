"""Owns the routes that only look: a run's summary, the list of runs.

Knows nothing of files or processes.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from hms_esr.control import shapes
from hms_esr.control.audited_action import there
from hms_esr.control.auth import need, who_asks
from hms_esr.control.openapi import refusals_at
from hms_esr.control.page import Row
from hms_esr.control.services import Services


def add_read_routes(router: APIRouter, services: Services) -> None:
    """Both."""

    @router.get(
        "/run/{run_id}/summary",
        response_model=shapes.Summary,
        responses=refusals_at(400, 401, 403, 404, 429),
        summary="A run's state, verdict and figures",
    )
    async def summary(request: Request, run_id: str) -> Any:
        """A run: `state` is QUEUED, RUNNING, PAUSED, or FINISHED however it ended; `verdict` is null before the end.

        Once it is over everything of its summary.json is here.
        """
        need(request, "observe", run_id)
        there(services, run_id)
        seen = services.status.see(run_id)
        return seen.summary | {"dashboard_url": f"{services.base(request)}/dashboard/{run_id}"}

    @router.get(
        "/runs",
        response_model=shapes.Runs,
        responses=refusals_at(400, 401, 403, 422, 429),
        summary="Runs, the last first",
    )
    async def runs(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 50,
        scenario: Annotated[str, Query(max_length=200, description="Only of this scenario.")] = "",
        state: Annotated[shapes.State | None, Query(description="Only in this state.")] = None,
    ) -> Any:
        """Runs of this server's folder, also those started from a command line. A token for one run sees that one."""
        who = need(request, "observe", who_asks(request).run)
        found = [
            one for one in await services.lines(who) if scenario in ("", one.scenario) and state in (None, one.state)
        ]
        base = services.base(request)
        return shapes.Runs(runs=[_line(one, base) for one in found[:limit]], total=len(found))


def _line(row: Row, base: str) -> shapes.RunLine:
    return shapes.RunLine.model_validate(
        {
            "run_id": row.run_id,
            "scenario": row.scenario,
            "state": row.state,
            "verdict": row.verdict or None,
            "place": row.place,
            "started_at": row.started_at or None,
            "real_s": row.real_s,
            "people": row.people,
            "dashboard_url": f"{base}/dashboard/{row.run_id}",
        }
    )
