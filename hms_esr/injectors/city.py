"""Owns faults in the embedded city: its control address, and what its answers mean.

Knows nothing of when a fault is due; how a request gets there is handed in, so that the guard is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote

from hms_esr.errors import EnvironmentProblem, NothingListens
from hms_esr.scenario.hosts import kind_of, split_url

TIMEOUT_S = 5.0
_LONGEST_BYTES = 1024 * 1024
Exchange = Callable[[str, str, bytes], tuple[int, bytes]]
"""Method, address and JSON body to status and body; EnvironmentProblem when there is no answer."""


class CityInjector:
    """Carries orders out at ``url``; see :class:`hms_esr.faults.injector.Injector`.

    Without an ``exchange`` only a city on this machine is spoken to.
    """

    def __init__(self, url: str, exchange: Exchange | None = None) -> None:
        self.url = url
        self._exchange = exchange or on_this_machine

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        try:
            scheme, place, _ = split_url(self.url)
        except ValueError as error:
            raise EnvironmentProblem(f"cannot reach {self.url}: {error}") from None
        payload = b"" if body is None else json.dumps(body).encode()
        status, content = self._exchange(method, f"{scheme}://{place}{path}", payload)
        try:
            return status, json.loads(content) if content else None
        except (ValueError, RecursionError):
            return status, None

    def is_there(self) -> bool:
        """Whether the target is a city at all."""
        try:
            self.active()
        except EnvironmentProblem:
            return False
        return True

    def inject(self, order: Mapping[str, Any]) -> str:
        """Turn one fault on."""
        status, answer = self._ask("POST", "/__city/faults", order)
        if status >= 300 or not isinstance(answer, dict) or "id" not in answer:
            raise EnvironmentProblem(f"{self.url} refused the fault {dict(order)}: {_said(status, answer)}")
        return str(answer["id"])

    def undo(self, fault_id: str) -> None:
        """Turn it off."""
        status, answer = self._ask("DELETE", f"/__city/faults/{quote(fault_id, safe='')}")
        if status >= 300 and status != 404:
            raise EnvironmentProblem(f"{self.url} did not end fault {fault_id}: {_said(status, answer)}")

    def active(self) -> Mapping[str, str]:
        """Ids and services of faults that are on; EnvironmentProblem when the answer is no such list."""
        status, answer = self._ask("GET", "/__city/faults")
        listed = answer.get("faults") if isinstance(answer, dict) else None
        if status != 200 or not isinstance(listed, list):
            raise EnvironmentProblem(f"{self.url} does not say which faults are on (status {status})")
        try:
            return {str(fault["id"]): str(fault["service"]) for fault in listed}
        except (KeyError, TypeError):
            raise EnvironmentProblem(f"{self.url} lists its faults in a way that is not the city's") from None


def _said(status: int, answer: object) -> str:
    return f"status {status}" if answer is None else str(answer)[:300]


def on_this_machine(method: str, url: str, body: bytes) -> tuple[int, bytes]:
    """An exchange with a program on this machine and nowhere else, without TLS."""
    scheme, place, path = split_url(url)
    if scheme != "http" or not (place.host == "localhost" or _is_loopback(place.host)):
        raise EnvironmentProblem(f"{scheme}://{place} is not on this machine")
    connection = HTTPConnection(place.host, place.port or 80, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, body or None, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read(_LONGEST_BYTES)
    except ConnectionRefusedError:
        raise NothingListens(f"cannot reach {scheme}://{place}: connection refused") from None
    except (OSError, HTTPException) as error:
        raise EnvironmentProblem(f"cannot reach {scheme}://{place}: {error}") from None
    finally:
        connection.close()


def _is_loopback(host: str) -> bool:
    try:
        return kind_of(host) == "loopback"
    except ValueError:
        return False
