"""Owns refusals: every one is JSON with words, never a page of a framework, never an error of ours for bad input.

Knows nothing of why.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from hms_esr.control.run_queue import Full
from hms_esr.errors import BadInput, EnvironmentProblem, EsrError, Problem, TargetRefused

OWN_METRIC = (
    " A metric function of your own has to be on the server: in metrics/*.py of the folder it runs in, or in an "
    "installed package (entry point hms_esr.metrics)."
)
_LOG = logging.getLogger("hms_esr.control")


class Refused(Exception):
    """A request that is not carried out: status, words, and what else the answer says."""

    def __init__(self, status: int, text: str, *, close: bool = False, after_s: int = 0) -> None:
        self.status, self.text = status, text
        self.headers: dict[str, str] = {}
        if close:
            self.headers["connection"] = "close"
        if after_s:
            self.headers["retry-after"] = str(after_s)
        if status == 401:
            self.headers["www-authenticate"] = 'Bearer realm="hms-esr"'
        super().__init__(text)


def answer(
    status: int, text: str, problems: Sequence[Problem] = (), headers: dict[str, str] | None = None
) -> JSONResponse:
    """The refusal as an answer."""
    listed = [
        {"source": one.source, "line": one.line, "column": one.column, "text": _with_cure(one.text)} for one in problems
    ]
    return JSONResponse({"error": text, "problems": listed}, status, headers)


def _with_cure(text: str) -> str:
    return text + ("" if text.endswith((".", "?")) else ".") + OWN_METRIC if text.startswith("unknown metric") else text


def of_error(error: EsrError) -> JSONResponse:
    """The answer to one of our own errors."""
    if isinstance(error, BadInput):
        first = error.problems[0] if error.problems else Problem("", 0, 0, "bad input")
        more = len(error.problems) - 1
        return answer(422, f"{first}" + (f" (and {more} more)" if more > 0 else ""), error.problems)
    if isinstance(error, TargetRefused):
        return answer(403, str(error))
    if isinstance(error, Full):
        return answer(429, str(error), headers={"retry-after": "60"})
    return answer(503 if isinstance(error, EnvironmentProblem) else 500, str(error))


def install(app: FastAPI) -> None:
    """Make ``app`` answer all errors so."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return answer(error.status, error.text, headers=error.headers)

    @app.exception_handler(EsrError)
    async def ours(_: Request, error: EsrError) -> JSONResponse:
        return of_error(error)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        words = {404: f"there is nothing at {request.url.path[:200]}", 405: f"{request.method} is not possible here"}
        return answer(error.status_code, words.get(error.status_code, str(error.detail)), headers=_plain(error.headers))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = [Problem(".".join(map(str, one["loc"])), 0, 0, str(one["msg"])) for one in error.errors()]
        return of_error(BadInput(problems))

    @app.exception_handler(Exception)
    async def internal_error(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("internal error at %s %s", request.method, request.url.path, exc_info=error)
        return answer(500, "internal error; the server's log has the details")


def _plain(headers: object) -> dict[str, str] | None:
    return dict(headers) if isinstance(headers, dict) else None
