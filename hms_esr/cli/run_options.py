"""Owns what the options of a run mean, wherever they were given: command line, web form, Locust's arguments.

Knows nothing of how a run is started.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hms_esr.cli.secret_files import cluster_secret, read_secrets
from hms_esr.errors import BadInput, Problem

if TYPE_CHECKING:
    from hms_esr.engine.cluster.join_info import JoinInfo
    from hms_esr.execution.plan import Options


def pairs(option: str, values: Sequence[str]) -> dict[str, str]:
    """``name=value`` texts as a dict; BadInput names one that is no pair."""
    for value in values:
        if "=" not in value:
            raise BadInput([Problem(option, 0, 0, f"'{value}' is no pair; write name=value")])
    return dict(value.split("=", 1) for value in values)


def options_of(given: dict[str, Any]) -> Options:
    """The plan's options from the command line's by name; BadInput for what cannot be read."""
    from hms_esr.execution.machine import most_people
    from hms_esr.execution.plan import Options
    from hms_esr.verdicts.judgement import Limits

    return Options(
        target=given["target"],
        env=given["env"],
        seed=given["seed"],
        scale=given["scale"],
        warp=given["warp"],
        time_limit_s=given["time_limit"],
        out=given["out"],
        only=given["only"],
        variables=pairs("--var", given["variables"]),
        secrets=read_secrets(given["secret_file"]),
        may_load=given["may_load"],
        strict=given["strict"],
        insecure=given["insecure"],
        limits=Limits(max_dropped=given["max_dropped"], max_late=given["max_late"]),
        contact=given["contact"],
        max_people=most_people(),
        workers=given["workers"],
        invitation=_invitation(given) if given["master"] else None,
    )


def _invitation(given: dict[str, Any]) -> JoinInfo:
    from hms_esr.engine.cluster.join_info import JoinInfo, read_place

    if given["workers"] > 1:
        raise BadInput([Problem("--master", 0, 0, "waits for workers that come by themselves; leave out --workers")])
    host, port = read_place(given["bind"])
    secret = cluster_secret(given["cluster_secret_file"], "--master")
    return JoinInfo(secret, host, port, given["expect_workers"], given["wait"])


@contextmanager
def city() -> Iterator[str]:
    """The embedded city for as long as the block lasts; its URL."""
    from hms_esr.city.process import CityProcess

    process = CityProcess()
    try:
        yield process.start()
    finally:
        process.stop()
