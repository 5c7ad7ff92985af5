"""Owns a city in a process of its own: started on a free port, waited for, ended.

Knows nothing of the city's inside; standard library only, and at home in a process patched by gevent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from hms_esr.errors import EnvironmentProblem

LOOK_S = 0.02


class CityProcess:
    """``with CityProcess() as city: … city.url``. It ends with the block, or by itself when this process is gone."""

    def __init__(
        self,
        *,
        port: int = 0,
        clerks: float = 1.0,
        state: Path | None = None,
        keep: bool = False,
        strict_accounts: bool = False,
        record_values: bool = False,
    ) -> None:
        self._options = ["--port", str(port), "--clerks", repr(clerks)]
        self._options += ["--state", str(state)] if state else []
        self._options += ["--keep"] if keep else []
        self._options += ["--strict-accounts"] if strict_accounts else []
        self._options += ["--record-values"] if record_values else []
        self._process: subprocess.Popen[bytes] | None = None
        self._url = ""

    @property
    def url(self) -> str:
        """Where it listens, such as ``http://127.0.0.1:43210``; empty before :meth:`start` and after :meth:`stop`."""
        return self._url

    @property
    def pid(self) -> int:
        """Its process id; 0 when it does not run."""
        return self._process.pid if self._process else 0

    def start(self, wait_s: float = 20.0) -> str:
        """Start it and wait until it listens; its URL. Raises EnvironmentProblem with its own words if it cannot."""
        if self._process is not None:
            return self._url
        with tempfile.TemporaryDirectory(prefix="hms-esr-city-process-") as folder, tempfile.TemporaryFile() as output:
            ready = Path(folder) / "ready.json"
            command = [sys.executable, "-m", "hms_esr", "city", *self._options]
            command += ["--ready-file", str(ready), "--parent-pid", str(os.getpid())]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                self._url = self._wait_ready(ready, output, wait_s)
            except BaseException:
                self.stop()
                raise
        return self._url

    def _wait_ready(self, ready: Path, output: IO[bytes], wait_s: float) -> str:
        process = self._process
        deadline_s = time.monotonic() + wait_s
        while process is not None and time.monotonic() < deadline_s:
            if ready.exists():
                return str(json.loads(ready.read_text())["url"])
            if process.poll() is not None:
                output.seek(0)
                said = output.read().decode(errors="replace").strip()[-2000:] or "it said nothing"
                raise EnvironmentProblem(f"the city ended with status {process.returncode}: {said}")
            time.sleep(LOOK_S)
        raise EnvironmentProblem(f"the city was not ready within {wait_s:g} s")

    def running(self) -> bool:
        """Whether it still runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self, wait_s: float = 5.0) -> None:
        """End it: asked first, killed after ``wait_s``. Does nothing when it does not run."""
        process, self._process, self._url = self._process, None, ""
        if process is not None:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(wait_s)
                except subprocess.TimeoutExpired:
                    process.kill()
            process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
