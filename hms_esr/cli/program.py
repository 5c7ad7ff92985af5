"""Owns the command line's group: commands are loaded only when called; the only place with an exit code.

Knows nothing of what a command does. One file per command, one line each in the table.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

from hms_esr.errors import EsrError, internal_error

COMMANDS = {
    "run": "Carry a rehearsal out and judge it.",
    "validate": "Report every mistake in scenario files; start nothing.",
    "show": "Print a scenario in canonical form.",
    "list": "List scenarios, personas and kinds of things.",
    "new": "Write a first scenario from a page's form.",
    "try": "Send one person and print each step.",
    "plan": "Print who would come and when; start nothing.",
    "people": "Print made-up people of a persona.",
    "dashboard": "Serve a run's live page.",
    "report": "Make a run's reports again from its record.",
    "runs": "List the runs on record.",
    "export": "Write a run's record as tables: CSV, JSON lines, Parquet.",
    "grafana": "Put the dashboards into Grafana.",
    "influx": "See whether points get to InfluxDB; send stored runs.",
    "pause": "Pause a run: nobody new comes, the clock stands still.",
    "resume": "Let a paused run go on.",
    "stop": "Stop a run.",
    "worker": "Take a share of a run's people.",
    "k8s": "Carry a rehearsal out in a Kubernetes cluster.",
    "serve": "Serve runs over HTTP: start, follow, steer, watch.",
    "token": "Make, list and revoke tokens for a served control plane.",
    "observe": "Print a read-only link to a run's live page.",
    "city": "Start the embedded system under test.",
    "prove": "Make the proof that a host may be loaded.",
    "schema": "Print the JSON Schema of scenario files.",
}


LOADS_THE_ENGINE = ("run", "try", "worker")


def _module(name: str) -> str:
    """Module of a command: its name, with an underscore behind a keyword or built-in name (``try_``, ``list_``)."""
    return f"{name}_" if iskeyword(name) or hasattr(builtins, name) else name


class LazyGroup(click.Group):
    """Loads ``hms_esr/cli/<name>.py:command`` when the command is called; ``--help`` loads none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"hms_esr.cli.{_module(cmd_name)}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command and its arguments; BadInput when an option is given as an empty text."""
        from hms_esr.cli.options import refuse_empty

        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            refuse_empty(command, ctx, rest)
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Short helps from the table, so that nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hms-esr", prog_name="hms-esr")
def group(**_: Any) -> None:
    """Rehearse a change to a public service before it goes live.

    \b
    hms-esr run scenarios/schedule_f.yml            against the embedded city
    hms-esr run mine.yml --target http://127.0.0.1:8000
    hms-esr new http://127.0.0.1:8000/apply         a first scenario from a page
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code; no traceback reaches a person."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] and given[0] in LOADS_THE_ENGINE and "--child" not in given:
        _say_what_is_stale()
    try:
        code = group.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except EsrError as error:
        click.echo(f"{error}", err=True)
        code = error.exit_code
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = 2
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        click.echo(_internal_error(error), err=True)
        code = 70
    sys.exit(code if isinstance(code, int) else 0)


def _say_what_is_stale() -> None:
    from hms_esr.compiled import notice

    if text := notice():
        click.echo(text, err=True)


def _internal_error(error: Exception) -> str:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="hms-esr-", suffix=".txt", delete=False) as file:
        traceback.print_exception(error, file=file)
    return f"{internal_error(error)}. Details for a bug report: {file.name}"
