"""docker-compose.yml and Dockerfile: valid, pinned, confined, limited, healthy, on loopback, no secret in clear."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.containers.rules import NUMBERED, broken_rules, plain
from tests.each import each
from tests.house.sources import PACKAGES, ROOT

FILE = ROOT / "docker-compose.yml"
WHOLE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_the_file_is_valid_by_the_compose_schema() -> None:
    """The schema of the Compose specification takes it."""
    program = Path(sys.executable).parent / "check-jsonschema"
    command = [str(program), "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_services_that_are_promised_are_there() -> None:
    """Gateway, services, control tower, master, workers, InfluxDB and Grafana."""
    assert set(WHOLE["services"]) == {"gateway", "city", "tower", "worker", "master", "influxdb", "grafana"}


def test_every_service_keeps_the_rules() -> None:
    """No service breaks one."""
    assert broken_rules(WHOLE) == []


def _set(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda service: service.__setitem__(key, value)


SPOILED: list[tuple[str, Callable[[dict[str, Any]], Any], str]] = [
    ("influxdb", _set("image", "influxdb:latest"), "no numbered version"),
    ("grafana", _set("image", "grafana/grafana"), "no numbered version"),
    ("grafana", lambda one: one.pop("user"), "numbered user"),
    ("city", _set("user", "0:0"), "as root"),
    ("worker", lambda one: one.pop("mem_limit"), "mem_limit"),
    ("worker", lambda one: one.pop("pids_limit"), "pids_limit"),
    ("master", lambda one: one.pop("cpus"), "cpus"),
    ("tower", lambda one: one.pop("healthcheck"), "health check"),
    ("tower", _set("ports", ["9700:9700"]), "127.0.0.1 alone"),
    ("tower", _set("ports", ["0.0.0.0:9700:9700"]), "127.0.0.1 alone"),
    ("gateway", _set("read_only", False), "read-only"),
    ("gateway", _set("cap_add", ["NET_ADMIN"]), "capabilities"),
    ("gateway", lambda one: one.pop("security_opt"), "privileges"),
    ("city", _set("network_mode", "host"), "of its own"),
    ("grafana", _set("environment", {"GF_SECURITY_ADMIN_PASSWORD": "admin"}), "from a file"),
    ("master", _set("environment", ["INFLUX_TOKEN=abc"]), "from a file"),
    ("master", _set("command", ["run", "--var", "token=abc"]), "from a file"),
]


@each(("name", "spoil", "says"), SPOILED)
def test_a_broken_rule_is_found(name: str, spoil: Callable[[dict[str, Any]], Any], says: str) -> None:
    """Each rule has a file that breaks it, and is named then."""
    document = copy.deepcopy(WHOLE)
    spoil(document["services"][name])
    found = broken_rules(document)
    assert len(found) == 1 and found[0].startswith(f"{name}: ") and says in found[0]


def test_a_secret_in_clear_is_found() -> None:
    """A secret whose content stands in the file, or comes from a variable, is refused."""
    document = copy.deepcopy(WHOLE)
    document["secrets"]["cluster"] = {"environment": "CLUSTER"}
    assert broken_rules(document)[0].startswith("secret cluster: ")


def test_only_those_reach_each_other_that_must() -> None:
    """The city is reached through its gateway alone, InfluxDB by master, Grafana and this machine."""
    networks = {name: set(service["networks"]) for name, service in WHOLE["services"].items()}
    assert networks["city"] == {"services"}
    assert [name for name, those in networks.items() if "services" in those] == ["gateway", "city"]
    for name in ("worker", "tower", "gateway", "city"):
        assert not networks[name] & (networks["influxdb"] | networks["grafana"]), name
    assert not networks["worker"] & networks["city"]
    assert [name for name, network in WHOLE["networks"].items() if not network.get("internal")] == ["front", "desk"]


def test_every_file_that_is_mounted_is_there() -> None:
    """Bind mounts name files and folders of the project, all for reading only."""
    for service in WHOLE["services"].values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                source, _, mode = volume.split(":")
                assert (ROOT / source).exists(), source
                assert mode == "ro"


def test_the_image_runs_as_a_user_that_is_not_root() -> None:
    """The Dockerfile's last stage ends as 10001, from a base with a numbered version."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    base = next(line.partition("=")[2] for line in lines if line.startswith("ARG BASE="))
    assert NUMBERED.fullmatch(base)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert [line for line in lines if line.startswith("FROM ")] == ["FROM ${BASE} AS build", "FROM ${BASE}"]
    assert plain(WHOLE["services"]["city"]["build"]["args"]["BASE"]) == base


def test_only_what_is_named_goes_into_the_image() -> None:
    """.dockerignore leaves everything out first, so that secrets and results never reach a builder."""
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert lines[0] == "*"
    for line in lines:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line
            assert not line.startswith(("!secrets", "!.env", "!results"))


def test_what_the_wheel_is_made_of_goes_into_the_image() -> None:
    """Every package and every folder that setup.py ships is named in .dockerignore."""
    lines = set((ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines())
    shipped = re.findall(r'"hms_esr\.shipped\.\w+": "([\w/]+)"', (ROOT / "setup.py").read_text(encoding="utf-8"))
    assert shipped
    assert {f"!{folder}" for folder in [*shipped, *PACKAGES]} <= lines
