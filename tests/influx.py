"""Owns a real InfluxDB on free ports of this machine, as tests need it: with tokens, away, stopped in its tracks, back.

Knows nothing of what is written to it. An InfluxDB 1 answers; in front of it nginx speaks the write API of InfluxDB 2
(``/api/v2/write``) and asks for a token and an organization; ``/query`` answers InfluxQL as in every version.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

TOKEN = "a-token-for-tests-only"
ORG = "agency"
BUCKET = "esr"
LISTENS_WITHIN_S = 30.0


@dataclass
class Influx:
    """One server. ``url`` is what a person passes with ``--influx``; data outlive :meth:`kill` and :meth:`start`."""

    folder: Path
    influxd: str
    nginx: str
    port: int
    behind: int
    meta: int
    bucket: str = BUCKET
    org: str = ORG
    token: str = TOKEN
    _database: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _front: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def options(self) -> list[str]:
        """For a command line; the token goes by :attr:`environment`."""
        return ["--influx", self.url, "--influx-org", self.org, "--influx-bucket", self.bucket]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "INFLUX_TOKEN": self.token}

    def start(self) -> None:
        """The database answers (again), with what it had."""
        with (self.folder / "influxd.log").open("ab") as log:
            command = [self.influxd, "run", "-config", str(self.folder / "influxd.conf")]
            self._database = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        _await(self._answers, self._database, self.folder / "influxd.log")

    def accept(self, instead: str = "") -> None:
        """The way in is open (again). ``instead``: what nginx does with points in place of letting them through."""
        (self.folder / "nginx.conf").write_text(_front(self, instead))
        with (self.folder / "nginx.log").open("ab") as log:
            command = [self.nginx, "-e", "stderr", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
            self._front = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        _await(lambda: _listens(self.port), self._front, self.folder / "nginx.log")

    def refuse(self) -> None:
        """Connections are refused from now on, until :meth:`accept`."""
        _end(self._front)
        self._front = None

    def answer(self, status: int, retry_after_s: int | None = None) -> None:
        """Points get this answer from now on, until :meth:`refuse` and :meth:`accept`."""
        asks = "" if retry_after_s is None else f"add_header Retry-After {retry_after_s} always; "
        self.refuse()
        self.accept(asks + f"""return {status} '{{"code":"trouble","message":"a status of {status} for tests"}}';""")

    def hang(self) -> None:
        """What is in front takes connections and reads nothing (SIGSTOP), until :meth:`go_on`."""
        assert self._front is not None
        self._front.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._front is not None
        self._front.send_signal(signal.SIGCONT)

    def freeze(self) -> None:
        """It takes connections and answers nothing (SIGSTOP), until :meth:`thaw`."""
        assert self._database is not None
        self._database.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._database is not None
        self._database.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL: what is in front answers 502 until :meth:`start`."""
        _end(self._database, signal.SIGKILL)
        self._database = None

    def stop(self) -> None:
        """Everything ends."""
        with suppress(AssertionError):
            self.go_on()
        self.refuse()
        with suppress(AssertionError):
            self.thaw()
        _end(self._database)
        self._database = None

    def command(self, text: str) -> None:
        """A statement that changes something, such as CREATE DATABASE."""
        self._ask(Request(f"{self.url}/query", data=urlencode({"q": text}).encode()))

    def query(self, text: str, bucket: str = "") -> list[dict[str, Any]]:
        """Rows of an InfluxQL query, one dict each: columns by name, and the tags grouped by; times in seconds."""
        asked = urlencode({"db": bucket or self.bucket, "q": text, "epoch": "s"})
        answer = self._ask(Request(f"{self.url}/query?{asked}"))
        rows = []
        for result in answer["results"]:
            assert "error" not in result, result["error"]
            for series in result.get("series", ()):
                tags = series.get("tags", {})
                rows += [tags | dict(zip(series["columns"], row, strict=True)) for row in series.get("values", ())]
        return rows

    def series(self, where: str = "") -> int:
        """How many series there are, counted by the server."""
        return len(self.query(f"SHOW SERIES {where}"))

    def empty(self) -> None:
        """Nothing is in the bucket any more."""
        self.command(f'DROP DATABASE "{self.bucket}"')
        self.command(f'CREATE DATABASE "{self.bucket}"')

    def _ask(self, request: Request) -> dict[str, Any]:
        request.add_header("Authorization", f"Token {self.token}")
        with urlopen(request, timeout=30) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.behind}/ping", timeout=1) as answer:
                return bool(answer.status == 204)
        except OSError:
            return False


@contextmanager
def influx_server(needs: Callable[[str], str], folder: Path) -> Iterator[Influx]:
    """An InfluxDB with the empty bucket ``esr`` for as long as the block lasts; its files are in ``folder``.

    ``needs``: the fixture of that name; programs influxd and nginx.
    """
    influxd, nginx = needs("influxd"), needs("nginx")
    folder.mkdir(parents=True, exist_ok=True)
    server = Influx(folder, influxd, nginx, *_free_ports(3))
    (folder / "influxd.conf").write_text(_DATABASE.format(folder=folder, behind=server.behind, meta=server.meta))
    try:
        server.start()
        server.accept()
        server.command(f'CREATE DATABASE "{server.bucket}"')
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder / "data", ignore_errors=True)


_DATABASE = """
reporting-disabled = true
bind-address = "127.0.0.1:{meta}"
[meta]
  dir = "{folder}/data/meta"
  logging-enabled = false
[data]
  dir = "{folder}/data/data"
  wal-dir = "{folder}/data/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{behind}"
  log-enabled = false
[logging]
  level = "error"
"""


def _front(server: Influx, instead: str) -> str:
    folder = server.folder
    through = f"rewrite ^ /write?db=$arg_bucket&precision=$unit break; proxy_pass http://127.0.0.1:{server.behind};"
    return f"""
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type application/json;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  map $arg_precision $unit {{ default $arg_precision; us u; }}
  server {{
    listen 127.0.0.1:{server.port};
    client_max_body_size 64m;
    proxy_set_header Authorization "";
    proxy_connect_timeout 5s;
    if ($http_authorization != "Token {server.token}") {{
      return 401 '{{"code":"unauthorized","message":"unauthorized access"}}';
    }}
    location = /ping {{ proxy_pass http://127.0.0.1:{server.behind}; }}
    location = /query {{ proxy_pass http://127.0.0.1:{server.behind}; }}
    location = /api/v2/write {{
      if ($arg_org != "{server.org}") {{
        return 404 '{{"code":"not found","message":"organization name \\\\"$arg_org\\\\" not found"}}';
      }}
      {instead or through}
    }}
  }}
}}
"""


def _free_ports(count: int) -> Sequence[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in taken]
    for one in taken:
        one.close()
    return ports


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _await(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + LISTENS_WITHIN_S
    while not ready():
        said = log.read_text(errors="replace")[-2000:]
        assert process.poll() is None, f"{process.args!r} ended: {said}"
        assert time.monotonic() < until, f"{process.args!r} does not answer: {said}"
        time.sleep(0.02)


def _end(process: subprocess.Popen[bytes] | None, how: int = signal.SIGTERM) -> None:
    if process is None:
        return
    process.send_signal(how)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
