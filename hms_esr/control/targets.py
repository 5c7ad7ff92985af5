"""Owns which targets a server's runs may load: this machine, and what the operator allowed.

Knows nothing of names and addresses on the network: the run's own guard decides every connection after this.
"""

from __future__ import annotations

from collections.abc import Iterable

from hms_esr.control.settings import is_loopback
from hms_esr.errors import BadInput, Problem, TargetRefused
from hms_esr.scenario.hosts import HostPort, host_port
from hms_esr.scenario.model import Scenario


def places_of(scenario: Scenario, target: str, env: str | None) -> list[tuple[str, str]]:
    """(what names it, address) of every place the run would be pointed at."""
    if target:
        places = [("target", target)]
    elif env in scenario.targets:
        places = [(f"targets.{env}", scenario.targets[env].url)]
    elif scenario.targets:
        first = "default" if "default" in scenario.targets else next(iter(scenario.targets))
        places = [(f"targets.{first}", scenario.targets[first].url)]
    else:
        places = []
    also = [("also", place) for one in scenario.targets.values() for place in one.also]
    return [*places, *also, *(("sensors", address) for address in scenario.sensors)]


def check_targets(places: Iterable[tuple[str, str]], allowed: tuple[HostPort, ...], own: HostPort | None) -> None:
    """TargetRefused for a place that is neither on this machine nor allowed, or is this server (``own``).

    BadInput for one that is no address.
    """
    problems = []
    for what, text in places:
        try:
            place = host_port(text)
        except ValueError as error:
            problems.append(Problem(what, 0, 0, str(error)))
            continue
        if own is not None and place.port == own.port and (is_loopback(place.host) or place.host == own.host):
            raise TargetRefused(f"refused: {place} is this control plane; it does not load itself")
        if not is_loopback(place.host) and not _covered(place, allowed):
            raise TargetRefused(
                f"refused: {place} is not on the list of targets this server may load ({_listed(allowed)}); "
                f"whoever runs it can add it: hms-esr serve --allow {place}"
            )
    if problems:
        raise BadInput(problems)


def _covered(place: HostPort, allowed: tuple[HostPort, ...]) -> bool:
    return any(place.host == one.host and one.port in (None, place.port) for one in allowed)


def _listed(allowed: tuple[HostPort, ...]) -> str:
    return ", ".join(["this machine", *(str(one) for one in allowed)])
