"""Owns the objects one run is made of in a cluster: master, workers, their Service, files, budgets, openings.

Knows nothing of how they get there. Secrets are named, never held.
"""

from __future__ import annotations

import re
from typing import Any

from hms_esr.kubernetes.objects import (
    Manifest,
    connected_probe,
    container,
    in_cluster,
    labels,
    meta,
    place_of,
    pod_spec,
    target_rules,
)
from hms_esr.kubernetes.order import MASTER_PORT, RUN_LABEL, Order
from hms_esr.launch.kubernetes.bundle import config_maps
from hms_esr.units import duration_text

RUN, KEEPER, WORKER = "run", "keeper", "worker"
RESULTS = "/results"
_AMBIGUOUS = re.compile(r"[-+.\d]|(?i:y|n|yes|no|on|off|true|false|null|~)$|$")
"""Texts that a reader of YAML 1.1 or 1.2 might take for a number, a switch or nothing."""
_SECRET = {"name": "cluster", "mountPath": "/secrets/cluster", "readOnly": True}


def manifests(order: Order) -> list[Manifest]:
    """Every object of the run, in the order they are made; all have the label ``hms-esr/run``. BadInput: no target."""
    rules = target_rules(order)
    objects = [*_files(order), _service(order)]
    if rules:
        objects.append(_opening(order, rules))
    return [*objects, *_budgets(order), _master(order), *_workers(order)]


