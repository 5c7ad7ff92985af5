"""Owns ``hms-esr show``: any scenario in canonical form.

Knows nothing of runs.
"""

from __future__ import annotations

import click

EXAMPLES = """
\b
hms-esr show scenarios/passport_renewal.scn.yaml
hms-esr show tuition_grant > mine.yml
hms-esr show claims_48h --format json
"""


@click.command(help=f"Print a scenario in canonical form; what is printed reads back as the same scenario.\n{EXAMPLES}")
@click.argument("file", metavar="FILE|NAME")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", help="Form of the output.")
@click.option("--var", "variables", metavar="NAME=VALUE", multiple=True, help="A value for {{ vars.NAME }}.")
def command(file: str, form: str, variables: tuple[str, ...]) -> None:
    """Read, check, print."""
    import json

    from hms_esr.cli.validate import read_variables
    from hms_esr.library import load_scenario
    from hms_esr.scenario.yaml_writer import canonical_data, canonical_yaml

    scenario = load_scenario(file, variables=read_variables(variables)).scenario
    if form == "json":
        click.echo(json.dumps(canonical_data(scenario), indent=2, ensure_ascii=False))
    else:
        click.echo(canonical_yaml(scenario), nl=False)
