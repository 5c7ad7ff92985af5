"""Whole rehearsals over TLS: certificates named in the scenario, and what is said without them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.conformance import authority, servers

pytestmark = pytest.mark.own_process

SCENARIO = """\
name: tls
target: https://127.0.0.1:{port}
http: {http}
duration: 1s
load: {{rate: 5}}
journeys:
  - name: see
    steps:
      - visit: /who
      - expect: {{text: "CN=client"}}
"""


@pytest.fixture
def folder(needs: servers.Needs, tmp_path: Path) -> Iterator[Path]:
    """A folder with certificates, and a scenario for an nginx that asks for them."""
    needs("openssl")
    authority.make(tmp_path)
    shows = f"ssl_certificate {tmp_path}/server.crt; ssl_certificate_key {tmp_path}/server.key;"
    asks = f"ssl_client_certificate {tmp_path}/ca.pem; ssl_verify_client on; default_type text/html;"
    with contextmanager(servers.nginx)(needs, tmp_path, tls=f"{shows} {asks}") as port:
        for name, http in (
            ("right", "{ca: ca.pem, cert: client.crt, key: client.key}"),
            ("wrong", "{cert: client.pem}"),
        ):
            (tmp_path / f"{name}.yml").write_text(SCENARIO.format(port=port, http=http))
        yield tmp_path


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "hms_esr", "run", *arguments, "--max-late", "100%"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_certificates_in_a_scenario_are_used_by_every_worker(folder: Path) -> None:
    """Authority, client certificate and key lie beside the scenario; two workers; nothing is said of unchecked ones."""
    code, said = run(folder, "right.yml", "--workers", "2")
    assert code == 0, said
    assert "were not checked" not in (folder / "results/latest/report.html").read_text()


def test_an_unknown_authority_stops_the_run_unless_told_otherwise(folder: Path) -> None:
    """Exit 4 before anybody starts; with ``--insecure`` the report says what that means."""
    code, said = run(folder, "wrong.yml")
    assert code == 4
    assert "the certificate is not trusted: unable to get local issuer certificate (checked before anybody" in said
    code, said = run(folder, "wrong.yml", "--insecure")
    assert code == 0, said
    assert "TLS certificates were not checked (--insecure)" in (folder / "results/latest/report.html").read_text()
