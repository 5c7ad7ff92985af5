"""Owns calling kubectl: what is asked, what it answers, what its refusals mean.

Knows nothing of runs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from hms_esr.errors import EnvironmentProblem

_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl at ``path`` for one namespace; ``context`` as kubectl's own option, empty for the current one."""

    path: str
    namespace: str
    context: str = ""

    def text(self, *words: str, sent: str | None = None) -> str:
        """What a call prints. EnvironmentProblem with kubectl's own words when it refuses or does not answer."""
        return self.raw(*words, sent=None if sent is None else sent.encode()).decode(errors="replace")

    def raw(
        self, *words: str, sent: bytes | None = None, patience_s: float = _PATIENCE_S, to: IO[bytes] | None = None
    ) -> bytes:
        """The same as bytes, or written to ``to``; ``patience_s`` real seconds at most."""
        try:
            done = subprocess.run(
                self._words(words),
                input=sent,
                stdin=subprocess.DEVNULL if sent is None else None,
                stdout=subprocess.PIPE if to is None else to,
                stderr=subprocess.PIPE,
                timeout=patience_s,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            raise EnvironmentProblem(f"kubectl {words[0]} gave no answer within {patience_s:g} s") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
            raise EnvironmentProblem(f"kubectl {words[0]}: {said[:2000]}")
        return done.stdout or b""

    def json(self, *words: str) -> dict[str, Any]:
        """An object or list, as kubectl knows it."""
        text = self.text(*words, "-o", "json")
        try:
            found: dict[str, Any] = json.loads(text)
        except ValueError:
            raise EnvironmentProblem(f"kubectl {words[0]} answered with something else than JSON") from None
        return found

    def stream(self, *words: str) -> subprocess.Popen[bytes]:
        """A call that goes on beside us, its output on ours."""
        return subprocess.Popen(
            self._words(words),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _words(self, words: Sequence[str]) -> list[str]:
        context = ["--context", self.context] if self.context else []
        return [self.path, *context, "--namespace", self.namespace, *words]


def find_kubectl(namespace: str, context: str = "") -> Kubectl | None:
    """kubectl of the path; None when there is none."""
    path = shutil.which("kubectl")
    return None if path is None else Kubectl(path, namespace, context)
