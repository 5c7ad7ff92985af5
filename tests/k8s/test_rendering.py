"""One run as Kubernetes objects: valid, within the rules, with all its scenario needs and nothing it must not have."""

from __future__ import annotations

import socket
import subprocess
import warnings
from base64 import b64decode
from pathlib import Path
from typing import Any

import click
import kubernetes_validate
import pytest
from click.testing import CliRunner

from hms_esr.cli.k8s import command
from hms_esr.cli.run import command as run_command
from hms_esr.errors import BadInput
from hms_esr.kubernetes.objects import connected_probe
from hms_esr.kubernetes.order import MASTER_PORT, Order, name_of
from hms_esr.launch.kubernetes.bundle import MOST_IN_ONE, config_maps, scenario_files
from hms_esr.launch.kubernetes.manifests import as_yaml, manifests, needs_label, run_arguments
from hms_esr.library import load_scenario
from tests.each import each
from tests.house.sources import ROOT
from tests.k8s.objects import Object, objects, pods
from tests.k8s.rules import faults, selects

SCENARIO = """
name: look
duration: 1s
load: {rate: 6}
journeys:
  - name: look
    persona: visitor
    steps: [visit: "/{{ data.row.name }}", upload: scan.pdf, submit]
data: {row: {file: tables/rows.csv}}
"""


def _order(**more: Any) -> Order:
    given = {"run_id": "20261120-105959-look-3fa9", "scenario": "look.yml", "files": {"look.yml": b"name: look\n"}}
    return Order(**{**given, "workers": 3, **more})


def _one(found: list[Object], kind: str, part: str = "") -> Object:
    return next(one for one in found if one["kind"] == kind and part in one["metadata"]["name"])


ORDERS = {
    "a job": _order(),
    "growing": _order(most_workers=9),
    "one worker": _order(workers=1),
    "a target outside": _order(target="https://portal.example.gov", address="https://portal.example.gov"),
    "an address": _order(address="http://10.1.2.3:8080", openings=("10.9.0.0/16",)),
    "secrets and points": _order(secrets="mine", influx="http://influxdb:8086"),
    "a long id": _order(run_id="Run_" + "x" * 190),
    "an id like a number": _order(run_id="1e3"),
}


@each("version", ["1.28", "1.37"])
@each("which", ORDERS)
def test_a_rendered_run_is_valid_and_keeps_the_rules(which: str, version: str) -> None:
    """Kubernetes takes every object of every shape of run, and the rules of the overlays hold for them too."""
    found = objects(as_yaml(manifests(ORDERS[which])))
    assert found == manifests(ORDERS[which])
    for one in found:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            kubernetes_validate.validate(one, version, strict=True)
    assert faults(found) == []
    assert {one["metadata"]["labels"]["hms-esr/run"] for one in found} == {ORDERS[which].slug}


def test_workers_know_the_master_before_it_is_there() -> None:
    """The line that workers join names the master's Service, its port and the id the run is given."""
    order = _order()
    found = manifests(order)
    service = _one(found, "Service")
    worker = _one(found, "Job", "worker")["spec"]["template"]["spec"]["containers"][0]
    line = f"{service['metadata']['name']}.hms-esr.svc:{service['spec']['ports'][0]['port']}/{order.run_id}"
    assert worker["args"][:2] == ["worker", line]
    master = _one(found, "Job")["spec"]["template"]
    assert selects({"matchLabels": service["spec"]["selector"]}, master["metadata"]["labels"])
    assert f"--run-id {order.run_id}" in " ".join(run_arguments(order))


def test_the_runs_arguments_are_options_of_hms_esr_run() -> None:
    """``hms-esr run`` reads what the master's pod is started with."""
    order = _order(target="http://city:9800", influx="http://influxdb:8086", options=("--seed", "2"))
    _, *words = run_arguments(order)
    run_command.make_parser(click.Context(run_command)).parse_args(words)


def test_evictions_have_time_and_the_master_is_not_evicted() -> None:
    """Workers leave one by one with minutes to see their people to the end; the master stays while its run goes on."""
    found = manifests(_order(workers=5))
    assert _one(found, "PodDisruptionBudget")["spec"]["minAvailable"] == 1
    assert _one(found, "PodDisruptionBudget", "worker")["spec"]["minAvailable"] == 4
    assert all(pod["spec"]["terminationGracePeriodSeconds"] >= 600 for _, pod in pods(found))


