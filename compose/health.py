"""Owns the health checks of containers: an address that answers, a port that listens, a file that is touched.

Knows nothing of hms-esr; the standard library's smallest parts only, so that a check costs a run nothing.
"""

import http.client
import socket
import sys
import time
from pathlib import Path

WITHIN_S = 3.0
FRESH_S = 30.0


def web(port: str, path: str) -> bool:
    """Whether this machine answers ``path`` with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=WITHIN_S)
    connection.request("GET", path)
    return connection.getresponse().status == 200


def port(number: str) -> bool:
    """Whether this machine listens on a port."""
    socket.create_connection(("127.0.0.1", int(number)), WITHIN_S).close()
    return True


def file(path: str) -> bool:
    """Whether a file was touched a moment ago."""
    return time.time() - Path(path).stat().st_mtime < FRESH_S


CHECKS = {"web": web, "port": port, "file": file}

if __name__ == "__main__":
    try:
        healthy = CHECKS[sys.argv[1]](*sys.argv[2:])
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"{' '.join(sys.argv[1:])}: {error}")
    sys.exit(0 if healthy else f"{' '.join(sys.argv[1:])}: not well")
