"""The files Grafana reads when it starts: data source and dashboards, as Compose and Kubernetes mount them."""

from __future__ import annotations

import re
from typing import Any

import yaml

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
    """Address, bucket and token come from Grafana's environment."""
    (source,) = _told("datasources")["datasources"]
    assert source["secureJsonData"] == {"httpHeaderValue1": "Token ${INFLUX_TOKEN}"}
    assert (source["url"], source["jsonData"]["dbName"]) == ("${INFLUX_URL}", "${INFLUX_BUCKET}")


def test_compose_and_kubernetes_give_what_it_needs() -> None:
    """Every variable is set, and the dashboards are mounted where they are looked for, in both."""
    named = set(re.findall(r"\$\{(\w+)\}", (FOLDER / "datasources" / "hms-esr.yml").read_text(encoding="utf-8")))
    (provider,) = _told("dashboards")["providers"]
    for name in DEPLOYED:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not [one for one in named if one not in text], name
        assert provider["options"]["path"] in text, name
