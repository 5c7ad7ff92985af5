"""A REST API that knows nothing of us (FastAPI, below a path of its own): what its log says came over the wire."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from hms_esr.http.http_server import bound, server

SCENARIO = """
name: orders
load: {people: 1, over: 1s}
http: {headers: {X-Team: qa}}
data: {rows: {file: rows.json}}
before:
  - request: {method: POST, path: /batches, json: {size: 2}, save: {batch: {json: id}}}
journeys:
  - name: order
    persona: clerk
    pace: none
    steps:
      - request:
          method: POST
          path: /orders
          headers: {content-type: application/vnd.api+json}
          json:
            {batch: "{{ vars.batch }}", amount: "{{ data.rows.amount }}", urgent: "{{ data.rows.urgent }}",
             grade: "{{ persona.grade }}", note: "{{ data.rows.amount }} of {{ data.rows.name }}", tags: [a, 1, true]}
          save: {order: {json: id}, lines: {json: lines}, share: {json: share}, link: {json: link}, none: {json: none}}
      - expect: {status: 201, json: {id: "{{ vars.order }}", lines: [7, 8], share: 0.5, none: null}}
      - request:
          {method: PUT, path: "/orders/{{ vars.order }}", json: {lines: "{{ vars.lines }}", none: "{{ vars.none }}"}}
      - request:
          path: "/firms/{{ data.rows.name }}/{{ data.rows.language }}?first={{ data.rows.name }}"
          query:
            {q: "{{ data.rows.name }}", of: "{{ data.rows.language }}", id: "{{ vars.lines }}", tag: [x y, C#], p: 014}
      - expect: {page: "/firms/{{ data.rows.name }}/{{ data.rows.language }}"}
      - request: {method: POST, path: /forms, form: {tag: [a, b], name: "{{ data.rows.name }}", n: "{{ vars.order }}"}}
      - request: {method: POST, path: /raw, data: {file: note.xml}, headers: {Content-Type: application/soap+xml}}
      - request: {method: POST, path: /raw, data: "plain {{ vars.order }}"}
      - visit: "{{ vars.link }}"
      - visit: /lead
      - expect: {page: /landed}
checks: [success_rate == 1]
"""
CLERK = "role: clerk\nlocale: en_US\nfields: {grade: {range: {min: 3, max: 3}}}\n"


def api(log: list[dict[str, Any]]) -> FastAPI:
    """Orders below ``/shop/v1``; each request is written down as it came."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT"])
    async def answer(path: str, request: Request) -> Response:
        target = request.scope["raw_path"].decode()
        if query := request.scope["query_string"].decode():
            target += f"?{query}"
        types = [value.decode() for name, value in request.headers.raw if name == b"content-type"]
        log.append({"line": f"{request.method} {target}", "types": types, "body": await request.body()})
        if path.endswith("lead"):
            return Response("<meta http-equiv=refresh content='0; url=landed'>", media_type="text/html")
        if path.endswith("orders"):
            made = {"id": 41, "lines": [7, 8], "share": 0.5, "none": None, "link": "/elsewhere?a=%2F"}
            return Response(json.dumps(made), 201, media_type="application/json")
        return Response(json.dumps({"id": 9}), media_type="application/json")

    return app


@pytest.fixture
def shop() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Its address on a free port of loopback, and its log."""
    log: list[dict[str, Any]] = []
    listener = bound("127.0.0.1", 0)
    serving = server(api(log))
    thread = threading.Thread(target=serving.run, args=([listener],))
    thread.start()
    while not serving.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/shop/v1", log
    serving.should_exit = True
    thread.join()


def test_values_types_and_addresses_are_right_on_the_wire(tmp_path: Path, esr: Any, shop: Any) -> None:
    """Numbers, lists, true and null stay what they are; each value is one segment; one Content-Type, the file's own."""
    address, log = shop
    (tmp_path / "orders.yml").write_text(SCENARIO)
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "clerk.yaml").write_text(CLERK)
    rows = [{"name": "Smith & Sons", "language": "C#", "amount": 12.5, "urgent": True}]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    (tmp_path / "note.xml").write_bytes(b"<note>\xe9</note>")
    ran = esr("run", "orders.yml", "--target", address)
    assert ran.code == 0, ran.output + ran.errors
    name = "Smith%20%26%20Sons"
    assert [one["line"] for one in log] == [
        "GET /shop/v1",
        "POST /shop/v1/batches",
        "POST /shop/v1/orders",
        "PUT /shop/v1/orders/41",
        f"GET /shop/v1/firms/{name}/C%23?first={name}&q={name}&of=C%23&id=7&id=8&tag=x%20y&tag=C%23&p=014",
        "POST /shop/v1/forms",
        "POST /shop/v1/raw",
        "POST /shop/v1/raw",
        "GET /elsewhere?a=%2F",
        "GET /shop/v1/lead",
        "GET /shop/v1/landed",
    ]
    _, batch, order, put, _, form, soap, plain, *_ = log
    assert [one["types"] for one in (batch, order, put, form, soap, plain)] == [
        ["application/json"],
        ["application/vnd.api+json"],
        ["application/json"],
        ["application/x-www-form-urlencoded"],
        ["application/soap+xml"],
        ["text/plain; charset=utf-8"],
    ]
    note = "12.5 of Smith & Sons"
    sent = {"batch": 9, "amount": 12.5, "urgent": True, "grade": 3, "note": note, "tags": ["a", 1, True]}
    assert json.dumps(json.loads(order["body"])) == json.dumps(sent)
    assert json.loads(put["body"]) == {"lines": [7, 8], "none": None}
    assert form["body"] == b"tag=a&tag=b&name=Smith+%26+Sons&n=41"
    assert (soap["body"], plain["body"]) == (b"<note>\xe9</note>", b"plain 41")
