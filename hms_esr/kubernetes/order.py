"""Owns what is asked of a cluster for one run: scenario, workers, image, namespace; and the names that follow from it.

Knows nothing of manifests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

MASTER_PORT = 5557
RUN_LABEL = "hms-esr/run"
MOST_WORKERS = 248
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Order:
    """One run in a cluster.

    ``files`` are paths below the scenario's folder with their contents; ``options`` further ones of ``hms-esr run``.
    ``target`` is passed on, ``address`` is where people go (the scenario's own target when none is passed on).
    ``most_workers`` over ``workers``: a Deployment that grows with its processors, otherwise a Job of ``workers`` pods.
    ``openings`` are networks (CIDR) that people may be sent to beside ``address``. ``secrets`` names a Secret whose
    entries ``ESR_SECRET_X`` the scenario may ask for.
    """

    run_id: str
    scenario: str
    files: Mapping[str, bytes] = field(repr=False)
    workers: int
    most_workers: int = 0
    namespace: str = "hms-esr"
    image: str = "hms-esr:0.1.0"
    options: tuple[str, ...] = ()
    target: str = ""
    address: str = ""
    openings: tuple[str, ...] = ()
    wait_s: float = 300.0
    kept_s: float = 600.0
    leave_s: int = 600
    cluster_secret: str = "hms-esr-cluster"
    secrets: str = ""
    influx: str = ""
    influx_secret: str = "hms-esr-influx"
    cpu: str = "1"
    memory: str = "1Gi"

    @property
    def slug(self) -> str:
        """The run's id as Kubernetes takes it for a name: small letters, digits, hyphens, 40 at most."""
        return name_of(self.run_id)

    @property
    def name(self) -> str:
        """Name of everything of this run, for :attr:`worker_name` with an ending."""
        return f"run-{self.slug}"

    @property
    def worker_name(self) -> str:
        """Name of the workers."""
        return f"{self.name}-worker"

    @property
    def join_line(self) -> str:
        """What workers join; the master's Service has this name before anybody is there."""
        return f"{self.name}.{self.namespace}.svc:{MASTER_PORT}/{self.run_id}"


def name_of(run_id: str) -> str:
    """A run's id as a name in Kubernetes; a long one keeps its beginning and gets a short hash of the whole."""
    plain = re.sub(r"[^a-z0-9]+", "-", run_id.lower()).strip("-") or "run"
    if len(plain) <= _LONGEST_NAME:
        return plain
    return f"{plain[: _LONGEST_NAME - 7].rstrip('-')}-{sha256(run_id.encode()).hexdigest()[:6]}"