def test_growing_workers_are_never_taken_away() -> None:
    """With --max-workers a Deployment grows on processor time, and nothing makes it smaller."""
    found = manifests(_order(most_workers=9))
    growth = _one(found, "HorizontalPodAutoscaler")["spec"]
    assert (growth["minReplicas"], growth["maxReplicas"]) == (3, 9)
    assert growth["behavior"]["scaleDown"]["selectPolicy"] == "Disabled"
    assert growth["scaleTargetRef"]["name"] == _one(found, "Deployment")["metadata"]["name"]


def test_requests_equal_limits() -> None:
    """Pods of a run are never throttled for being over what they asked for."""
    for _, pod in pods(manifests(_order(cpu="2", memory="3Gi"))):
        assert all(one["resources"]["requests"] == one["resources"]["limits"] for one in pod["spec"]["containers"])


@pytest.mark.parametrize(
    ("address", "networks", "label"),
    [
        ("http://city:9800", [], ""),
        ("http://portal.staging.svc", [], "staging"),
        ("http://portal.staging.svc.cluster.local:8080", [], "staging"),
        ("http://10.1.2.3:8080", ["10.1.2.3/32"], ""),
        ("http://[fd00::5]:80", ["fd00::5/128"], ""),
        ("https://portal.example.gov", ["0.0.0.0/0", "::/0"], ""),
    ],
)
def test_the_way_to_the_target_is_open_and_no_other(address: str, networks: list[str], label: str) -> None:
    """Inside the cluster the namespace's owner opens it, elsewhere the run: to one address, or to public ones."""
    order = _order(address=address)
    assert needs_label(order) == label
    policies = [one for one in manifests(order) if one["kind"] == "NetworkPolicy"]
    blocks = [peer["ipBlock"] for one in policies for rule in one["spec"]["egress"] for peer in rule["to"]]
    assert [one["cidr"] for one in blocks] == networks
    for one in policies:
        assert [port["port"] for rule in one["spec"]["egress"] for port in rule["ports"]] != []
        assert one["spec"]["podSelector"]["matchLabels"] == {"hms-esr/run": order.slug}
    if networks[:1] == ["0.0.0.0/0"]:
        assert {"10.0.0.0/8", "169.254.0.0/16"} <= set(blocks[0]["except"])


def test_a_scenario_takes_its_files_with_it(tmp_path: Path) -> None:
    """Scenario, personas, data, uploads and metrics arrive byte for byte, where the run looks for them."""
    kept = {
        "look.yml": SCENARIO.encode(),
        "personas/visitor.yaml": b"role: visitor\n",
        "tables/rows.csv": "name\r\ncafé\r\n".encode(),
        "scan.pdf": bytes(range(256)) * 20,
        "metrics/cost.py": b"def cost(metrics):\n    return 1.0\n",
    }
    for name, content in {**kept, "secret.txt": b"stays at home"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    files = scenario_files(load_scenario(tmp_path / "look.yml"))
    assert files == kept
    found = objects(as_yaml(manifests(_order(files=files))))
    volume = _one(found, "Job")["spec"]["template"]["spec"]["volumes"][0]
    maps = {one["metadata"]["name"]: one for one in found if one["kind"] == "ConfigMap"}
    arrived = {}
    for source in volume["projected"]["sources"]:
        one = maps[source["configMap"]["name"]]
        for item in source["configMap"]["items"]:
            text = one.get("data", {}).get(item["key"])
            arrived[item["path"]] = b64decode(one["binaryData"][item["key"]]) if text is None else text.encode()
    assert arrived == kept


def test_many_files_are_spread_over_config_maps() -> None:
    """No ConfigMap is over its size, and every file is in one."""
    files = {f"f{number}": b"x" * 400_000 for number in range(5)}
    maps = config_maps(files)
    assert [len(one["paths"]) for one in maps] == [2, 2, 1]
    assert all(sum(map(len, one["data"].values())) <= MOST_IN_ONE for one in maps)


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ({"tables/rows.csv": b"name\n" + b"x\n" * 500_000}, r"tables/rows.csv  has 1,000,005 bytes; a ConfigMap holds"),
        ({"scan.pdf": bytes(700_000)}, "scan.pdf  has 700,000 bytes"),
    ],
)
def test_what_is_too_large_is_named_with_the_cure(tmp_path: Path, extra: dict[str, bytes], complaint: str) -> None:
    """A file that no ConfigMap holds is refused with its size, the limit and what to do."""
    plain = {
        "look.yml": SCENARIO.encode(),
        "personas/visitor.yaml": b"role: visitor\n",
        "tables/rows.csv": b"name\na\n",
    }
    for name, content in {**plain, **extra}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=complaint) as caught:
        scenario_files(load_scenario(tmp_path / "look.yml"))
    assert "--image" in str(caught.value)


