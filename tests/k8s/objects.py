"""Owns Kubernetes objects as tests read them: built by kustomize or rendered by us, and the pods inside them.

Knows nothing of what is right.
"""

from __future__ import annotations

import copy
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from tests.house.sources import ROOT

Object = dict[str, Any]
FOLDERS = ("k8s/overlays/local", "k8s/overlays/production", "k8s/run")


@cache
def built(folder: str) -> str:
    """What ``kubectl kustomize`` (or ``kustomize build``) makes of a folder."""
    kubectl = shutil.which("kubectl")
    words = [kubectl, "kustomize"] if kubectl else ["kustomize", "build"]
    done = subprocess.run([*words, str(ROOT / folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def objects(text: str) -> list[Object]:
    """The documents of a YAML text; a copy of one's own, read once."""
    return copy.deepcopy(_read(text))


@cache
def _read(text: str) -> list[Object]:
    return [one for one in yaml.load_all(text, yaml.CSafeLoader) if one]


def shown(one: Object) -> str:
    """``Deployment/tower``."""
    return f"{one['kind']}/{one['metadata']['name']}"


def pods(found: list[Object]) -> Iterator[tuple[str, Object]]:
    """Owner and template (``metadata``, ``spec``) of every kind of pod."""
    for one in found:
        if one["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job"):
            yield shown(one), one["spec"]["template"]
        elif one["kind"] == "CronJob":
            yield shown(one), one["spec"]["jobTemplate"]["spec"]["template"]
        elif one["kind"] == "Pod":
            yield shown(one), one


def containers(pod: Object) -> Iterator[Object]:
    """Every container, also those that come first."""
    yield from pod["spec"].get("initContainers", [])
    yield from pod["spec"]["containers"]
