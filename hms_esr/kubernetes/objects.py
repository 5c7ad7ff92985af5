"""Owns the parts every pod of a run has: no rights, no writable root, volumes, probes, the opening to its target.

Knows nothing of which pods there are.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from hms_esr.errors import BadInput, Problem
from hms_esr.kubernetes.order import MASTER_PORT, RUN_LABEL, Order
from hms_esr.scenario.hosts import HostPort, split_url

Manifest = dict[str, Any]
USER = 10001
PRIVATE_4 = ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
PRIVATE_6 = ("fc00::/7", "fe80::/10")
_IN_CLUSTER = (".svc", ".svc.cluster.local", ".cluster.local")


def labels(order: Order, component: str) -> dict[str, str]:
    """Labels of a pod of this run: policies, budgets and removal go by them."""
    named = {"app.kubernetes.io/part-of": "hms-esr", "app.kubernetes.io/component": component}
    return named | {"hms-esr/loads": "true", RUN_LABEL: order.slug}


def meta(order: Order, name: str, component: str = "") -> Manifest:
    """Name, namespace and labels of an object of this run; the whole id as an annotation."""
    shown = {"app.kubernetes.io/part-of": "hms-esr", RUN_LABEL: order.slug}
    if component:
        shown["app.kubernetes.io/component"] = component
    return {
        "name": name,
        "namespace": order.namespace,
        "labels": shown,
        "annotations": {"hms-esr/run-id": order.run_id},
    }


def pod_spec(containers: Sequence[Manifest], volumes: Sequence[Manifest], *, leave_s: int, restart: str) -> Manifest:
    """A pod as Pod Security ``restricted`` wants it, that has ``leave_s`` seconds between SIGTERM and SIGKILL."""
    return {
        "serviceAccountName": "rehearsal",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": restart,
        "terminationGracePeriodSeconds": leave_s,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": list(containers),
        "volumes": [*volumes, {"name": "tmp", "emptyDir": {"sizeLimit": "2Gi"}}],
    }


def container(name: str, order: Order, args: Sequence[str], *, cpu: str, memory: str, **more: Any) -> Manifest:
    """A container of our image. Requests equal limits: a load generator that is throttled measures itself."""
    amount = {"cpu": cpu, "memory": memory}
    mounts = [*more.pop("volumeMounts", []), {"name": "tmp", "mountPath": "/tmp"}]
    env = [{"name": "HOME", "value": "/tmp"}, *more.pop("env", [])]
    return {
        "name": name,
        "image": order.image,
        "imagePullPolicy": "IfNotPresent",
        "args": list(args),
        "env": env,
        "resources": {"requests": amount, "limits": dict(amount)},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
        **more,
    }


def connected_probe(**timing: int) -> Manifest:
    """Whether this pod has a connection to a master; read from the kernel's table, so that nothing is disturbed."""
    pattern = f":{MASTER_PORT:04X} 01 "
    return {"exec": {"command": ["grep", "-qs", pattern, "/proc/net/tcp", "/proc/net/tcp6"]}, **timing}


def target_rules(order: Order) -> list[Manifest]:
    """Egress rules of a NetworkPolicy to the target, as far as its address says where it is.

    None for a target inside the cluster: its namespace is labelled by who owns it. BadInput for what is no address.
    """
    rules = [{"to": [{"ipBlock": {"cidr": _network(text)}}]} for text in order.openings]
    if not order.address:
        return rules
    place = place_of(order.address)
    ports = [{"protocol": "TCP", "port": place.port}]
    try:
        address = ipaddress.ip_address(place.host)
    except ValueError:
        if in_cluster(place.host):
            return rules
        blocks = [("0.0.0.0/0", PRIVATE_4), ("::/0", PRIVATE_6)]
        anywhere = [{"ipBlock": {"cidr": cidr, "except": list(private)}} for cidr, private in blocks]
        return [*rules, {"to": anywhere, "ports": ports}]
    return [*rules, {"to": [{"ipBlock": {"cidr": f"{address}/{address.max_prefixlen}"}}], "ports": ports}]


def place_of(address: str) -> HostPort:
    """Host and port of a target, the scheme's own port where it names none; BadInput when it is no address."""
    try:
        scheme, place, _ = split_url(address if "://" in address else f"http://{address}")
    except ValueError as error:
        raise BadInput([Problem("--target", 0, 0, str(error))]) from None
    return HostPort(place.host, place.port or (443 if scheme == "https" else 80))


def in_cluster(host: str) -> bool:
    """Whether a name is one of the cluster's own DNS: a Service's, alone or with its namespace."""
    return "." not in host or host.endswith(_IN_CLUSTER)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise BadInput([Problem("--open", 0, 0, f"{error}; write a network such as 10.20.0.0/16")]) from None