def test_private_keys_stay_at_home(tmp_path: Path) -> None:
    """A client certificate's key is never put into a ConfigMap."""
    for name in ("person.crt", "person.key"):
        (tmp_path / name).write_text("-----BEGIN CERTIFICATE-----\n", encoding="utf-8")
    text = "name: look\nduration: 1s\nload: {rate: 1}\njourneys: [{name: a, steps: [visit: /]}]\n"
    (tmp_path / "look.yml").write_text(text + "http: {cert: person.crt, key: person.key}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="private key does not belong in a ConfigMap"):
        scenario_files(load_scenario(tmp_path / "look.yml"))


def test_names_are_what_kubernetes_takes() -> None:
    """Any id of a run becomes a short name, and two long ones stay apart."""
    assert name_of("20261120-105959-Look_at.it-3fa9") == "20261120-105959-look-at-it-3fa9"
    assert name_of("___") == "run"
    long, other = name_of("a" * 60), name_of("a" * 61)
    assert len(long) == len(other) == 40 and long != other


@each(
    ("words", "complaint"),
    [
        (["--", "--out", "x"], "--out  is set by hms-esr k8s run"),
        (["--", "--only", "3"], "--only  is always one process"),
        (["--", "--secret-file", "x"], "a Secret with entries ESR_SECRET_X"),
        (["--", "other.yml"], "'other.yml': one scenario a run"),
        (["--", "--nosuch"], "after --  No such option"),
        (["--target", "http://localhost:8000"], "is, in a pod, the pod itself"),
        (["--target", "ftp://x"], "--target  'ftp://x'"),
        (["--overlay", "production"], "names no target"),
        (["--max-workers", "1"], "1 is less than --workers 2"),
        (["--open", "10.0.0.1/8"], "--open  "),
        (["--wait", "soon"], "--wait  "),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(words: list[str], complaint: str) -> None:
    """Each mistake on the command line is told with what is allowed; exit code 2."""
    scenario = str(ROOT / "scenarios" / "schedule_f.yml")
    done = CliRunner().invoke(command, ["run", scenario, "--workers", "2", "--render", *words], standalone_mode=False)
    assert isinstance(done.exception, BadInput)
    assert complaint in str(done.exception)


def test_the_example_run_is_fresh() -> None:
    """k8s/run/run.yaml is what the command that its kustomization names makes today."""
    words = ["run", str(ROOT / "scenarios" / "schedule_f.yml"), "--workers", "2", "--max-workers", "4"]
    done = CliRunner().invoke(command, [*words, "--run-id", "example", "--render"], standalone_mode=False)
    assert done.output == (ROOT / "k8s" / "run" / "run.yaml").read_text(encoding="utf-8"), "run make docs"


def test_the_workers_probe_sees_a_connection_and_its_end() -> None:
    """The command that Kubernetes asks a worker with finds a connection to the master's port, and no listener."""
    words = connected_probe()["exec"]["command"]
    with socket.socket() as master, socket.socket() as worker:
        master.bind(("127.0.0.1", 0))
        master.listen()
        port = master.getsockname()[1]
        here = [word.replace(f":{MASTER_PORT:04X} ", f":{port:04X} ") for word in words]
        assert here != words
        assert subprocess.run(here, check=False).returncode == 1
        worker.connect(("127.0.0.1", port))
        assert subprocess.run(here, check=False).returncode == 0
