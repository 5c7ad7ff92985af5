"""Owns the table of the city's services: one file per service, each with its ``ROUTES``.

Knows nothing of how requests arrive.
"""

from __future__ import annotations

from hms_esr.city.routes import Route
from hms_esr.city.services import accounts, claims, gateway, grants, operator, passport, permits, subsidy

ROUTES: tuple[Route, ...] = (
    *gateway.ROUTES,
    *subsidy.ROUTES,
    *claims.ROUTES,
    *passport.ROUTES,
    *grants.ROUTES,
    *permits.ROUTES,
    *accounts.ROUTES,
    *operator.ROUTES,
)