def as_yaml(objects: list[Manifest]) -> str:
    """The objects as one YAML text of several documents."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else "'" if _AMBIGUOUS.match(value) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return yaml.dump_all(objects, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)


def run_arguments(order: Order) -> list[str]:
    """What the master is started with."""
    text = ["run", f"/scenario/{order.scenario}", "--master", "--bind", f"0.0.0.0:{MASTER_PORT}"]
    text += ["--expect-workers", str(order.workers), "--wait", duration_text(order.wait_s)]
    text += ["--cluster-secret-file", "/secrets/cluster/secret", "--run-id", order.run_id, "--out", RESULTS]
    if order.target:
        text += ["--target", order.target]
    if order.influx:
        text += ["--influx", order.influx, "--influx-org", "hms-esr", "--influx-bucket", "esr"]
    return [*text, "--no-dashboard", *order.options]


def _files(order: Order) -> list[Manifest]:
    kept = []
    for number, one in enumerate(config_maps(order.files)):
        filled = {kind: one[kind] for kind in ("data", "binaryData") if one[kind]}
        head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(order, f"{order.name}-files-{number}")}
        kept.append({**head, "immutable": True, **filled})
    return kept


def _scenario_volume(order: Order) -> Manifest:
    sources = []
    for number, one in enumerate(config_maps(order.files)):
        items = [{"key": key, "path": path} for key, path in one["paths"].items()]
        sources.append({"configMap": {"name": f"{order.name}-files-{number}", "items": items}})
    return {"name": "scenario", "projected": {"sources": sources}}


def _secret_volume(order: Order) -> Manifest:
    items = [{"key": "secret", "path": "secret"}]
    return {"name": "cluster", "secret": {"secretName": order.cluster_secret, "defaultMode": 0o440, "items": items}}


def _service(order: Order) -> Manifest:
    chosen = {RUN_LABEL: order.slug, "app.kubernetes.io/component": "master"}
    ports = [{"name": "cluster", "port": MASTER_PORT, "targetPort": "cluster"}]
    spec = {"selector": chosen, "ports": ports, "publishNotReadyAddresses": True}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta(order, order.name), "spec": spec}


def _opening(order: Order, rules: list[Manifest]) -> Manifest:
    chosen = {"matchLabels": {RUN_LABEL: order.slug}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta(order, f"{order.name}-target"),
        "spec": {"podSelector": chosen, "policyTypes": ["Egress"], "egress": rules},
    }


def _budgets(order: Order) -> list[Manifest]:
    """The master stays until its run is over; workers go one by one, each after those it has are at their end.

    Pods of a Job can only be budgeted by how many stay.
    """
    many = {"maxUnavailable": 1} if order.most_workers > order.workers else {"minAvailable": order.workers - 1}
    budgets: list[tuple[str, str, dict[str, int]]] = [(order.name, "master", {"minAvailable": 1})]
    budgets.append((order.worker_name, "worker", many))
    return [
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": meta(order, name),
            "spec": {
                **limit,
                "selector": {"matchLabels": {RUN_LABEL: order.slug, "app.kubernetes.io/component": component}},
            },
        }
        for name, component, limit in budgets
    ]


def _master(order: Order) -> Manifest:
    """The run itself, and beside it a keeper of its results until they are fetched."""
    results = {"name": "results", "mountPath": RESULTS}
    probe = {"tcpSocket": {"port": "cluster"}}
    run = container(
        RUN,
        order,
        run_arguments(order),
        cpu=order.cpu,
        memory=order.memory,
        env=_environment(order),
        workingDir="/scenario",
        ports=[{"name": "cluster", "containerPort": MASTER_PORT}],
        startupProbe={**probe, "periodSeconds": 2, "failureThreshold": 60},
        readinessProbe={**probe, "periodSeconds": 10, "failureThreshold": 3},
        livenessProbe={**probe, "periodSeconds": 10, "failureThreshold": 90},
        volumeMounts=[{"name": "scenario", "mountPath": "/scenario", "readOnly": True}, _SECRET, results],
        **({"envFrom": [{"secretRef": {"name": order.secrets}}]} if order.secrets else {}),
    )
    seen = {"exec": {"command": ["grep", "-qs", "keep", "/proc/1/cmdline"]}}
    keeper = container(
        KEEPER,
        order,
        ["k8s", "keep", "--for", duration_text(order.kept_s)],
        cpu="100m",
        memory="128Mi",
        startupProbe={**seen, "periodSeconds": 2, "failureThreshold": 30},
        readinessProbe={**seen, "periodSeconds": 10},
        livenessProbe={**seen, "periodSeconds": 30, "failureThreshold": 4},
        volumeMounts=[results],
    )
    room = {"name": "results", "emptyDir": {"sizeLimit": "4Gi"}}
    volumes = [_scenario_volume(order), _secret_volume(order), room]
    spec = pod_spec([run, keeper], volumes, leave_s=order.leave_s, restart="Never")
    return _job(order, order.name, "master", spec, backoffLimit=0)


def _environment(order: Order) -> list[Manifest]:
    if not order.influx:
        return []
    reference = {"secretKeyRef": {"name": order.influx_secret, "key": "token"}}
    return [{"name": "INFLUX_TOKEN", "valueFrom": reference}]


def _job(order: Order, name: str, component: str, pod: Manifest, **more: Any) -> Manifest:
    template = {"metadata": {"labels": labels(order, component)}, "spec": pod}
    spec = {"ttlSecondsAfterFinished": 3600, **more, "template": template}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta(order, name, component), "spec": spec}


def _workers(order: Order) -> list[Manifest]:
    pod = _worker_pod(order)
    if order.most_workers <= order.workers:
        count = {"parallelism": order.workers, "completions": order.workers}
        pod["restartPolicy"] = "OnFailure"
        return [_job(order, order.worker_name, "worker", pod, **count, backoffLimit=10 * order.workers)]
    chosen = {RUN_LABEL: order.slug, "app.kubernetes.io/component": "worker"}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta(order, order.worker_name, "worker"),
        "spec": {
            "replicas": order.workers,
            "selector": {"matchLabels": chosen},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {"metadata": {"labels": labels(order, "worker")}, "spec": pod},
        },
    }
    return [deployment, _growth(order)]


def _worker_pod(order: Order) -> Manifest:
    args = ["worker", order.join_line, "--cluster-secret-file", "/secrets/cluster/secret"]
    worker = container(
        WORKER,
        order,
        args,
        cpu=order.cpu,
        memory=order.memory,
        startupProbe=connected_probe(periodSeconds=2, failureThreshold=90),
        readinessProbe=connected_probe(periodSeconds=10, failureThreshold=2),
        livenessProbe=connected_probe(periodSeconds=15, failureThreshold=12),
        volumeMounts=[_SECRET],
    )
    pod = pod_spec([worker], [_secret_volume(order)], leave_s=order.leave_s, restart="Always")
    chosen = {"matchLabels": {RUN_LABEL: order.slug, "app.kubernetes.io/component": "worker"}}
    spread = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}
    pod["topologySpreadConstraints"] = [{**spread, "labelSelector": chosen}]
    return pod


def _growth(order: Order) -> Manifest:
    """More workers when their processors are busy; never fewer, for whoever goes takes nobody's people with them."""
    busy = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}
    faster = {"policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}], "stabilizationWindowSeconds": 0}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": meta(order, order.worker_name, "worker"),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": order.worker_name},
            "minReplicas": order.workers,
            "maxReplicas": order.most_workers,
            "metrics": [{"type": "Resource", "resource": busy}],
            "behavior": {"scaleUp": faster, "scaleDown": {"selectPolicy": "Disabled"}},
        },
    }


def needs_label(order: Order) -> str:
    """The namespace whose owner must label it before people of this run get there; empty when there is none."""
    host = place_of(order.address).host if order.address else ""
    parts = host.split(".")
    return parts[1] if in_cluster(host) and len(parts) > 1 and parts[1] != order.namespace else ""
