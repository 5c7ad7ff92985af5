"""Owns finding out what keeps points from a bucket: address, token, organization or bucket, by trying.

Knows nothing of runs. One point of the measurement ``esr_probe`` is written and read back.
"""

from __future__ import annotations

from time import time

from hms_esr.sinks.influx.connection import InfluxConnection
from hms_esr.sinks.influx.lines import line
from hms_esr.sinks.influx.transport import InfluxAnswer, InfluxTransport

PROBE = "esr_probe"


def find_fault(connection: InfluxConnection) -> str:
    """What is wrong, in one line, with what to change; empty when a point can be written and read back."""
    transport = InfluxTransport(connection)
    try:
        at_s = int(time())
        answer = transport.write([line(PROBE, {"sim": "true"}, {"value": float(at_s)}, at_s * 1000)])
        if answer.meaning != "written":
            return _of_write(connection, answer)
        answer, rows = transport.query(f'SELECT last("value") AS "value" FROM "{PROBE}"')
        return _of_read(connection, answer, bool(rows) and rows[0].get("value") == float(at_s))
    finally:
        transport.close()


def _of_write(connection: InfluxConnection, answer: InfluxAnswer) -> str:
    url, org, bucket, said = connection.url, connection.org, connection.bucket, answer.reason
    low = said.lower()
    if answer.status == 0:
        return f"address: nothing answers at {url}: {said}"
    if answer.status == 401:
        how = "is not accepted" if connection.token else "is missing; give --influx-token-file FILE or INFLUX_TOKEN"
        return f"token: {url} answers, but the token {how} ({said})"
    if answer.status == 403:
        return f"token: it may not write to bucket '{bucket}' ({said})"
    if answer.status in (400, 404, 422) and "org" in low:
        how = f"there is no organization '{org}'" if org else "an organization is needed; give --influx-org ORG"
        return f"org: {how}, or the token does not belong to it ({said})"
    if answer.status in (400, 404, 422) and ("bucket" in low or "database" in low or "retention policy" in low):
        return f"bucket: there is no bucket '{bucket}' ({said})"
    if answer.status == 404 or answer.status < 400 or answer.status == 405:
        return f"address: {url} answers, but is no InfluxDB with /api/v2/write ({said or answer.status})"
    if answer.meaning == "later":
        return f"address: {url} cannot take points now ({said})"
    return f"bucket: '{bucket}' takes no points ({said})"


def _of_read(connection: InfluxConnection, answer: InfluxAnswer, is_back: bool) -> str:
    if answer.status in (401, 403):
        return (
            f"token: points can be written, but this token may not read ({answer.reason}); a Grafana needs one that may"
        )
    if answer.status != 200:
        said = answer.reason or answer.status
        return f"bucket: points can be written, but '{connection.bucket}' cannot be read by InfluxQL ({said})"
    return "" if is_back else f"bucket: a point was written to '{connection.bucket}', but did not come back"
