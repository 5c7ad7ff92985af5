"""The form journey as a scenario with its files, and what the city counted of it.

Imports nothing of the package, so that it can be sent by any commit.
"""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

SCENARIO = """name: form-journey
spacing: even
load: {load}
http: {{connections: {connections}}}
journeys:
  - name: apply
    persona: grower
    pace: none
    steps:
      - login
      - visit: /apply-subsidy
      - fill: {{farm_name: "{{{{ persona.farm_name }}}}", acres: "{{{{ persona.acres }}}}"}}
      - upload: schedule_f.pdf
      - submit
      - expect: {{page: /apply-subsidy/received, text: "Schedule F were received"}}
checks: ["error_rate == 0", "success_rate == 1"]
"""
PERSONA = """role: grower
fields:
  farm_name: {template: "{last_name} Family Farm"}
  acres: {range: {min: 40, max: 3200, step: 10}}
account: true
"""


def prepare(folder: Path) -> None:
    """Files both sides use: persona and PDF."""
    (folder / "personas").mkdir()
    (folder / "personas" / "grower.yaml").write_text(PERSONA)
    (folder / "schedule_f.pdf").write_bytes(b"%PDF-1.4\n" + Random(1).randbytes(20_000) + b"\n%%EOF\n")


def requests(url: str) -> int:
    """Requests the city has counted; asking is not one of them."""
    return int(counts(url)["requests"])


def counts(url: str) -> dict[str, Any]:
    """The city's own counts: ``requests``, and ``by`` method, path and status."""
    with urllib.request.urlopen(f"{url}/__city/counts", timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def rows(table: dict[str, Any]) -> Counter[tuple[str, str, int]]:
    """Requests by method, path and status."""
    found: Counter[tuple[str, str, int]] = Counter()
    for row in table["by"]:
        found[row["method"], row["path"], row["status"]] += row["n"]
    return found


def reset(url: str) -> None:
    """Make the city forget everybody."""
    urllib.request.urlopen(urllib.request.Request(f"{url}/__city/reset", method="POST"), timeout=10).close()
