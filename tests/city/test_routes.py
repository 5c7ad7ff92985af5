"""Which path is answered by which service."""

from __future__ import annotations

import pytest

from hms_esr.city.faults import SERVICES
from hms_esr.city.routes import Route, Router
from hms_esr.city.services import ROUTES
from hms_esr.city.services.gateway import home

ROUTER = Router(ROUTES)


@pytest.mark.parametrize(
    ("path", "name", "ids"),
    [
        ("/", "/", ()),
        ("/claims/new", "/claims/new", ()),
        ("/claims/ui-1/status", "/claims/{id}/status", ("ui-1",)),
        ("/__city/faults/f1", "/__city/faults/{id}", ("f1",)),
    ],
)
def test_ids_are_collapsed(path: str, name: str, ids: tuple[str, ...]) -> None:
    """A path with an id in it is found under its name."""
    found = ROUTER.find(path)
    assert found is not None and (found.path, found.ids) == (name, ids)


@pytest.mark.parametrize("path", ["", "/nowhere", "/submit", "/claims/a/b/status", "//", "/claims/ui-1/"])
def test_other_paths_are_not_found(path: str) -> None:
    """Nothing else is found (``/submit`` takes applications only by POST)."""
    found = ROUTER.find(path)
    assert found is None or "GET" not in found.by_method


def test_every_route_belongs_to_a_service_that_can_be_sick() -> None:
    """Each route's service, and each service it asks, is one that a fault can name; the operator's are none."""
    for route in ROUTES:
        assert route.service in SERVICES or (route.service, route.path[:8]) == ("city", "/__city/")
        assert set(route.asks) <= set(SERVICES)
    assert {route.service for route in ROUTES} | {"db"} == {*SERVICES, "city"}


def test_two_routes_for_one_path_are_a_mistake() -> None:
    """The table cannot hold the same method and path twice."""
    with pytest.raises(ValueError, match="two routes for GET /"):
        Router([Route("GET", "/", "gateway", home), Route("GET", "/", "gateway", home)])
