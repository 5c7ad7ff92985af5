"""Owns finding the certificate files a scenario names under ``http``.

Knows nothing of what is in them, nor of TLS.
"""

from __future__ import annotations

from pathlib import Path

from hms_esr.library.folders import is_file
from hms_esr.scenario.model import Http
from hms_esr.scenario.source_locations import Mistake

_KEYS = ("ca", "cert", "key")


def found_certificates(http: Http, folder: Path, trusted: bool) -> tuple[Http, list[Mistake]]:
    """``http`` with absolute paths (looked up in ``folder``, then the working directory), and every mistake."""
    paths: dict[str, str] = {}
    mistakes = []
    for name in _KEYS:
        written = getattr(http, name)
        if written is None:
            continue
        if not trusted:
            mistakes.append(Mistake(("http", name), "certificate files cannot be used by scenarios that were sent in"))
            continue
        path = next((one for one in (folder / written, Path.cwd() / written) if is_file(one)), None)
        if path is None:
            mistakes.append(Mistake(("http", name), f"no file '{written[:200]}' in the scenario's folder or here"))
        else:
            paths[name] = str(path.absolute())
    if http.key is not None and http.cert is None:
        mistakes.append(Mistake(("http", "key"), "a key belongs to a certificate; name it too, as cert"))
    return http.model_copy(update=paths), mistakes
