"""Owns what the API's description (OpenAPI) says beyond shapes: refusals, the body of a new run, options as parameters.

Knows nothing of how requests are answered.
"""

from __future__ import annotations

from typing import Any

from hms_esr.control.shapes import Refusal, RunOptions

_WORDS = {
    400: "Not a request this server can read",
    401: "A token is wanted, or the one sent is unknown, expired or revoked",
    403: "Not with this token, not from this origin or host, or a target that may not be loaded",
    404: "No such run",
    408: "The body came too slowly",
    409: "Not in this state, or an idempotency key used for something else",
    413: "The body is too large",
    422: "Bad input: every mistake with its place",
    429: "Too many requests, or too many runs wait",
}
EXAMPLE = {
    "name": "claims",
    "duration_hours": 24,
    "time_warp": 7200,
    "load_profile": [[0, 1], [8, 3]],
    "assertions": ["error_rate < 0.01"],
    "target": "http://127.0.0.1:9800",
    "options": {"scale": 0.5},
}
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "description": "A scenario in any dialect; its schema: hms-esr schema",
                "properties": {
                    "target": {"type": "string", "description": "What is loaded; wins over the scenario's own."},
                    "options": {"$ref": "#/components/schemas/RunOptions"},
                },
            },
            "example": EXAMPLE,
        },
        "application/yaml": {"schema": {"type": "string", "description": "The same as YAML"}},
    },
}


def refusals_at(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Those refusals, each with its shape."""
    return {status: {"model": Refusal, "description": _WORDS[status]} for status in statuses}


def options_as_parameters() -> list[dict[str, Any]]:
    """Options that may stand in the address."""
    schema = RunOptions.model_json_schema()
    found = [{"name": "target", "in": "query", "required": False, "schema": {"type": "string"}}]
    for name, one in schema["properties"].items():
        if name != "var":
            kinds = [kind for kind in one.get("anyOf", []) if kind.get("type") != "null"]
            found.append({"name": name, "in": "query", "required": False, "schema": kinds[0] if kinds else {}})
            found[-1]["description"] = one.get("description", "")
    return found
