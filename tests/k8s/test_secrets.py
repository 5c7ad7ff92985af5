"""Secrets are made by a script, from random content, and are exactly those that the manifests name."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hms_esr.kubernetes.order import Order
from hms_esr.launch.kubernetes.manifests import manifests
from tests.house.sources import ROOT
from tests.k8s.objects import built, containers, objects, pods

MOCK = """#!/bin/sh
# A mock of kubectl: secrets are folders, InfluxDB makes one token a call.
echo "$@" >> "$KEPT/calls.txt"
case "$*" in
  *"get secret "*) name=${*#*get secret }; [ -d "$KEPT/${name%% *}" ] ;;
  *"create secret generic "*)
    name=${*#*generic }; folder=${*#*--from-file=}; cp -r "$folder" "$KEPT/${name%% *}" ;;
  *"get pod influxdb-0"*) [ ! -e "$KEPT/no-pod" ] ;;
  *"auth create"*) printf '{\\n\\t"id": "1",\\n\\t"token": "made-by-influxdb=="\\n}\\n' ;;
esac
"""


@pytest.fixture
def kept(kustomize: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the mock keeps secrets. The manifests are built before it stands in for kubectl."""
    built("k8s")
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir()
    program.write_text(MOCK, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.setenv("KEPT", str(folder))
    return folder


def _make(*options: str) -> subprocess.CompletedProcess[str]:
    script = str(ROOT / "k8s" / "make-secrets.sh")
    return subprocess.run([script, *options], capture_output=True, text=True, check=False)


def _made(kept: Path) -> dict[tuple[str, str], str]:
    return {(file.parent.name, file.name): file.read_text(encoding="utf-8") for file in kept.glob("*/*")}


def _named() -> set[tuple[str, str]]:
    """(Secret, key) of everything that pods of the overlays and of a run are given."""
    run = manifests(Order("r1", "a.yml", {"a.yml": b"name: a"}, 2, influx="http://influxdb:8086"))
    found: set[tuple[str, str]] = set()
    for _, pod in pods([*objects(built("k8s")), *run]):
        for one in containers(pod):
            references: list[Any] = [entry.get("valueFrom", {}).get("secretKeyRef") for entry in one.get("env", [])]
            found |= {(one["name"], one["key"]) for one in references if one}
        for volume in pod["spec"]["volumes"]:
            if "secret" in volume:
                found |= {(volume["secret"]["secretName"], item["key"]) for item in volume["secret"]["items"]}
    return found


def test_every_secret_that_is_named_is_made_and_no_other(kept: Path) -> None:
    """After the script nothing waits for a secret."""
    done = _make("--context=here")
    assert done.returncode == 0, done.stderr
    assert set(_made(kept)) == _named()
    calls = (kept / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert all(call.startswith("--namespace hms-esr --context=here ") for call in calls)


def test_what_is_made_is_random_and_shown_nowhere(kept: Path) -> None:
    """Long values, each of its own, on no command line and not on the console."""
    done = _make()
    values = [text for (_, key), text in _made(kept).items() if key != "username"]
    assert all(len(text) >= 16 and "\n" not in text for text in values)
    own = [text for text in values if text != "made-by-influxdb=="]
    assert len(set(own)) == len(own) == 4
    shown = done.stdout + done.stderr + (kept / "calls.txt").read_text(encoding="utf-8")
    assert not [text for text in values if text in shown]


def test_what_is_there_stays(kept: Path) -> None:
    """A second call makes nothing and changes nothing."""
    _make()
    before = _made(kept)
    done = _make()
    assert done.returncode == 0 and "made" not in done.stdout
    assert _made(kept) == before


def test_without_a_cluster_the_next_step_is_told(kept: Path) -> None:
    """No InfluxDB: exit code 4, and what to do."""
    (kept / "no-pod").touch()
    done = _make()
    assert done.returncode == 4
    assert "kubectl apply -k k8s/" in done.stderr
