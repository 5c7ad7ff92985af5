"""A run in a cluster, followed from its objects to its exit code; the cluster is a mock (kubectl_mock.py)."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hms_esr.city.process import CityProcess
from hms_esr.errors import EnvironmentProblem, EsrError, Interrupted
from hms_esr.kubernetes.kubectl import Kubectl, find_kubectl
from hms_esr.kubernetes.order import Order
from hms_esr.launch.kubernetes.job_follower import JobFollower
from tests.house.sources import ROOT

pytestmark = pytest.mark.long

SCENARIO = """
name: look
duration: 1s
load: {rate: 6}
journeys:
  - name: look
    pace: none
    steps: [visit: /, visit: "/apply-subsidy?of={{ data.row.name }}"]
data: {row: {file: rows.csv}}
checks: [people >= 6]
"""


class Cluster:
    """The mock's folder, its ``kubectl`` on the path, and what it was asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "cluster"
        self.folder.mkdir()
        program = folder / "bin" / "kubectl"
        program.parent.mkdir()
        mock = shlex.quote(str(ROOT / "tests" / "k8s" / "kubectl_mock.py"))
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {mock} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("MOCK_KUBECTL", str(self.folder))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def play(self, *states: Any, **more: Any) -> None:
        """How the master's pod is seen, look by look."""
        (self.folder / "play.json").write_text(json.dumps({"states": states, **more}), encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        """What kubectl was called with."""
        return (self.folder / "calls.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A mock cluster."""
    return Cluster(tmp_path, monkeypatch)


@pytest.fixture
def city() -> Iterator[str]:
    """The city that stands for the one in the cluster."""
    with CityProcess() as process:
        yield process.url


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _order(**more: Any) -> Order:
    return Order(run_id="r1", scenario="look.yml", files={"look.yml": b"name: look"}, workers=2, **more)


def _follow(tmp_path: Path, order: Order | None = None) -> tuple[int, list[str]]:
    told: list[str] = []
    kubectl = find_kubectl("hms-esr")
    assert kubectl is not None
    return JobFollower(kubectl, order or _order(), told.append, look_s=0.01).run(tmp_path / "out"), told


def test_a_run_ends_with_its_verdict_and_its_results(cluster: Cluster, city: str, tmp_path: Path) -> None:
    """Master and two workers are carried out as rendered; console, results and exit code come back, nothing stays."""
    (tmp_path / "look.yml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "rows.csv").write_text("name\na\nb\n", encoding="utf-8")
    place = f"127.0.0.1:{_free_port()}"
    here = {
        "/scenario/": f"{cluster.folder}/scenario/",
        "/results": str(cluster.folder / "results"),
        "/secrets/cluster/secret": str(cluster.folder / "secret"),
        "0.0.0.0:5557": place,
        "run-r1.hms-esr.svc:5557": place,
        "http://city:9800": city,
        "city:9800": city.removeprefix("http://"),
    }
    (cluster.folder / "here.json").write_text(json.dumps(here), encoding="utf-8")
    words = [sys.executable, "-m", "hms_esr", "k8s", "run", "look.yml", "--workers", "2", "--run-id", "r1"]
    words += ["--out", "fetched", "--", "--max-late", "100%", "--seed", "3"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS" in done.stdout
    summary = json.loads((tmp_path / "fetched" / "r1" / "summary.json").read_text(encoding="utf-8"))
    assert summary["people"]["planned"] == summary["people"]["completed"] == 6
    assert len(json.loads((tmp_path / "fetched" / "r1" / "manifest.json").read_text(encoding="utf-8"))["workers"]) == 2
    assert (tmp_path / "fetched" / "r1" / "report.html").is_file()
    assert "Results: fetched/r1" in done.stderr
    assert not (cluster.folder / "objects.yaml").exists()


@pytest.mark.parametrize("code", [1, 3, 130])
def test_the_exit_code_is_the_runs(cluster: Cluster, tmp_path: Path, code: int) -> None:
    """Whatever the run's container ended with, so ends the command; everything is taken away by the run's label."""
    cluster.play({"running": {}}, {"terminated": {"exitCode": code, "reason": "Completed"}})
    assert _follow(tmp_path)[0] == code
    assert "--selector hms-esr/run=r1" in cluster.calls[-1]
    assert cluster.calls[-1].startswith("--namespace hms-esr delete jobs,deployments,")


def test_a_run_that_was_killed_is_invalid(cluster: Cluster, tmp_path: Path) -> None:
    """A container that the cluster ended concludes nothing, and the reason is told."""
    cluster.play({"running": {}}, {"terminated": {"exitCode": 137, "reason": "OOMKilled"}})
    with pytest.raises(EsrError, match=r"INVALID .*OOMKilled, exit code 137.*--memory") as caught:
        _follow(tmp_path)
    assert caught.value.exit_code == 3
    assert " delete " in cluster.calls[-1]


def test_an_image_that_is_not_there_is_told_at_once(cluster: Cluster, tmp_path: Path) -> None:
    """What will never begin is not waited for; the cluster's own words are shown, and nothing is left."""
    waiting = {"reason": "ImagePullBackOff", "message": "Back-off pulling image hms-esr:0.1.0"}
    event = {"involvedObject": {"name": "run-r1-x"}, "type": "Warning", "message": "not found: hms-esr:0.1.0"}
    cluster.play(None, {"waiting": waiting}, events=[event])
    with pytest.raises(EnvironmentProblem, match="ImagePullBackOff Back-off") as caught:
        _follow(tmp_path)
    assert "not found: hms-esr:0.1.0" in str(caught.value)
    assert " delete " in cluster.calls[-1]


def test_a_cluster_without_room_is_told_after_the_wait(cluster: Cluster, tmp_path: Path) -> None:
    """No pod within ``--wait``: exit code 4, with what the cluster said."""
    event = {"involvedObject": {"name": "run-r1"}, "type": "Warning", "message": "exceeded quota: hms-esr"}
    cluster.play(None, events=[event])
    with pytest.raises(EnvironmentProblem, match=r"no pod was made\n  exceeded quota") as caught:
        _follow(tmp_path, _order(wait_s=0.3))
    assert caught.value.exit_code == 4


def test_a_secret_that_is_missing_is_told_early(cluster: Cluster, tmp_path: Path) -> None:
    """A volume that never comes is not waited for, and the cure is named."""
    text = 'MountVolume.SetUp failed for volume "cluster" : secret "hms-esr-cluster" not found'
    cluster.play({}, events=[{"involvedObject": {"name": "run-r1-x"}, "type": "Warning", "message": text}])
    with pytest.raises(EnvironmentProblem, match=r'secret "hms-esr-cluster" not found\n.*make-secrets.sh'):
        _follow(tmp_path, _order(wait_s=3600))


def test_a_run_that_is_there_already_is_left_alone(cluster: Cluster, tmp_path: Path) -> None:
    """The same id twice: refused, and the first run keeps everything it has."""
    cluster.play({"running": {}}, jobs=[{"metadata": {"name": "run-r1"}}])
    with pytest.raises(EnvironmentProblem, match="r1 is in namespace hms-esr already"):
        _follow(tmp_path)
    assert not [call for call in cluster.calls if " delete " in call or " create " in call]


@pytest.mark.parametrize("verb", ["create", "delete"])
def test_kubectls_refusal_is_shown_in_its_own_words(cluster: Cluster, tmp_path: Path, verb: str) -> None:
    """Who may not create gets exit code 4; what cannot be taken away is told with the command that does."""
    over = {"terminated": {"exitCode": 1, "reason": "Error"}}
    cluster.play({"running": {}}, over, refuse={verb: "Error from server (Forbidden): no"})
    if verb == "create":
        with pytest.raises(EnvironmentProblem, match="kubectl create: Error from server"):
            _follow(tmp_path)
    else:
        code, told = _follow(tmp_path)
        assert code == 1
        assert "delete jobs,deployments" in told[-1] and "Forbidden" in told[-1]


def test_results_that_cannot_be_fetched_change_no_verdict(cluster: Cluster, tmp_path: Path) -> None:
    """The exit code stays the run's; the reason is told."""
    over = {"terminated": {"exitCode": 1, "reason": "Error"}}
    cluster.play({"running": {}}, over, refuse={"exec": "container not found"})
    code, told = _follow(tmp_path)
    assert code == 1
    assert told[-1] == "The results could not be fetched: kubectl exec: container not found"


def test_a_pod_that_others_removed_is_invalid(cluster: Cluster, tmp_path: Path) -> None:
    """A run whose pod vanishes is not waited for."""
    cluster.play({"running": {}}, {"running": {}}, None)
    with pytest.raises(EsrError, match="removed by somebody else"):
        _follow(tmp_path)


def test_ctrl_c_asks_the_run_to_end_and_a_second_one_gives_up(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first stops the run inside its pod, which still reports; the second takes everything away."""
    cluster.play({"running": {}})
    asked = Kubectl.raw

    def press(self: Kubectl, *words: str, **more: Any) -> bytes:
        answer = asked(self, *words, **more)
        if words[:2] == ("get", "pods"):
            signal.raise_signal(signal.SIGINT)
        return answer

    def begun(self: JobFollower) -> str:
        return "the-pod"

    monkeypatch.setattr(JobFollower, "_begun", begun)
    monkeypatch.setattr(Kubectl, "raw", press)
    with pytest.raises(Interrupted) as caught:
        _follow(tmp_path)
    assert caught.value.exit_code == 130
    stops = [call for call in cluster.calls if " exec the-pod --container run -- hms-esr stop r1 " in call]
    assert len(stops) == 1
    assert " delete " in cluster.calls[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_to_end_are_ctrl_c(cluster: Cluster, tmp_path: Path, number: signal.Signals) -> None:
    """A pipeline that is stopped, a terminal that is closed: the run is asked to end, and nothing stays."""
    cluster.play({"running": {}})
    words = [sys.executable, "-m", "hms_esr", "k8s", "run", "schedule_f", "--workers", "2", "--run-id", "r1"]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        for wanted in (" logs --follow", " exec "):
            _until_called(cluster, wanted)
            run.send_signal(number)
        said = run.stderr.read()
    assert run.returncode == 130, said
    assert "interrupted; the run was taken away without its results" in said
    assert " exec the-pod --container run -- hms-esr stop r1 " in "\n".join(cluster.calls)
    assert " delete " in cluster.calls[-1]


def _until_called(cluster: Cluster, words: str) -> None:
    """Wait until kubectl was called with ``words``."""
    for _ in range(600):
        if (cluster.folder / "calls.txt").exists() and any(words in call for call in cluster.calls):
            return
        time.sleep(0.05)
    raise AssertionError(f"kubectl was never called with {words!r}")


def test_without_kubectl_the_yaml_is_printed_and_said(tmp_path: Path) -> None:
    """No kubectl on the path: the objects on the standard output, exit code 4."""
    words = [sys.executable, "-m", "hms_esr", "k8s", "run", "schedule_f", "--workers", "2"]
    env = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stdout.startswith("apiVersion: v1\nkind: ConfigMap\n")
    assert "no kubectl on the path" in done.stderr
