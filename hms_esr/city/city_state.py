"""Owns what the city remembers while it runs: sessions, accounts, claims, permits, applications, settings.

Knows nothing of HTML, sockets or routing; both clocks are handed in.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest

from hms_esr.city.clerks import ClerkQueue, interval_us, to_iso
from hms_esr.city.counts import Counts, SeenLog
from hms_esr.city.faults import FaultBoard
from hms_esr.city.ledger import CityLedger
from hms_esr.city.wire import CityRequest
from hms_esr.sensors import gauge

_MADE_UP = re.compile(
    r"[^@\s]{1,100}@([\w-]+\.)*(example(\.[\w-]+){0,2}|[\w-]+\.(test|example|invalid))", re.IGNORECASE
)
FLAGS = gauge("values.flags")
"""Values that could be a real person's and were turned away, since the city began."""


def is_made_up(email: str) -> bool:
    """Whether an e-mail cannot belong to anybody: under ``.test``, ``.example``, ``.invalid`` or ``example.*``."""
    return _MADE_UP.fullmatch(email) is not None


@dataclass(slots=True)
class CityAccount:
    """One made-up person's account. Without a ``lock`` (made at first login) any password opens it."""

    email: str
    name: str
    role: str
    lock: bytes = b""


@dataclass(slots=True)
class CitySession:
    """What the city knows of one browser: who is logged in, and the application under way."""

    email: str = ""
    due_usd: int = 0
    number: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A claim or permit: filed, and decided at a time known from then on. Times in simulated microseconds."""

    id: str
    run: str
    submitted_us: int
    decided_us: int

    def status(self, now_us: int) -> dict[str, object]:
        """``{"id", "status": "pending"|"decided", "submitted_at", "decided_at"}`` as of ``now_us``."""
        decided = now_us >= self.decided_us
        return {
            "id": self.id,
            "status": "decided" if decided else "pending",
            "submitted_at": to_iso(self.submitted_us),
            "decided_at": to_iso(self.decided_us) if decided else None,
        }


@dataclass(slots=True)
class ClaimsDesk:
    """One run's claims: a queue of its own, so that runs do not disturb each other."""

    queue: ClerkQueue = field(default_factory=ClerkQueue)
    cases: list[Case] = field(default_factory=list)


class CityState:
    """The whole memory of a city. ``monotonic`` gives seconds, ``wall_s`` seconds since 1970 (UTC)."""

    def __init__(
        self,
        ledger: CityLedger,
        *,
        clerks: float = 1.0,
        strict_accounts: bool = False,
        record_values: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self.ledger = ledger
        self.clerks = clerks
        self.review_days = 10.0
        self.strict_accounts = strict_accounts
        self.faults = FaultBoard(monotonic)
        self.counts = Counts()
        self.seen = SeenLog(record_values)
        self.accounts: dict[str, CityAccount] = {}
        self.sessions: dict[str, CitySession] = {}
        self._secret = secrets.token_bytes(32)
        self._wall_s = wall_s
        self._forget()

    def _forget(self) -> None:
        self.desks: dict[str, ClaimsDesk] = {}
        self.claims: dict[str, Case] = {}
        self.permits: dict[str, Case] = {}
        self.permit_applicants: dict[str, str] = {}

    def reset(self) -> None:
        """Forget counts, claims, queues, permits, faults and logs; accounts and logins stay."""
        self._forget()
        self.faults.clear()
        self.counts.clear()
        self.seen.clear()
        self.ledger.clear()

    def now_us(self, request: CityRequest) -> int:
        """The request's own simulated time; the real clock (UTC) for requests without one."""
        sim_us = request.sim_us()
        return int(self._wall_s() * 1_000_000) if sim_us is None else sim_us

    # sessions and tokens

    def session_id(self, request: CityRequest) -> str:
        """The id of the browser's session; a new one, sent as a cookie with the answer, when it has none."""
        if not request.session_id:
            request.session_id = request.new_session = secrets.token_urlsafe(18)
        return request.session_id

    def session(self, request: CityRequest) -> CitySession:
        """The browser's session, to be changed."""
        return self.sessions.setdefault(self.session_id(request), CitySession())

    def account(self, request: CityRequest) -> CityAccount | None:
        """Who is logged in."""
        session = self.sessions.get(request.session_id)
        return self.accounts.get(session.email) if session else None

    def person(self, request: CityRequest) -> str:
        """The name of who is logged in; empty for nobody."""
        account = self.account(request)
        return account.name or account.email if account else ""

    def token(self, request: CityRequest, action: str) -> str:
        """The form's hidden token: good for this browser's session and this form only."""
        return self._token(self.session_id(request), action)

    def token_is_good(self, request: CityRequest, action: str, token: str) -> bool:
        """Whether ``token`` came with the form ``action`` in this browser's session."""
        if not request.session_id:
            return False
        return compare_digest(self._token(request.session_id, action).encode(), token.encode())

    def _token(self, session_id: str, action: str) -> str:
        return blake2b(f"{session_id} {action}".encode(), key=self._secret, digest_size=16).hexdigest()

    # accounts

    def lock(self, password: str) -> bytes:
        """What is remembered of a password. Fast, not strong: every account is made up and gone with the city."""
        return blake2b(password.encode(), key=self._secret, digest_size=16).digest()

    def open_account(self, email: str, name: str, role: str, password: str | None, made_by: str) -> bool:
        """Make or renew an account; True when it is new."""
        key = email.lower()
        is_new = key not in self.accounts
        self.accounts[key] = CityAccount(email, name, role, b"" if password is None else self.lock(password))
        self.ledger.add("accounts", key, name, role, made_by)
        return is_new

    def close_account(self, email: str) -> bool:
        """Delete an account; False when there was none."""
        self.ledger.forget_account(email.lower())
        return self.accounts.pop(email.lower(), None) is not None

    def log_in(self, request: CityRequest, email: str, password: str) -> bool:
        """Bind the browser to an account, under a new session id; False when e-mail or password are not known."""
        account = self.accounts.get(email.lower())
        made_up = is_made_up(email)
        if account is None and not made_up:
            FLAGS.add(1)
        if account is None and not self.strict_accounts and made_up:
            self.open_account(email, email.partition("@")[0].replace(".", " ").title(), "", None, "login")
            account = self.accounts[email.lower()]
        if account is None or (account.lock and not compare_digest(account.lock, self.lock(password))):
            return False
        session = self.sessions.pop(request.session_id, CitySession())
        request.session_id = request.new_session = secrets.token_urlsafe(18)
        session.email = email.lower()
        self.sessions[request.session_id] = session
        return True

    # cases

    def file_claim(self, request: CityRequest) -> Case:
        """Put a claim into its run's queue."""
        run, submitted_us = request.run, self.now_us(request)
        desk = self.desks.setdefault(run, ClaimsDesk())
        decided_us = desk.queue.file(submitted_us, interval_us(request.warp(), self.clerks))
        case = Case(f"ui-{secrets.token_hex(8)}", run, submitted_us, decided_us)
        desk.cases.append(case)
        self.claims[case.id] = case
        self.ledger.add("claims", case.id, run, to_iso(submitted_us), to_iso(decided_us))
        return case

    def receive(self, request: CityRequest, kind: str) -> str:
        """Note one application of ``kind``; its number."""
        number = f"{kind}-{secrets.token_hex(6)}"
        self.ledger.add("applications", number, request.run, kind, self.person(request), to_iso(self.now_us(request)))
        return number
