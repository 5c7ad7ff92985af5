"""Owns faults in the embedded city: its control address, spoken over plain HTTP.

Knows nothing of when a fault is due.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from hms_esr.errors import EnvironmentProblem

TIMEOUT_S = 5.0


class CityInjector:
    """Carries orders out at ``url``; see :class:`hms_esr.faults.injector.Injector`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = url
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 80

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        connection = HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, {"Content-Type": "application/json"} if payload else {})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return answer.status, json.loads(text) if text else None
        except (OSError, HTTPException, ValueError) as error:
            raise EnvironmentProblem(f"the fault control of {self.url} does not answer: {error}") from None
        finally:
            connection.close()

    def is_there(self) -> bool:
        """Whether the target is a city at all."""
        try:
            status, answer = self._ask("GET", "/__city/faults")
        except EnvironmentProblem:
            return False
        return status == 200 and isinstance(answer, (dict, list))

    def inject(self, order: Mapping[str, Any]) -> str:
        """Turn one fault on."""
        status, answer = self._ask("POST", "/__city/faults", order)
        if status >= 300 or not isinstance(answer, dict) or "id" not in answer:
            raise EnvironmentProblem(f"{self.url} refused the fault {dict(order)}: {answer}")
        return str(answer["id"])

    def undo(self, fault_id: str) -> None:
        """Turn it off."""
        status, answer = self._ask("DELETE", f"/__city/faults/{fault_id}")
        if status >= 300 and status != 404:
            raise EnvironmentProblem(f"{self.url} did not end fault {fault_id}: {answer}")

    def active(self) -> frozenset[str]:
        """Ids of faults that are on."""
        _, answer = self._ask("GET", "/__city/faults")
        listed = answer.get("faults", answer.get("active", [])) if isinstance(answer, dict) else answer
        return frozenset(str(fault["id"]) for fault in listed or ())
