"""The cluster's manifests: valid for old and new Kubernetes, and everything in them keeps the rules."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import kubernetes_validate
import pytest

from tests.each import each
from tests.house.sources import ROOT
from tests.k8s.objects import FOLDERS, Object, built, objects, pods, shown
from tests.k8s.rules import faults, may_speak

OLDEST, NEWEST = "1.28", "1.37"
OPENINGS = {
    ("tower", "influxdb", 8086),
    ("master", "influxdb", 8086),
    ("grafana", "influxdb", 8086),
    ("worker", "master", 5557),
}
TO_THE_CITY = {("tower", "city", 9800), ("master", "city", 9800), ("worker", "city", 9800)}
PORTS = (9700, 5557, 8086, 3000, 9800, 22, 80, 443)


pytestmark = pytest.mark.usefixtures("kustomize")


def _with_a_run(folder: str) -> list[Object]:
    found = objects(built(folder))
    return found if folder == "k8s/run" else [*found, *objects(built("k8s/run"))]


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_object_is_valid(folder: str, version: str) -> None:
    """Kubernetes 1.28 and the newest known take every object, and none has a key they do not know."""
    for one in objects(built(folder)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            kubernetes_validate.validate(one, version, strict=True)


def test_the_folder_itself_is_the_local_overlay() -> None:
    """``kubectl apply -k k8s/`` is what a newcomer types."""
    assert built("k8s") == built("k8s/overlays/local")


def test_the_newest_version_is_the_newest_known() -> None:
    """The newest version tried is the newest the validator knows."""
    assert kubernetes_validate.latest_version().startswith(NEWEST)


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_keeps_the_rules(folder: str) -> None:
    """No root, no rights, limits and probes everywhere, versions pinned, no secret in clear, a budget for each pod."""
    found = objects(built(folder))
    assert list(pods(found))
    assert faults(found) == []


def _set(path: str, value: Any) -> Callable[[Object], None]:
    def change(pod: Object) -> None:
        place: Any = pod["spec"]
        *way, last = path.split(".")
        for part in way:
            place = place[int(part)] if part.isdigit() else place[part]
        place[last] = value

    return change


BROKEN = {
    "may run as root": _set("securityContext.runAsNonRoot", False),
    "has no seccomp profile": _set("securityContext.seccompProfile", {"type": "Unconfined"}),
    "may gain rights": _set("containers.0.securityContext.allowPrivilegeEscalation", True),
    "keeps capabilities": _set("containers.0.securityContext.capabilities", {"drop": ["NET_RAW"]}),
    "may write its root": _set("containers.0.securityContext.readOnlyRootFilesystem", False),
    "has no version": _set("containers.0.image", "hms-esr:latest"),
    "has no limits of memory": _set("containers.0.resources.limits", {"cpu": "1"}),
    "has no requests of cpu": _set("containers.0.resources.requests", {"memory": "1Gi"}),
    "has hostNetwork": _set("hostNetwork", True),
    "mounts a token": _set("automountServiceAccountToken", True),
    "of a kind that is not allowed": _set("volumes", [{"name": "v", "hostPath": {"path": "/"}}]),
    "has INFLUX_TOKEN in clear": _set("containers.0.env", [{"name": "INFLUX_TOKEN", "value": "0123456789abcdef"}]),
    "takes a port of the machine": _set("containers.0.ports", [{"containerPort": 1, "hostPort": 1}]),
}


@each("complaint", BROKEN)
def test_a_rule_that_is_broken_is_named(complaint: str) -> None:
    """Each rule finds what breaks it."""
    found = objects(built("k8s/overlays/production"))
    BROKEN[complaint](next(pods(found))[1])
    assert any(complaint in line for line in faults(found))


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_a_probe_that_is_missing_is_named(probe: str) -> None:
    """So does the rule for probes."""
    found = objects(built("k8s/overlays/production"))
    del next(pods(found))[1]["spec"]["containers"][0][probe]
    assert any(f"has no {probe}" in line for line in faults(found))


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ({"kind": "Secret", "metadata": {"name": "s"}}, "holds a secret"),
        ({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "password: hunter2hunter2"}}, "seems to hold"),
        ({"kind": "Service", "metadata": {"name": "s"}, "spec": {"type": "NodePort"}}, "from outside"),
        ({"kind": "ClusterRoleBinding", "metadata": {"name": "b"}}, "beyond its namespace"),
    ],
)
def test_an_object_that_may_not_be_is_named(extra: Object, complaint: str) -> None:
    """Secrets in clear, doors to the outside and rights beyond the namespace are found."""
    assert any(complaint in line for line in faults([*objects(built("k8s/overlays/local")), extra]))


@pytest.mark.parametrize("folder", ["k8s/overlays/local", "k8s/overlays/production"])
def test_only_the_openings_that_are_needed(folder: str) -> None:
    """Of all pairs of pods and ports, policies let through those on the list, and no other."""
    found = _with_a_run(folder)
    every = {
        pod["metadata"]["labels"]["app.kubernetes.io/component"]: pod["metadata"]["labels"] for _, pod in pods(found)
    }
    let = {
        (source, to, port)
        for source in every
        for to in every
        for port in PORTS
        if may_speak(found, every[source], every[to], port)
    }
    assert let == OPENINGS | (TO_THE_CITY if folder.endswith("local") else set())


@pytest.mark.parametrize("folder", ["k8s/overlays/local", "k8s/overlays/production"])
def test_nothing_is_open_that_no_policy_opens(folder: str) -> None:
    """One policy denies everything to every pod of the namespace, in and out."""
    deny = [one for one in objects(built(folder)) if shown(one) == "NetworkPolicy/nothing"]
    assert deny[0]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert deny[0]["metadata"]["namespace"] == "hms-esr"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_object_has_its_namespace(folder: str) -> None:
    """Nothing lands in whatever namespace happens to be the current one."""
    homeless = [shown(one) for one in objects(built(folder)) if one["metadata"].get("namespace") != "hms-esr"]
    assert [one for one in homeless if one != "Namespace/hms-esr"] == []


def test_the_namespace_asks_for_restricted_pods() -> None:
    """Pod Security refuses whatever is not restricted."""
    space = next(one for one in objects(built("k8s")) if one["kind"] == "Namespace")
    assert space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def _cpu(text: str) -> float:
    return float(text[:-1]) / 1000 if text.endswith("m") else float(text)


def _memory_mi(text: str) -> float:
    return float(text[:-2]) * (1024 if text.endswith("Gi") else 1)


@pytest.mark.parametrize(("folder", "workers"), [("k8s/overlays/local", 2), ("k8s/overlays/production", 100)])
def test_the_quota_holds_as_many_workers_as_promised(folder: str, workers: int) -> None:
    """Two workers beside everything else on one machine, a hundred in production."""
    found = _with_a_run(folder)
    hard = next(one for one in found if one["kind"] == "ResourceQuota")["spec"]["hard"]
    for kind in ("requests", "limits"):
        cpu = memory_mi = 0.0
        for _, pod in pods(found):
            times = workers if pod["metadata"]["labels"]["app.kubernetes.io/component"] == "worker" else 1
            for one in pod["spec"]["containers"]:
                cpu += times * _cpu(one["resources"][kind]["cpu"])
                memory_mi += times * _memory_mi(one["resources"][kind]["memory"])
        assert cpu <= _cpu(hard[f"{kind}.cpu"])
        assert memory_mi <= _memory_mi(hard[f"{kind}.memory"])


def test_grafana_gets_every_dashboard_there_is() -> None:
    """Each file of grafana/dashboards is a ConfigMap of its own, small enough for ``kubectl apply``, and mounted."""
    files = sorted((ROOT / "grafana" / "dashboards").glob("*.json"))
    found = objects(built("k8s"))
    maps = {one["metadata"]["name"]: one for one in found if one["kind"] == "ConfigMap"}
    grafana = next(pod for name, pod in pods(found) if name == "Deployment/grafana")
    volume = next(one for one in grafana["spec"]["volumes"] if one["name"] == "dashboards")
    mounted = [one["configMap"]["name"] for one in volume["projected"]["sources"]]
    for file in files:
        name = next((name for name in maps if name.startswith(f"grafana-dashboard-{file.stem}-")), None)
        assert name in mounted, f"{file.name} is in no ConfigMap: list it in grafana/kustomization.yaml"
        assert maps[name]["data"] == {file.name: file.read_text(encoding="utf-8")}
        assert file.stat().st_size < 250_000
