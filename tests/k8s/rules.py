"""Owns what every object must keep: Pod Security restricted, limits, probes, versions, no secret, budgets, policies.

Knows nothing of where the objects come from. Each rule yields a line for each thing it does not like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.k8s.objects import Object, containers, pods, shown

_TAG = re.compile(r":v?\d+(\.\d+)+([-.]\w+)*$|@sha256:[0-9a-f]{64}$")
_SECRET_NAME = re.compile(r"(?i)token|password|secret|api_?key|credential")
_CLEAR = re.compile(r"(?i)(?:token|password|secret|api_?key)['\"]?\s*[:=]\s*['\"]?(?!Token \$|\$)[A-Za-z0-9+/_-]{8,}")
_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def faults(found: list[Object]) -> list[str]:
    """Everything that is not as it must be."""
    lines = list(_whole(found))
    for name, pod in pods(found):
        lines += [f"{name}: {text}" for text in _pod(pod)]
        for one in containers(pod):
            lines += [f"{name}/{one['name']}: {text}" for text in (*_rights(pod, one), *_container(one))]
        lines += [f"{name}: {text}" for text in _budgeted(pod, found)]
    return lines


def _pod(pod: Object) -> Iterator[str]:
    spec = pod["spec"]
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            yield f"has {name}"
    if spec.get("automountServiceAccountToken") is not False:
        yield "mounts a token of the API"
    if spec.get("serviceAccountName", "default") == "default":
        yield "has no account of its own"
    if "terminationGracePeriodSeconds" not in spec:
        yield "has no grace period of its own"
    for volume in spec.get("volumes", []):
        if not _VOLUMES & set(volume):
            yield f"volume {volume['name']} is of a kind that is not allowed"
        if "emptyDir" in volume and not (volume["emptyDir"] or {}).get("sizeLimit"):
            yield f"volume {volume['name']} has no limit"


def _rights(pod: Object, one: Object) -> Iterator[str]:
    both = pod["spec"].get("securityContext", {}) | one.get("securityContext", {})
    if both.get("runAsNonRoot") is not True or not both.get("runAsUser"):
        yield "may run as root"
    if both.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "has no seccomp profile"
    if both.get("allowPrivilegeEscalation") is not False or both.get("privileged"):
        yield "may gain rights"
    if both.get("capabilities", {}).get("drop") != ["ALL"] or both.get("capabilities", {}).get("add"):
        yield "keeps capabilities"
    if both.get("readOnlyRootFilesystem") is not True:
        yield "may write its root"
    if any("hostPort" in port for port in one.get("ports", [])):
        yield "takes a port of the machine"


def _container(one: Object) -> Iterator[str]:
    if not _TAG.search(one["image"]):
        yield f"image {one['image']} has no version"
    for kind in ("requests", "limits"):
        for what in ("cpu", "memory"):
            if what not in one.get("resources", {}).get(kind, {}):
                yield f"has no {kind} of {what}"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        if probe not in one:
            yield f"has no {probe}"
    for entry in one.get("env", []):
        if _SECRET_NAME.search(entry["name"]) and "valueFrom" not in entry and not entry["value"].startswith("/"):
            yield f"has {entry['name']} in clear"


def _budgeted(pod: Object, found: list[Object]) -> Iterator[str]:
    budgets = [one for one in found if one["kind"] == "PodDisruptionBudget"]
    covering = [one for one in budgets if selects(one["spec"]["selector"], pod["metadata"]["labels"])]
    if len(covering) != 1:
        yield f"has {len(covering)} disruption budgets"


def _whole(found: list[Object]) -> Iterator[str]:
    for one in found:
        if one["kind"] == "Secret":
            yield f"{shown(one)} holds a secret"
        if one["kind"] == "ConfigMap":
            for key, text in one.get("data", {}).items():
                if _CLEAR.search(text):
                    yield f"{shown(one)}/{key} seems to hold a secret"
        if one["kind"] == "Service" and one["spec"].get("type", "ClusterIP") != "ClusterIP":
            yield f"{shown(one)} can be reached from outside"
        if one["kind"] == "Role":
            for rule in one["rules"]:
                if "*" in {*rule["verbs"], *rule["resources"], *rule["apiGroups"]} or "secrets" in rule["resources"]:
                    yield f"{shown(one)} may too much"
        if one["kind"].startswith("ClusterRole"):
            yield f"{shown(one)} reaches beyond its namespace"


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector chooses something with these labels."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", []))


def may_speak(found: list[Object], source: dict[str, str], to: dict[str, str], port: int) -> bool:
    """Whether the policies let a pod with labels ``source`` reach ``port`` of one with labels ``to``."""
    policies = [one["spec"] for one in found if one["kind"] == "NetworkPolicy"]
    return _lets(policies, "egress", "to", source, to, port) and _lets(policies, "ingress", "from", to, source, port)


def _lets(policies: list[Object], way: str, peers: str, mine: dict[str, str], other: dict[str, str], port: int) -> bool:
    own = [one for one in policies if selects(one["podSelector"], mine) and way.capitalize() in one["policyTypes"]]
    if not own:
        return True
    for rule in (rule for one in own for rule in one.get(way, [])):
        ports = [entry["port"] for entry in rule.get("ports", [])]
        near = [one for one in rule.get(peers, []) if "podSelector" in one and "namespaceSelector" not in one]
        if (not ports or port in ports) and any(selects(one["podSelector"], other) for one in near):
            return True
    return False
