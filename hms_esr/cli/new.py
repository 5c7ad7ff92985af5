"""Owns ``hms-esr new``: a first scenario from one page, printed or written to a file.

Knows nothing of how a page is read or what is written.
"""

from __future__ import annotations

from pathlib import Path

import click

from hms_esr.errors import BadInput, EnvironmentProblem, Problem

HELP = """Write a first scenario for the page at URL: visit it, fill its form, send it, check the answer.

One request goes to the page (redirects are followed). What is written passes 'validate' and runs as it is; comments
say what to change. A page behind a login is visited by a persona that logs in first. Other hosts than this machine
need --i-may-load.

\b
hms-esr new http://127.0.0.1:8000/apply
hms-esr new http://127.0.0.1:8000/apply --out apply.yml
hms-esr new https://stg.example.gov/apply --i-may-load stg.example.gov
"""


@click.command(help=HELP)
@click.argument("url")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it to FILE.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it is there.")
@click.option("--i-may-load", "may_load", multiple=True, metavar="HOST[:PORT]", help="You are allowed to load it.")
def command(url: str, out: Path | None, force: bool, may_load: tuple[str, ...]) -> None:
    """Look, write."""
    if out is not None and out.exists() and not force:
        raise BadInput([Problem("--out", 0, 0, f"{out} is there already; --force overwrites it")])
    from hms_esr.authoring.from_page import first_scenario, see
    from hms_esr.cli.options import target_problem
    from hms_esr.http.setup_request import guard_for
    from hms_esr.library import persona_template

    address = url if "://" in url else f"http://{url}"
    try:
        guard = guard_for([address], may_load)
    except BadInput as error:
        raise target_problem(error) from None
    seen = see(address, guard)
    text = first_scenario(seen, persona_template("citizen"), str(out) if out else "FILE")
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentProblem(f"{out}  cannot be written: {error.strerror or error}") from None
    click.echo(f"Wrote {out}. Try it with one person: hms-esr try {out}")
