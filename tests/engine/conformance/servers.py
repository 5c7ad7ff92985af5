"""Owns well-known servers as processes on free ports of this machine, each with a configuration of its own.

Knows nothing of the client.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine.conformance.site import LARGE

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
Needs = Callable[[str], str]


def free_port(host: str = "127.0.0.1") -> int:
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        return int(one.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, folder: Path, host: str = "127.0.0.1") -> Iterator[int]:
    """``command`` until the block ends, from the moment something listens on ``port``."""
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 30
        while not _listens(host, port):
            said = (folder / f"{port}.log").read_text(errors="replace")
            assert process.poll() is None, f"{command[0]} ended: {said}"
            assert time.monotonic() < until, f"{command[0]} does not listen: {said}"
            time.sleep(0.01)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def nginx(needs: Needs, folder: Path, *, host: str = "127.0.0.1", more: str = "", tls: str = "") -> Iterator[int]:
    """nginx with the site as far as it needs no program; ``tls``: directives that make it speak TLS."""
    port = free_port(host)
    (folder / "site").mkdir(exist_ok=True)
    for name, content in (("hello", b"hello"), ("large", LARGE), ("gzip.txt", b"a line\n" * 400_000)):
        (folder / "site" / name).write_bytes(content)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    file = folder / f"nginx-{port}.conf"
    file.write_text(f"""
daemon off; master_process off; pid {folder}/nginx-{port}.pid; error_log stderr;
events {{ worker_connections 512; }}
http {{
  access_log off; absolute_redirect off; default_type text/plain; types {{ }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  gzip on; gzip_min_length 2000000; gzip_types text/plain;
  {more}
  server {{
    listen {place}{" ssl" if tls else ""}; {tls}
    root {folder}/site;
    location = /large {{ gzip off; }}
    location = /gzip {{ try_files /gzip.txt =404; }}
    location = /204 {{ add_header X-A b; return 204; }}
    location = /304 {{ add_header X-A b always; return 304; }}
    location = /303 {{ return 303 hello; }}
    location = /307 {{ client_max_body_size 8m; return 307 /echo; }}
    location = /echo {{ client_max_body_size 8m; return 200 "got $content_length"; }}
    location = /early {{ client_max_body_size 1k; try_files /hello =404; }}
    location = /cookie {{
      add_header Set-Cookie "a=1; Path=/; HttpOnly"; add_header Set-Cookie "b=2; Path=/"; return 200;
    }}
    location = /seen {{ return 200 $http_cookie; }}
    location = /who {{ return 200 "$ssl_protocol $ssl_client_s_dn"; }}
  }}
}}
""")
    yield from _one(running([needs("nginx"), "-e", "stderr", "-c", str(file)], port, folder, host))


def haproxy(needs: Needs, folder: Path, behind: int, keep: str = "5s") -> Iterator[int]:
    """HAProxy in front of the server on port ``behind``; ``keep``: how long idle connections are kept."""
    port = free_port()
    file = folder / f"haproxy-{port}.cfg"
    file.write_text(f"""
global
  maxconn 200
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout http-keep-alive {keep}
frontend all
  bind 127.0.0.1:{port}
  default_backend one
backend one
  server one 127.0.0.1:{behind}
""")
    yield from _one(running([needs("haproxy"), "-db", "-f", str(file)], port, folder))


def gunicorn(folder: Path, worker: str) -> Iterator[int]:
    """gunicorn with one worker of a kind."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-k", worker, "-w", "1", "-b", f"127.0.0.1:{port}"]
    yield from _one(running([*command, "tests.engine.conformance.site:wsgi"], port, folder))


def uvicorn(folder: Path) -> Iterator[int]:
    """uvicorn with its httptools protocol."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "warning", "--lifespan", "off"]
    yield from _one(running([*command, "tests.engine.conformance.site:asgi"], port, folder))


def node(needs: Needs, folder: Path, keep_ms: int = 5000) -> Iterator[int]:
    """Node's own http server; ``keep_ms``: how long idle connections are kept."""
    port = free_port()
    command = [needs("node"), str(HERE / "site.js"), "127.0.0.1", str(port), str(keep_ms)]
    yield from _one(running(command, port, folder))


def _one(context: object) -> Iterator[int]:
    with context as port:  # type: ignore[attr-defined]
        yield port
