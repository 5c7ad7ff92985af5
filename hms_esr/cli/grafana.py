"""Owns ``hms-esr grafana``: the dashboards into a Grafana, or into a folder.

Knows nothing of what is on them.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import click

from hms_esr.errors import BadInput, Problem

TOKEN = "GRAFANA_TOKEN"
HELP = """Put the dashboards into Grafana.

\b
hms-esr grafana push --url https://grafana.agency.test --token-file grafana.token
hms-esr grafana export dashboards      as files, for provisioning
"""
PUSH = """Put the dashboards into a Grafana, over their earlier versions.

The token is that of a service account with the role Editor, read from --token-file or GRAFANA_TOKEN.

Exit codes: 0 all are there, 2 bad input, 4 Grafana is not reachable or does not allow it.
"""


@click.group(help=HELP)
def command() -> None:
    """See HELP."""


@command.command(help=PUSH)
@click.option("--url", required=True, metavar="URL", help="Grafana's address, with its path if it has one.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"A file with the token; else {TOKEN} is read.",
)
@click.option("--folder", default="HMS-ESR", show_default=True, help="Folder in Grafana; made when there is none.")
@click.option("--datasource", default=None, metavar="NAME", help="The InfluxDB data source chosen when one is opened.")
def push(url: str, token_file: Path | None, folder: str, datasource: str | None) -> None:
    """Send each, tell where it is."""
    from hms_esr.export.grafana_api import Grafana

    grafana = Grafana(url, _token(token_file))
    if not _is_private(url):
        click.echo(f"{url} is not encrypted: whoever is on the way can read the token.", err=True)
    for one in grafana.push(folder, datasource or ""):
        click.echo(f"{one.title}  {one.url}")


@command.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def export_(folder: Path) -> None:
    """Write the dashboards as JSON into DIR: for provisioning, or for Grafana's Import."""
    from hms_esr.export.grafana_api import export

    for path in export(folder):
        click.echo(path)


def _token(path: Path | None) -> str:
    """From the file, else from the environment; BadInput when there is none."""
    if path is None:
        token = os.environ.get(TOKEN, "").strip()
        if not token:
            raise BadInput(
                [Problem("--token-file", 0, 0, f"is not given, and {TOKEN} is not set; one of them is needed")]
            )
        return token
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise BadInput([Problem(str(path), 0, 0, f"cannot be read: {reason}")]) from None
    if not token:
        raise BadInput([Problem(str(path), 0, 0, "is empty; it holds the token and nothing else")])
    return token


def _is_private(url: str) -> bool:
    """Encrypted, or not leaving this machine."""
    parts = urlsplit(url)
    try:
        return parts.scheme == "https" or parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
