"""Owns certificates made for one test run: two authorities, servers with right and wrong names, a client.

Knows nothing of who checks them.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"]
_HERE = "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost"
_LEAF = "basicConstraints=critical,CA:FALSE"


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _issued(folder: Path, name: str, authority: str, *extensions: str, secret: str = "") -> None:
    lock = ["-passout", f"pass:{secret}"] if secret else ["-nodes"]
    signed = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key"]
    more = [part for one in (_LEAF, *extensions) for part in ("-addext", one)]
    _openssl(folder, "req", "-x509", *_KEY, *lock, *signed, "-keyout", f"{name}.key", "-out", f"{name}.crt",
             "-subj", f"/CN={name}", *more)  # fmt: skip


def make(folder: Path) -> None:
    """Two authorities, ``ca`` and ``other``, and what they issued.

    ``ca``: ``server``, ``elsewhere`` (of another name), ``over`` (expired), ``client``. ``other``: ``stranger``.
    ``client.pem`` is certificate and key in one file; ``locked.key`` has a password.
    """
    for name in ("ca", "other"):
        _openssl(folder, "req", "-x509", *_KEY, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem",
                 "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    _issued(folder, "server", "ca", _HERE)
    _issued(folder, "elsewhere", "ca", "subjectAltName=DNS:elsewhere.test")
    _issued(folder, "client", "ca", "extendedKeyUsage=clientAuth")
    _issued(folder, "stranger", "other", "extendedKeyUsage=clientAuth")
    _issued(folder, "locked", "ca", "extendedKeyUsage=clientAuth", secret="hidden")
    (folder / "client.pem").write_text((folder / "client.crt").read_text() + (folder / "client.key").read_text())
    _over(folder)


def _over(folder: Path) -> None:
    """A certificate whose days are over."""
    _openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
             "over.key", "-out", "over.csr", "-subj", "/CN=over", "-addext", _HERE)  # fmt: skip
    (folder / "index.txt").write_text("")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=one\n[one]\ndatabase=index.txt\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\n"
        "policy=any\ncopy_extensions=copy\n[any]\ncommonName=supplied\n"
    )
    (folder / "serial").write_text("10\n")
    _openssl(folder, "ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in", "over.csr",
             "-out", "over.crt", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-notext")  # fmt: skip
