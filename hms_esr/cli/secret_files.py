"""Owns where secrets come from: files and the environment, never a command line.

Knows nothing of what they open.
"""

from __future__ import annotations

import os
from pathlib import Path

from hms_esr.errors import BadInput, Problem


def read_secrets(path: Path | None) -> dict[str, str]:
    """Secrets from ``ESR_SECRET_X`` variables and a file of NAME=VALUE lines (the file wins)."""
    found = {name[11:]: value for name, value in os.environ.items() if name.startswith("ESR_SECRET_")}
    if path is None:
        return found
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise BadInput([Problem(f"--secret-file {path}", 0, 0, "no such file")]) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadInput([Problem(f"--secret-file {path}", 0, 0, f"cannot be read: {reason}")]) from None
    except UnicodeDecodeError as error:
        text = f"is not UTF-8 (byte {error.start + 1}); save it as UTF-8"
        raise BadInput([Problem(f"--secret-file {path}", 0, 0, text)]) from None
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            if "=" not in line:
                raise BadInput([Problem(str(path), number, 1, "a line is NAME=VALUE")])
            name, value = line.split("=", 1)
            found[name.strip()] = value.strip()
    return found


def cluster_secret(path: Path | None, who: str) -> str:
    """The secret that master and workers share, from its file; BadInput when there is none."""
    from hms_esr.engine.cluster.join_info import check_secret

    if path is None:
        how = "make one with: head -c 24 /dev/urandom | base64 > cluster.secret"
        raise BadInput([Problem(who, 0, 0, f"needs --cluster-secret-file, the same on every machine; {how}")])
    try:
        return check_secret(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput([Problem(str(path), 0, 0, f"cannot be read: {error}")]) from None
