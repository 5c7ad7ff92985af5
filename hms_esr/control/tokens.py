"""Owns bearer tokens: made at random, kept as hashes in one file, checked, revoked.

Knows nothing of requests. A token is shown once, when it is made; the file (mode 600) cannot give it back.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any, Literal

from hms_esr.errors import BadInput, EnvironmentProblem, Problem

Scope = Literal["run", "observe"]
SCOPES: tuple[Scope, ...] = ("run", "observe")
PREFIX = "esr"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token. ``run``: the only run it is for, empty for all; times are ISO 8601, empty for never."""

    ident: str
    scope: Scope
    sha256: str
    made_at: str
    name: str = ""
    run: str = ""
    expires_at: str = ""
    revoked_at: str = ""

    def over(self, now: datetime) -> str:
        """Why it is no longer good, in a word; empty while it is."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and datetime.fromisoformat(self.expires_at) <= now else ""


def _now() -> datetime:
    return datetime.now(UTC)


class TokenFile:
    """The tokens in ``path``; read again whenever the file changes, so that a revoked token is refused at once."""

    def __init__(self, path: Path, now: Callable[[], datetime] = _now) -> None:
        self.path = path
        self._now = now
        self._seen: tuple[int, int, int] | None = None
        self._tokens: dict[str, Token] = {}

    def tokens(self) -> dict[str, Token]:
        """All by id, in the order they were made. EnvironmentProblem when the file cannot be read or is not ours."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            self._tokens, self._seen = {}, None
            return {}
        except OSError as error:
            raise EnvironmentProblem(f"{self.path}  cannot be read: {error.strerror or error}") from None
        seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if seen != self._seen:
            if stat.st_mode & 0o077:
                raise EnvironmentProblem(f"{self.path}  can be read by others; make it yours alone: chmod 600")
            self._tokens, self._seen = self._read(), seen
        return self._tokens

    def _read(self) -> dict[str, Token]:
        try:
            listed = json.loads(self.path.read_text(encoding="utf-8"))["tokens"]
            return {one["ident"]: Token(**one) for one in listed}
        except OSError as error:
            raise EnvironmentProblem(f"{self.path}  cannot be read: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError):
            raise EnvironmentProblem(f"{self.path}  is no file of tokens; move it away to begin a new one") from None

    def make(self, scope: Scope, *, name: str = "", run: str = "", lasts: timedelta | None = None) -> tuple[str, Token]:
        """A new token: its text, which is not kept, and what is."""
        ident, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        now = self._now()
        try:
            until = "" if lasts is None else (now + lasts).isoformat(timespec="seconds")
        except OverflowError:
            text = "is too far away; leave it out for a token that stays"
            raise BadInput([Problem("--expires", 0, 0, text)]) from None
        made = now.isoformat(timespec="seconds")
        token = Token(ident, scope, _hash(secret), made, name, run, until)
        with self._changing() as tokens:
            tokens[ident] = token
        return f"{PREFIX}_{ident}_{secret}", token

    def revoke(self, which: str) -> Token:
        """Make the token with this id, or name, worthless at once. BadInput when there is none."""
        with self._changing() as tokens:
            found = [one for one in tokens.values() if which in (one.ident, one.name)]
            if len(found) != 1:
                known = ", ".join(tokens) or "there is none"
                what = "no token of this id or name" if not found else "several tokens have this name; give the id"
                raise BadInput([Problem(f"token '{which}'", 0, 0, f"{what}. Known: {known}")])
            gone = tokens[found[0].ident] = replace(found[0], revoked_at=self._now().isoformat(timespec="seconds"))
        return gone

    def check(self, text: str) -> tuple[Token | None, str]:
        """The token whose text this is, or None and why not: ``unknown``, ``revoked`` or ``expired``."""
        prefix, _, rest = text.partition("_")
        ident, _, secret = rest.partition("_")
        token = self.tokens().get(ident) if prefix == PREFIX and len(text) <= _LONGEST else None
        if token is None or not compare_digest(token.sha256, _hash(secret)):
            return None, "unknown"
        over = token.over(self._now())
        return (None, over) if over else (token, "")

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Token]]:
        """The tokens, written back when the block ends well; one writer at a time."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.path.with_name(f".{self.path.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                tokens = dict(self.tokens())
                yield tokens
                self._write([asdict(one) for one in tokens.values()])
        except OSError as error:
            raise EnvironmentProblem(f"{self.path}  cannot be written: {error.strerror or error}") from None

    def _write(self, tokens: list[dict[str, Any]]) -> None:
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(json.dumps({"tokens": tokens}, indent=1) + "\n")
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.path)


def _hash(secret: str) -> str:
    """Secrets are 256 bits of chance, so one round is enough: there is nothing to guess from."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
