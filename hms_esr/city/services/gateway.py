"""Owns the front door: the home page with the claim form first, and the style sheet.

Knows nothing of how claims are decided.
"""

from __future__ import annotations

from hms_esr.city.city_state import CityState
from hms_esr.city.html import STYLE, page
from hms_esr.city.routes import Route
from hms_esr.city.services.claims import CLAIM
from hms_esr.city.wire import CityAnswer, CityRequest

_WELCOME = """<p>File an unemployment claim below, or choose another service.</p>
<h2>File an unemployment claim</h2>"""
_SERVICES = """<h2>All services</h2><ul>
<li><a href="/apply-subsidy">Apply for a farm subsidy</a> (with Schedule F)</li>
<li><a href="/claims/new">File an unemployment claim</a></li>
<li><a href="/start">Renew a passport</a></li>
<li><a href="/apply">Apply for a tuition grant</a></li>
<li><a href="/permits/new">Apply for a building permit</a> (log in first)</li></ul>"""


def home(city: CityState, request: CityRequest) -> CityAnswer:
    """All services; the first form files a claim, so that a person who completes the first form found does."""
    form = CLAIM.html(city.token(request, CLAIM.action))
    return CityAnswer(200, page("City services", _WELCOME + form + _SERVICES, city.person(request)))


def style(city: CityState, request: CityRequest) -> CityAnswer:
    """The one style sheet."""
    return CityAnswer(200, STYLE, b"text/css", [(b"cache-control", b"max-age=3600")])


ROUTES = (
    Route("GET", "/", "gateway", home),
    Route("GET", "/style.css", "gateway", style),
)
