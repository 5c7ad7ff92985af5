"""Owns what a control plane is told at its start, and what the environment says to it and to its clients.

Knows nothing of requests or runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from hms_esr.errors import BadInput, Problem
from hms_esr.scenario.hosts import HostPort, host_port, kind_of, split_url

DEFAULT_PORT = 9700
DEFAULT_URL = f"http://localhost:{DEFAULT_PORT}"
MOST_BYTES = 1024 * 1024
BODY_S = HEAD_S = 10.0
"""So long may the sending of a body take, and that of a request's head."""
MOST_WAITING = 100
RATE_PER_S, BURST = 20.0, 200


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``hms-esr serve`` was told. ``answers``: the address that answers for every target, empty for none.

    ``streaming``: the options of ``hms-esr run`` that say where points go, for every run; no token is among them.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    out: Path = Path("results")
    dev: bool = False
    max_runs: int = 2
    allow: tuple[str, ...] = ()
    tokens: Path = Path("tokens.json")
    public_url: str = ""
    answers: str = ""
    streaming: tuple[str, ...] = ()
    body_s: float = BODY_S
    head_s: float = HEAD_S
    rate_per_s: float = RATE_PER_S
    burst: int = BURST

    def __post_init__(self) -> None:
        """BadInput for what cannot be, and for ``dev`` where others can reach it."""
        if self.dev and not is_loopback(self.host):
            text = "needs no token, so it listens on this machine alone; leave out --host, or make tokens"
            raise BadInput([Problem("--dev", 0, 0, f"{text}: hms-esr token create --scope run")])
        self.allowed()
        if self.public_url:
            try:
                split_url(self.public_url)
            except ValueError as error:
                raise BadInput([Problem("--public-url", 0, 0, str(error))]) from None

    @property
    def always(self) -> tuple[str, ...]:
        """What every run is given beside its own options."""
        return (*(part for place in self.allow for part in ("--i-may-load", place)), *self.streaming)

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)

    def allowed(self) -> tuple[HostPort, ...]:
        """The places of ``allow``. BadInput when one cannot be read."""
        try:
            return tuple(host_port(text) for text in self.allow)
        except ValueError as error:
            raise BadInput([Problem("--allow", 0, 0, str(error))]) from None


def is_loopback(host: str) -> bool:
    """Whether a name or address means this machine: localhost, 127.x, ::1; other names are not looked up."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return kind_of(host) == "loopback"
    except ValueError:
        return False


def server_url() -> str:
    """Where clients find the control plane: ``ESR_URL``, otherwise this machine."""
    return os.environ.get("ESR_URL", "").strip().rstrip("/") or DEFAULT_URL


def client_token() -> str:
    """The token clients send: ``ESR_TOKEN``."""
    return os.environ.get("ESR_TOKEN", "").strip()


def token_file() -> Path:
    """Where tokens are kept: ``ESR_TOKENS``, otherwise in the configuration folder of whoever runs this."""
    if os.environ.get("ESR_TOKENS"):
        return Path(os.environ["ESR_TOKENS"])
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "hms-esr" / "tokens.json"


def secrets_given() -> dict[str, str]:
    """What scenarios may ask for as ``{{ secret.X }}``: the server's ``ESR_SECRET_X``."""
    return {name[11:]: value for name, value in os.environ.items() if name.startswith("ESR_SECRET_")}


def for_children() -> dict[str, str]:
    """The environment runs are started with: ours, without tokens."""
    return {name: value for name, value in os.environ.items() if name not in ("ESR_TOKEN", "ESR_TOKENS")}
