"""Owns ``hms-esr observe``: a link with which somebody can watch one run and do nothing else.

Knows nothing of pages.
"""

from __future__ import annotations

from pathlib import Path

import click

HELP = """Print a link to a run's live page: for reading only, for this run alone, for a time.

RUN is a run's id, 'latest', or a scenario's name (its last run). The page needs a control plane: hms-esr serve.
Whoever has the link can watch; take it back with: hms-esr token revoke

\b
hms-esr observe latest
hms-esr observe schedule_f --expires 2d --url https://esr.example.gov
"""


@click.command(help=HELP)
@click.argument("run")
@click.option("--expires", default="7d", show_default=True, metavar="D", help="Good for so long.")
@click.option("--url", metavar="URL", help="Where the server is.  [ESR_URL, or http://localhost:9700]")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where runs are."
)
@click.option(
    "--tokens", type=click.Path(path_type=Path, dir_okay=False), help="File of tokens.  [~/.config/hms-esr/…]"
)
def command(run: str, expires: str, url: str | None, out: Path, tokens: Path | None) -> None:
    """Find the run, make the token, print the link."""
    from hms_esr.cli.token import lasting
    from hms_esr.control.queued_run import NAME, is_run_id
    from hms_esr.control.settings import server_url, token_file
    from hms_esr.control.tokens import TokenFile
    from hms_esr.store import find_run

    asked_for = is_run_id(run) and (out / run / NAME).is_file()
    run_id = run if asked_for else find_run(out, run).name
    text, token = TokenFile(tokens or token_file()).make("observe", name="", run=run_id, lasts=lasting(expires))
    click.echo(f"{(url or server_url()).rstrip('/')}/dashboard/{run_id}?token={text}")
    click.echo(
        f"For looking only, until {token.expires_at}. Take it back: hms-esr token revoke {token.ident}", err=True
    )
