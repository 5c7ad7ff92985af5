"""Owns ``hms-esr schema``: the JSON Schema of scenario files.

Knows nothing of any one scenario.
"""

from __future__ import annotations

import click

EXAMPLES = """
\b
hms-esr schema > scenario.schema.json

With this first line in a scenario, editors complete and check it:

\b
# yaml-language-server: $schema=scenario.schema.json
"""


@click.command(
    help=f"Print the JSON Schema of canonical scenario files, with every installed kind of step.\n{EXAMPLES}"
)
def command() -> None:
    """Make it from the model and the tables."""
    import json

    from hms_esr.scenario.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
