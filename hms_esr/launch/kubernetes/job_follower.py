"""Owns carrying one run out in a cluster: make its objects, show what it prints, fetch its results, take all away.

Knows nothing of manifests but their names, and nothing of how a run is judged.
"""

from __future__ import annotations

import re
import subprocess
import tarfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep
from typing import IO, Any

from hms_esr.errors import EnvironmentProblem, EsrError, Interrupted
from hms_esr.kubernetes.kubectl import Kubectl
from hms_esr.kubernetes.order import RUN_LABEL, Order
from hms_esr.launch.kubernetes.manifests import KEEPER, RESULTS, RUN, as_yaml, manifests

KINDS = "jobs,deployments,horizontalpodautoscalers,services,configmaps,poddisruptionbudgets,networkpolicies"
HOPELESS = {
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
}
EXIT_CODES = (0, 1, 2, 3, 4, 70, 130)
LOST_SIGHT_S = 60.0
FETCHES = 3
EVENTS_EACH = 10
_SECRET_MISSING = re.compile(r"secret \"?[\w./-]+\"? not found", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How the run's container ended: its exit code, Kubernetes' word for it (``Completed``, ``OOMKilled`` …)."""

    exit_code: int
    reason: str


class JobFollower:
    """One run in a cluster, from its objects to its exit code. ``tell`` gets lines for the operator."""

    def __init__(self, kubectl: Kubectl, order: Order, tell: Callable[[str], None], look_s: float = 1.0) -> None:
        self._kubectl = kubectl
        self._order = order
        self._tell = tell
        self._look_s = look_s
        self._asked_to_stop = False
        self._chosen = f"{RUN_LABEL}={order.slug}"

    def run(self, out: Path, *, leave: bool = False) -> int:
        """Everything; the run's own exit code. Its results are in ``out``; its objects are gone unless ``leave``.

        EnvironmentProblem when it cannot begin, EsrError when its container was killed, Interrupted after two Ctrl-C.
        """
        self._refuse_twice()
        try:
            self._kubectl.text("create", "-f", "-", sent=as_yaml(manifests(self._order)))
            self._tell(f"{self._order.name} in namespace {self._order.namespace}: {self._order.workers} workers")
            pod = self._begun()
            ended = self._over(pod)
            self._fetch(pod, out)
        except KeyboardInterrupt:
            raise Interrupted("interrupted; the run was taken away without its results") from None
        finally:
            if not leave:
                self._take_away()
        if ended.exit_code not in EXIT_CODES:
            text = f"the run's container was ended by the cluster ({ended.reason}, exit code {ended.exit_code})"
            more = "; give it more with --memory" if ended.reason == "OOMKilled" else ""
            raise EsrError(f"INVALID  {text}: nothing can be concluded{more}")
        return ended.exit_code

    def _refuse_twice(self) -> None:
        """EnvironmentProblem when the run is in the cluster already: it is somebody's, and stays."""
        if self._kubectl.json("get", "jobs", "--selector", self._chosen).get("items"):
            text = f"run {self._order.run_id} is in namespace {self._order.namespace} already; give another --run-id"
            raise EnvironmentProblem(f"{text}, or take it away: kubectl delete {KINDS} -l {self._chosen}")

    def _begun(self) -> str:
        """Name of the master's pod, once its run has begun (or is over)."""
        until_s = monotonic() + self._order.wait_s
        why, looks = "no pod was made", 0
        while monotonic() < until_s:
            looks += 1
            pod = self._pod()
            if pod is not None:
                state = _state(pod, RUN)
                if "running" in state or "terminated" in state:
                    return str(pod["metadata"]["name"])
                why = _why_waiting(pod, state)
                if state.get("waiting", {}).get("reason") in HOPELESS:
                    break
            if looks % EVENTS_EACH == 0 and _SECRET_MISSING.search(self._events()):
                break
            sleep(self._look_s)
        said = f"the run did not begin: {why}{self._events()}"
        cure = "\nSecrets are made by k8s/make-secrets.sh" if _SECRET_MISSING.search(said) else ""
        raise EnvironmentProblem(said + cure)

    def _over(self, pod: str) -> JobEnd:
        """Show what the run prints until its container has ended."""
        logs = self._kubectl.stream("logs", "--follow", "--container", RUN, f"pod/{pod}")
        seen_at = monotonic()
        try:
            while True:
                try:
                    found = self._pod()
                    seen_at = monotonic()
                    if found is None:
                        raise EsrError("INVALID  the run's pod was removed by somebody else: nothing can be concluded")
                    state = _state(found, RUN).get("terminated")
                    if state is not None:
                        _wait_for_end(logs)
                        return JobEnd(int(state.get("exitCode", 3)), str(state.get("reason", "")))
                    if logs.poll() is not None:
                        logs = self._kubectl.stream("logs", "--follow", "--tail=0", "--container", RUN, f"pod/{pod}")
                    sleep(self._look_s)
                except EnvironmentProblem as error:
                    if monotonic() - seen_at > LOST_SIGHT_S:
                        raise EnvironmentProblem(f"the cluster does not answer any more: {error}") from None
                    sleep(self._look_s)
                except KeyboardInterrupt:
                    self._stop(pod)
        finally:
            if logs.poll() is None:
                logs.kill()
            logs.wait()

    def _stop(self, pod: str) -> None:
        """Ask the run to end, once; a second Ctrl-C gives up on it."""
        if self._asked_to_stop:
            raise KeyboardInterrupt
        self._asked_to_stop = True
        self._tell("Stopping: faults are undone and the report is written; once more takes everything away at once")
        with suppress(EnvironmentProblem):
            words = ("hms-esr", "stop", self._order.run_id, "--out", RESULTS, "--wait", "1s")
            self._kubectl.raw("exec", pod, "--container", RUN, "--", *words)

    def _fetch(self, pod: str, out: Path) -> None:
        """The run's folder and the copy of its report, into ``out``. What cannot be fetched is told, and no error."""
        problem = ""
        for _ in range(FETCHES):
            try:
                names = self._unpacked(pod, out)
                self._tell(f"Results: {out / self._order.run_id}" if names else "The run left no results.")
                return
            except (EnvironmentProblem, tarfile.TarError, OSError) as error:
                problem = str(error)
                sleep(self._look_s)
        self._tell(f"The results could not be fetched: {problem}")

    def _unpacked(self, pod: str, out: Path) -> list[str]:
        with TemporaryFile() as packed:
            words = ("hms-esr", "k8s", "hand-over", "--out", RESULTS)
            self._kubectl.raw("exec", pod, "--container", KEEPER, "--", *words, patience_s=600, to=packed)
            packed.seek(0)
            return unpack(packed, out)

    def _take_away(self) -> None:
        try:
            self._kubectl.text("delete", KINDS, "--selector", self._chosen, "--wait=false", "--ignore-not-found")
        except EnvironmentProblem as error:
            self._tell(
                f"{error}\nTake it away yourself: kubectl -n {self._order.namespace} delete {KINDS} -l {self._chosen}"
            )

    def _pod(self) -> dict[str, Any] | None:
        chosen = f"{self._chosen},app.kubernetes.io/component=master"
        items = self._kubectl.json("get", "pods", "--selector", chosen).get("items", [])
        return items[0] if items else None

    def _events(self) -> str:
        """The cluster's last words on what belongs to this run."""
        with suppress(EnvironmentProblem):
            items = self._kubectl.json("get", "events").get("items", [])
            mine = [
                one for one in items if str(one.get("involvedObject", {}).get("name", "")).startswith(self._order.name)
            ]
            lines = dict.fromkeys(str(one.get("message", "")) for one in mine if one.get("type") == "Warning")
            return "".join(f"\n  {line}" for line in list(lines)[-3:])
        return ""


def _state(pod: dict[str, Any], container: str) -> dict[str, Any]:
    statuses = pod.get("status", {}).get("containerStatuses", [])
    return next((one.get("state", {}) for one in statuses if one.get("name") == container), {})


def _why_waiting(pod: dict[str, Any], state: dict[str, Any]) -> str:
    waiting = state.get("waiting", {})
    if waiting.get("reason"):
        return f"{waiting['reason']} {waiting.get('message', '')}".strip()
    for one in pod.get("status", {}).get("conditions", []):
        if one.get("status") == "False" and one.get("message"):
            return str(one["message"])
    return f"its pod is {str(pod.get('status', {}).get('phase', 'unknown')).lower()}"


def _wait_for_end(logs: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired):
        logs.wait(10)


def unpack(packed: IO[bytes], out: Path) -> list[str]:
    """Put a tar's files below ``out``, nothing anywhere else; their names."""
    out.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=packed) as tar:
        tar.extractall(out, filter="data")
        return tar.getnames()
