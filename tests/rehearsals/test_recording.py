"""A run records where its requests spent their time, and single requests as examples, without anything private."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import Any

from hms_esr.store import open_record
from tests.engine.target import Got, ok, target

SECRET = "tango-foxtrot-lima"
SCENARIO = """
name: desk
duration: 2s
warm_up: 0s
load: {rate: 20}
journeys:
  - pace: none
    steps:
      - visit: /hall
      - visit: /desk
      - expect: {text: "Welcome to the desk"}
checks: [success_rate >= 0]
"""


def answer(got: Got) -> bytes:
    """The hall greets; the desk refuses every second person in words that hold an e-mail, numbers and a secret."""
    if got.path == "/hall":
        return ok(b"hall")
    if got.number % 4 == 1:
        said = f"<p role=alert>Account ann@people.test 123456789 has no '{SECRET}' or {SECRET}</p>".encode()
        return ok(said, "409 Conflict", Content_Type="text/html")
    return ok(b"Welcome to the desk" if got.number % 4 == 3 else b"closed")


def certified(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate of its own."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-keyout", "key.pem", "-out", "crt.pem", "-subj", "/CN=desk", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "crt.pem", folder / "key.pem")
    return context


def test_phases_and_examples_of_a_run_over_tls(tmp_path: Path, esr: Any) -> None:
    """TLS once for each connection, first bytes of all answers; failures by kind with person, trace id and times."""
    (tmp_path / "desk.yml").write_text(SCENARIO)
    (tmp_path / "secrets").write_text(f"WORD={SECRET}\n")
    with target(answer, tls=certified(tmp_path)) as there:
        options = ("--insecure", "--secret-file", "secrets", "--quiet", "--max-late", "100%")
        ran = esr("run", "desk.yml", "--target", there.url, *options)
        sent = {got.headers["traceparent"].split("-")[1] for got in there.got if "traceparent" in got.headers}
    assert ran.code in (0, 3), ran.output + ran.errors
    record = open_record(ran.folder)
    hall, desk = (record.phases[key] for key in record.by_step())
    assert hall.connect.count == hall.tls.count == 40
    assert desk.connect.count == desk.tls.count == 0
    assert hall.first_byte.count == hall.reading.count == 40
    assert desk.first_byte.count == record.requests - 40 >= 40
    assert ran.summary["phases_ms"]["tls"]["count"] == 40
    samples = list(record.samples)
    assert {sample.kind for sample in samples} == {"status", "expectation", "slow"}
    assert {sample.trace_id for sample in samples} <= sent
    assert all(-0.001 <= sample.planned_s <= sample.started_s <= sample.ended_s for sample in samples)
    assert all(0 <= sample.person_no < 40 for sample in samples)
    told = next(sample for sample in samples if sample.kind == "status")
    assert told.status == 409
    for file in ran.folder.iterdir():
        text = file.read_bytes()
        assert SECRET.encode() not in text and b"people.test" not in text and b"123456789" not in text, file.name
