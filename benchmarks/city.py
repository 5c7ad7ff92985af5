"""Owns the measure of the city's speed: page views and form posts per second on one core.

Knows nothing of rehearsals. It uses wrk, or a small client of its own where wrk is not installed.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import psutil

from benchmarks._processes import GENERATOR_CORE, TARGET_CORE, own_core, used
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from hms_esr.city.process import CityProcess

CONNECTIONS = 16
GOAL_PER_S = 1500
PDF = b"%PDF-1.4\n" + b"x" * 20_000 + b"\n%%EOF\n"
Case = tuple[str, str, dict[str, str], bytes]


def session(url: str, path: str) -> tuple[str, str]:
    """Cookie and token of one visit."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    token = re.search(rb'name="csrf_token" value="(\w+)"', answer.read())
    connection.close()
    if token is None:
        raise RuntimeError(f"no token on {path}")
    return answer.headers["Set-Cookie"].partition(";")[0], token[1].decode()


def cases(url: str) -> dict[str, Case]:
    """What is measured: method, path, headers, body."""
    views: dict[str, Case] = {f"view {path}": ("GET", path, {}, b"") for path in ("/apply-subsidy", "/")}
    cookie, token = session(url, "/claims/new")
    cookie_home, token_home = session(url, "/")
    form = f"csrf_token={token_home}&full_name=Ann&email=ann%40b.test&employer=Acme&reason=laid+off".encode()
    cookie, token = session(url, "/apply-subsidy")
    part = "--b\r\nContent-Disposition: form-data; name="
    multipart = (
        f'{part}"csrf_token"\r\n\r\n{token}\r\n{part}"full_name"\r\n\r\nAnn\r\n'
        f'{part}"schedule_f"; filename="f.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    ).encode() + PDF + b"\r\n--b--\r\n"  # fmt: skip
    urlencoded = {"Cookie": cookie_home, "Content-Type": "application/x-www-form-urlencoded"}
    return views | {
        "post /claims (form)": ("POST", "/claims", urlencoded, form),
        "post /apply-subsidy (20 kB upload)": (
            "POST",
            "/apply-subsidy",
            {"Cookie": cookie, "Content-Type": "multipart/form-data; boundary=b"},
            multipart,
        ),
    }


def with_wrk(url: str, case: Case, seconds: float) -> tuple[float, int]:
    """Requests per second by wrk, and how many; raises RuntimeError when any answer is an error."""
    method, path, headers, body = case
    text = "".join(f"\\{byte:03d}" for byte in body)
    lines = [f'wrk.method = "{method}"', *(f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items())]
    lines += [f'wrk.body = "{text}"'] if body else []
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        Path(script.name).write_text("\n".join(lines))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", script.name, url + path]
        out = used(command, Path(script.name).parent, core=GENERATOR_CORE).output
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    counted = re.search(r"(\d+) requests in", out)
    if found is None or counted is None or "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(out)
    return float(found[1]), int(counted[1])


def with_sockets(url: str, case: Case, seconds: float) -> tuple[float, int]:
    """The same by blocking sockets in turn: a lower bound, the client shares the work of one thread."""
    method, path, headers, body = case
    lines = [f"{method} {path} HTTP/1.1", "Host: city", f"Content-Length: {len(body)}"]
    request = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode() + body
    host, port = urlsplit(url).hostname, urlsplit(url).port
    sockets = [socket.create_connection((host, port), timeout=10) for _ in range(CONNECTIONS)]
    done, start_s = 0, time.perf_counter()
    while time.perf_counter() - start_s < seconds:
        for one in sockets:
            one.sendall(request)
        for one in sockets:
            read_answer(one)
            done += 1
    taken_s = time.perf_counter() - start_s
    for one in sockets:
        one.close()
    return done / taken_s, done


def read_answer(one: socket.socket) -> None:
    """Read one answer whole; raises RuntimeError when it is an error or cut short."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += one.recv(65536) or b"\r\n\r\n"
    head, _, rest = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    if length is None or not head.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3")):
        raise RuntimeError(head.decode("latin-1"))
    left = int(length[1]) - len(rest)
    while left > 0:
        left -= len(one.recv(65536)) or left


def measure(setup: Setup) -> Found:
    """Every case in turn, the city on one core, the client on another where there is one."""
    client = with_wrk if shutil.which("wrk") else with_sockets
    seconds = setup.size(1.0, 0.2)
    rates: dict[str, list[float]] = {}
    cpus: dict[str, list[float]] = {}
    with CityProcess() as city:
        process = psutil.Process(city.pid)
        own_core(TARGET_CORE, city.pid)
        every = cases(city.url)
        for name in setup.turns(list(every)):
            before_s = sum(process.cpu_times()[:2])
            rate_per_s, requests = client(city.url, every[name], seconds)
            rates.setdefault(name, []).append(rate_per_s)
            cpus.setdefault(name, []).append((sum(process.cpu_times()[:2]) - before_s) / requests * 1e6)
        memory = Figure("memory, MB", [process.memory_info().rss / 1e6])
    least = min((rates[name] for name in rates if name.startswith("view")), key=median)
    goal = Goal("page views of the city per second, one core", least, "≥", GOAL_PER_S)
    figures = [Figure(f"{name}, per second", values) for name, values in rates.items()]
    figures += [Figure(f"CPU for each, {name}, µs", values) for name, values in cpus.items()]
    name = "wrk" if client is with_wrk else "a client of blocking sockets (a lower bound)"
    how = f"The mock city on one core, asked by {name} over {CONNECTIONS} connections; the goal is for the slower view."
    return Found("The city", how, [*figures, memory], [goal], setup.left_out)
