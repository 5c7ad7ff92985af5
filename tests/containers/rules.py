"""Owns what every service of a compose file must keep: limits, health, least rights, pinned image, hidden secrets.

Knows nothing of what the services do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
_SECRET = re.compile(r"PASS|TOKEN|SECRET|KEY", re.IGNORECASE)
NUMBERED = re.compile(r"[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?")
OURS = "hms-esr"
"""Our image ends with a numbered user; others must be told theirs."""


def plain(text: str) -> str:
    """A value as it is when no variable is set."""
    return _DEFAULT.sub(r"\1", text)


def broken_rules(document: dict[str, Any]) -> list[str]:
    """Each rule that a service or secret breaks, as ``service: rule``."""
    found = [f"{name}: {rule}" for name, service in document["services"].items() for rule in _broken(service)]
    for name, secret in document.get("secrets", {}).items():
        if set(secret) != {"file"} or not secret["file"].startswith("${ESR_SECRETS:?"):
            found.append(
                f"secret {name}: is a file in the folder that ESR_SECRETS names, with a word where it is unset"
            )
    return found


def _broken(service: dict[str, Any]) -> Iterator[str]:
    image = plain(service.get("image", ""))
    if not NUMBERED.fullmatch(image):
        yield f"its image {image!r} has no numbered version"
    if not image.startswith(f"{OURS}:") and not re.fullmatch(r"[1-9]\d*:[1-9]\d*", service.get("user", "")):
        yield "runs as a numbered user that is not root"
    if service.get("user", "1").startswith(("0", "root")) or service.get("privileged"):
        yield "does not run as root"
    if service.get("read_only") is not True:
        yield "has a read-only root"
    if service.get("cap_drop") != ["ALL"] or service.get("cap_add"):
        yield "has no capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "gets no new privileges"
    for limit in ("cpus", "mem_limit", "pids_limit"):
        if not service.get(limit):
            yield f"has {limit}"
    if not service.get("healthcheck", {}).get("test") or service["healthcheck"].get("disable"):
        yield "has a health check"
    for port in service.get("ports", []):
        if not isinstance(port, str) or not port.startswith("127.0.0.1:"):
            yield f"publishes {port} on 127.0.0.1 alone"
    if service.get("network_mode") or service.get("pid") or service.get("ipc"):
        yield "has a network and processes of its own"
    yield from _in_clear(service)


def _in_clear(service: dict[str, Any]) -> Iterator[str]:
    environment = service.get("environment", {})
    pairs = environment.items() if isinstance(environment, dict) else (one.partition("=")[::2] for one in environment)
    for name, value in pairs:
        if _SECRET.search(name) and not str(value).startswith(("/run/secrets/", "/esr/")):
            yield f"{name} comes from a file"
    words = service.get("command", [])
    for word in words if isinstance(words, list) else words.split():
        if re.search(r"(token|password|secret)=", str(word), re.IGNORECASE):
            yield f"{word} comes from a file"
