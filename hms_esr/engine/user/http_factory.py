"""Owns what people speak HTTP with: one transport, header lines made once, and what each request tells of time and run.

Knows nothing of steps or figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any

from hms_esr.engine.client.http_client import PersonSession
from hms_esr.engine.client.transport import ConnectionGuard, Transport
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.user.state import UserState
from hms_esr.html.form_cache import FormMemory
from hms_esr.http.request_headers import basic, is_private, person_head
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import origin_of
from hms_esr.scenario.templates import as_words, split
from hms_esr.schedule.assignment import Assignment, Cast


class HttpFactory:
    """One worker's transport and header lines."""

    def __init__(
        self, assignment: Assignment, guard: ConnectionGuard, cast: Cast, clock: RunClock, variables: Mapping[str, Any]
    ) -> None:
        http = assignment.scenario.http
        self._assignment = assignment
        self._cast = cast
        self._clock = clock
        self._variables = variables
        self._transport = Transport(
            guard,
            connections=http.connections,
            timeout_s=http.timeout_s,
            ca=http.ca,
            cert=http.cert,
            key=http.key,
            files=assignment.files,
            insecure=assignment.insecure,
            secrets=tuple(assignment.secrets.values()),
        )
        self._transport.page_memory = FormMemory()
        self._home = origin_of(assignment.target).text
        self._heads: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        own = {"Authorization": basic(self._secretly(http.basic))} if http.basic else {}
        self._at_home = own | {name: self._secretly(text) for name, text in http.headers.items()}
        types = [name for name in self._at_home if name.lower() == "content-type"]
        self.media_type = "".join(self._at_home.pop(name) for name in types[:1])
        """What ``http: {headers}`` say of bodies of API calls: there must be one Content-Type on the wire."""
        self._elsewhere = {
            name: value
            for name, value in self._at_home.items()
            if not is_private(name, value, self._assignment.secrets.values())
        }
        self._warp_line = f"X-ESR-Warp: {assignment.warp:g}\r\n"
        self._second = -1
        self._second_lines = ""

    def _secretly(self, text: str) -> str:
        """A header's value with ``secret``, ``vars`` and ``run.id`` filled in (the same for everybody)."""
        values = {"secret": self._assignment.secrets, "vars": self._variables, "run": {"id": self._assignment.run_id}}
        parts = [
            part if isinstance(part, str) else as_words(values.get(part.kind, {}).get(part.name, ""))
            for part in split(text)
        ]
        return "".join(parts)

    # a person's means

    def session(self, virtual_user: UserState, on_exchange: Callable[[HttpAnswer], None]) -> PersonSession:
        """HTTP for one person; ``on_exchange`` is told each hop."""
        home_head, head = self._heads_of(virtual_user.person.user_agent, virtual_user.person.accept_language)
        line = f"X-ESR-Person: {virtual_user.person_no}\r\n".encode()
        return PersonSession(
            self._transport,
            head=head + line,
            stamp=partial(self._stamp, virtual_user, f"\r\ntraceparent: 00-{virtual_user.trace_start}"),
            on_exchange=on_exchange,
            home=self._home,
            home_head=home_head + line,
        )

    def _heads_of(self, user_agent: str, accept_language: str) -> tuple[bytes, bytes]:
        """Header lines for the target's own origin, and for any other: there what is private is left out."""
        kind = (user_agent, accept_language)
        heads = self._heads.get(kind)
        if heads is None:
            run_id = self._assignment.run_id
            ours = {
                "Accept-Language": accept_language,
                "X-ESR-Run": run_id,
                "baggage": f"esr.run={run_id},esr.sim=true",
            }
            contact = self._assignment.contact
            heads = self._heads[kind] = (
                person_head(user_agent, ours | self._at_home, contact),
                person_head(user_agent, ours | self._elsewhere, contact),
            )
        return heads

    def _stamp(self, virtual_user: UserState, trace: str) -> tuple[bytes, float]:
        """Lines that differ from request to request; ``trace`` is the end of one line and most of the next."""
        clock = self._clock
        sim_s = clock.sim.sim_s(perf_counter() - clock.origin)
        second = int(sim_s)
        if second != self._second:
            self._second = second
            self._second_lines = f"{self._warp_line}X-ESR-Sim-Time: {self._cast.sim_time(second)[:-6]}"
        virtual_user.sent = sent = virtual_user.sent + 1
        micros = int((sim_s - second) * 1e6)
        lines = f"{self._second_lines}{micros:06d}{trace}{sent & 0xFFFF:04x}-{sent:016x}-01\r\n"
        return lines.encode(), sim_s

    def sends_until(self, moment: float) -> None:
        """Nothing is sent after ``moment`` (``time.perf_counter()``)."""
        self._transport.until = moment

    def close(self) -> None:
        """Close what is open."""
        self._transport.close()
