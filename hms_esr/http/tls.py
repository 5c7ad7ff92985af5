"""Owns how certificates are checked and shown: authorities, a client certificate with its key, or no check at all.

Knows nothing of sockets, requests or scenarios.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from hms_esr.errors import EnvironmentProblem


@dataclass(frozen=True, slots=True)
class Trust:
    """PEM files: ``ca`` beside the system's authorities; ``cert`` shown to the target, its ``key`` there or apart.

    ``files``: contents by name, which win over the disk (they came from another machine).
    """

    ca: str | None = None
    cert: str | None = None
    insecure: bool = False
    key: str | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)

    def with_contents(self) -> Trust:
        """The same, able to travel to another machine. Files that cannot be read are told of by :meth:`context`."""
        found = dict(self.files)
        for name in (self.ca, self.cert, self.key):
            if name and name not in found and Path(name).is_file():
                found[name] = Path(name).read_bytes()
        return replace(self, files=found)

    def context(self) -> ssl.SSLContext:
        """A client's TLS context; EnvironmentProblem when a file cannot be used."""
        context = ssl.create_default_context()
        given = self.files
        if self.ca:
            with _usable(self.ca), _on_disk(self.ca, given) as path:
                context.load_verify_locations(cafile=path)
        if self.cert:
            shown = self.cert if self.key is None else f"{self.cert} with the key {self.key}"
            with _usable(shown), _on_disk(self.cert, given) as path, _on_disk(self.key or self.cert, given) as key:
                context.load_cert_chain(path, key, password=_no_password)
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _no_password() -> str:
    """Asked for when a key is encrypted; without this OpenSSL would ask on the terminal and wait."""
    raise ValueError("its key has a password; give one without")


@contextmanager
def _usable(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, ssl.SSLError):
            words = (error.reason or "the certificate or its private key is missing").replace("_", " ").lower()
        else:
            words = (getattr(error, "strerror", None) or str(error)).lower()
        raise EnvironmentProblem(f"the certificate file {name} cannot be used: {words}") from None


@contextmanager
def _on_disk(name: str, files: Mapping[str, bytes]) -> Iterator[str]:
    """A path to read ``name`` from: its own, or one only we may read, gone afterwards, of contents that travelled."""
    if name not in files:
        yield name
        return
    with NamedTemporaryFile() as copy:
        copy.write(files[name])
        copy.flush()
        yield copy.name
