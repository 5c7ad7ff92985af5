"""Owns the command ``hms-esr serve``: options in, a served control plane out.

Knows nothing of what it serves; the server is loaded only when the command runs.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hms_esr.cli.influx_options import influx_arguments, influx_options
from hms_esr.errors import EnvironmentProblem

if TYPE_CHECKING:
    from hms_esr.control.settings import Settings

HELP = """Serve runs over HTTP: start, follow and steer them, and watch them live.

/ lists runs, /dashboard/RUN is a run's live page and later its record, /docs describes the API. Who asks needs a token
(hms-esr token create); with --dev, on this machine alone, nobody does. Runs are processes of their own: they go on
when the server ends, and the next one finds them again.

\b
hms-esr serve --dev
hms-esr serve --allow stg.example.gov --max-runs 1
hms-esr serve --dev --with-city            every target is answered by the embedded city
hms-esr serve --dev --influx http://127.0.0.1:8086      every run streams there
curl --data-binary @scenarios/schedule_f.yml 'http://localhost:9700/run?scale=0.1'
"""
CITY_PORT = 9800


@click.command(help=HELP)
@click.option("--port", type=click.IntRange(0, 65535), default=9700, show_default=True, help="0 is any free port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where runs are."
)
@click.option("--dev", is_flag=True, help="No tokens; only on loopback.")
@click.option("--max-runs", type=click.IntRange(1, 100), default=2, show_default=True, help="At once; others wait.")
@click.option("--allow", multiple=True, metavar="HOST[:PORT]", help="A target beside this machine that may be loaded.")
@click.option(
    "--tokens", type=click.Path(path_type=Path, dir_okay=False), help="File of tokens.  [~/.config/hms-esr/…]"
)
@click.option("--public-url", default="", metavar="URL", help="How others reach it, through a proxy with TLS.")
@click.option("--with-city", is_flag=True, help="Start the embedded city; it answers for every target.")
@click.option("--city-port", type=click.IntRange(0, 65535), default=CITY_PORT, show_default=True, help="Or a free one.")
@click.option("--end-runs", is_flag=True, help="Stop the runs too when it ends: in a container nothing outlives it.")
@influx_options
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), hidden=True)
def command(
    port: int,
    host: str,
    out: Path,
    dev: bool,
    max_runs: int,
    allow: tuple[str, ...],
    tokens: Path | None,
    public_url: str,
    with_city: bool,
    city_port: int,
    end_runs: bool,
    ready_file: Path | None,
    **influx: Any,
) -> None:
    """See HELP."""
    from hms_esr.control.server import Staying, serve
    from hms_esr.control.settings import Settings, token_file

    where = tokens or token_file()
    with ExitStack() as stack:
        more = {"tokens": where, "public_url": public_url, "streaming": influx_arguments(influx)}
        given = {"host": host, "port": port, "out": out, "dev": dev, "max_runs": max_runs, "allow": allow}
        settings = Settings(**given, **more)  # type: ignore[arg-type]
        if with_city:
            settings = replace(settings, answers=_city(stack, city_port))
        serve(settings, _teller(settings), Staying(ends_runs=with_city or end_runs, ready_file=ready_file))


def _city(stack: ExitStack, port: int) -> str:
    """The city at ``port``, or at a free one when that is taken, for as long as the stack lasts; its address."""
    from hms_esr.city.process import CityProcess

    process = CityProcess(port=port)
    stack.callback(process.stop)
    try:
        return process.start()
    except EnvironmentProblem:
        process = CityProcess()
        stack.callback(process.stop)
        return process.start()


def _teller(settings: Settings) -> Callable[[str], None]:
    def tell(url: str) -> None:
        click.echo(f"Control tower ready at {url} (simulation; stop with Ctrl-C)")
        click.echo(f"Runs in {settings.out}, at most {settings.max_runs} at once; the API: {url}/docs")
        if settings.answers:
            click.echo(f"Mock City ready at {settings.answers}; it answers for every target")
        if settings.streaming:
            click.echo("Runs stream to InfluxDB: " + shlex.join(settings.streaming))
        if settings.dev:
            click.echo("No token is needed (--dev); only this machine can reach it")
        elif not settings.tokens.exists():
            click.echo("There is no token yet; make one with: hms-esr token create --scope run")
        if not settings.on_loopback and not settings.public_url.startswith("https:"):
            click.echo("Tokens travel in the clear: put a proxy with TLS before it, and name it with --public-url")

    return tell
