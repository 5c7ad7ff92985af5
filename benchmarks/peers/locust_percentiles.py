"""Owns Locust's way from response times to percentiles over several workers: ``VALUES_FILE WORKERS SHARE …`` to JSON.

Knows nothing of HMS-ESR.
"""

from __future__ import annotations

import json
import sys
from array import array
from pathlib import Path

from locust.stats import RequestStats, StatsEntry


def main() -> None:
    values = array("d")
    values.frombytes(Path(sys.argv[1]).read_bytes())
    workers = int(sys.argv[2])
    whole = RequestStats()
    for worker in range(workers):
        mine = RequestStats()
        for value in values[worker::workers]:
            mine.log_request("GET", "/", value, 100)
        entry = mine.get("/", "GET")
        whole.get("/", "GET").extend(StatsEntry.unserialize(entry.get_stripped_report(), whole))
    percentiles = [whole.get("/", "GET").get_response_time_percentile(float(share)) for share in sys.argv[3:]]
    print(json.dumps(percentiles))


main()
