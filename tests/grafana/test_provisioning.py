"""The files Grafana reads when it starts: data source and dashboards, as Compose and Kubernetes mount them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from hms_esr.http.request_headers import basic
from tests.house.sources import ROOT

FOLDER = ROOT / "grafana" / "provisioning"
DEPLOYED = ("docker-compose.yml", "k8s/base/grafana.yaml")


def _told(kind: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((FOLDER / kind / "hms-esr.yml").read_text(encoding="utf-8"))
    return told


def test_the_data_source_speaks_influxql_through_grafana() -> None:
    """InfluxQL, not Flux; by Grafana's server, so that no browser sees the token; seconds as the finest."""
    (source,) = _told("datasources")["datasources"]
    assert (source["type"], source["access"]) == ("influxdb", "proxy")
    assert (source["jsonData"]["version"], source["jsonData"]["timeInterval"]) == ("InfluxQL", "1s")


def test_no_secret_stands_in_it() -> None:
    """Address, bucket and authorization come from Grafana's environment."""
    (source,) = _told("datasources")["datasources"]
    assert source["secureJsonData"] == {"httpHeaderValue1": "${INFLUX_AUTHORIZATION}"}
    assert (source["url"], source["jsonData"]["dbName"]) == ("${INFLUX_URL}", "${INFLUX_BUCKET}")


def test_compose_sends_basic_and_kubernetes_a_token(tmp_path: Path) -> None:
    """Compose's reader is a user with a password, which InfluxDB 2.7 takes as Basic alone; Kubernetes has a token."""
    password = "0123456789abcdef" * 4
    (tmp_path / "influx_reader").write_text(password, encoding="ascii")
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    shell, option, script = compose["services"]["grafana"]["entrypoint"]
    assert script.endswith("exec /run.sh")
    script = script.replace("$$", "$").replace("/run/secrets", str(tmp_path)).replace("/run.sh", "printenv")
    sent = subprocess.run([shell, option, f"{script} INFLUX_AUTHORIZATION"], capture_output=True, text=True, check=True)
    assert sent.stdout == f"{basic(f'grafana:{password}')}\n"
    deployed = list(yaml.safe_load_all((ROOT / "k8s/base/grafana.yaml").read_text(encoding="utf-8")))
    (pod,) = [one["spec"]["template"]["spec"] for one in deployed if one["kind"] == "Deployment"]
    assert {"name": "INFLUX_AUTHORIZATION", "value": "Token $(INFLUX_TOKEN)"} in pod["containers"][0]["env"]


def test_compose_and_kubernetes_give_what_it_needs() -> None:
    """Every variable is set, and the dashboards are mounted where they are looked for, in both."""
    named = set(re.findall(r"\$\{(\w+)\}", (FOLDER / "datasources" / "hms-esr.yml").read_text(encoding="utf-8")))
    (provider,) = _told("dashboards")["providers"]
    for name in DEPLOYED:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not [one for one in named if one not in text], name
        assert provider["options"]["path"] in text, name
