"""Owns ``hms-esr token``: make, list and revoke the tokens of a control plane.

Knows nothing of how tokens are checked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hms_esr.errors import BadInput, Problem

if TYPE_CHECKING:
    from hms_esr.control.tokens import TokenFile

HELP = """Make, list and revoke tokens for a control plane (hms-esr serve).

\b
hms-esr token create --scope run --name ci            starts and steers runs
hms-esr token create --scope observe --expires 7d     only looks
hms-esr token list
hms-esr token revoke ci

A token is shown once. The file keeps hashes; a server notices changes at once.
"""
_FILE = click.option(
    "--tokens", type=click.Path(path_type=Path, dir_okay=False), help="The file.  [~/.config/hms-esr/…]"
)


@click.group(help=HELP)
def command() -> None:
    """See HELP."""


@command.command("create", help="Make a token and print it, once.")
@click.option(
    "--scope", type=click.Choice(["run", "observe"]), required=True, help="run: start and steer; observe: look."
)
@click.option("--run", "run_id", default="", metavar="ID", help="For this run alone.")
@click.option("--expires", metavar="D", help="Good for so long: 7d, 12h …  [for ever]")
@click.option("--name", default="", metavar="N", help="What the audit log calls it.")
@_FILE
def create(scope: str, run_id: str, expires: str | None, name: str, tokens: Path | None) -> None:
    """Make one."""
    from hms_esr.control.tokens import SCOPES

    if not name.isprintable() or len(name) > 80:
        raise BadInput([Problem("--name", 0, 0, "a name has at most 80 letters that can be printed")])
    _check_run(run_id)
    kind = next(one for one in SCOPES if one == scope)
    text, token = _file(tokens).make(kind, name=name, run=run_id, lasts=lasting(expires))
    click.echo(text)
    until = f"until {token.expires_at}" if token.expires_at else "until it is revoked"
    click.echo(
        f"Token {token.ident}: {scope}{f' of {run_id}' if run_id else ''}, {until}. It is not shown again.", err=True
    )


@command.command("list", help="List tokens; never their texts.")
@_FILE
def list_(tokens: Path | None) -> None:
    """All."""
    found = _file(tokens).tokens().values()
    now = datetime.now(UTC)
    for token in found:
        state = token.over(now) or (f"until {token.expires_at}" if token.expires_at else "good")
        click.echo("  ".join([token.ident, token.scope, token.run or "all runs", state, token.name or "–"]))
    if not found:
        click.echo("No tokens. Make one: hms-esr token create --scope run")


@command.command("revoke", help="Make a token worthless at once.")
@click.argument("which", metavar="ID|NAME")
@_FILE
def revoke(which: str, tokens: Path | None) -> None:
    """One."""
    token = _file(tokens).revoke(which)
    click.echo(f"Token {token.ident} is revoked.")


def _file(path: Path | None) -> TokenFile:
    from hms_esr.control.settings import token_file
    from hms_esr.control.tokens import TokenFile

    return TokenFile(path or token_file())


def _check_run(run_id: str) -> None:
    from hms_esr.control.queued_run import is_run_id

    if run_id and not is_run_id(run_id):
        raise BadInput([Problem("--run", 0, 0, f"{run_id[:80]!r} is no run's id; hms-esr runs lists them")])


def lasting(text: str | None) -> timedelta | None:
    """The time meant by ``--expires``; BadInput for what is none, or is nothing."""
    from hms_esr.units import duration_s

    if text is None:
        return None
    try:
        seconds = duration_s(text)
        if seconds <= 0:
            raise ValueError(f"{text!r} is over at once; write 7d, 12h …")
        return timedelta(seconds=seconds)
    except (ValueError, OverflowError) as error:
        raise BadInput([Problem("--expires", 0, 0, str(error))]) from None
