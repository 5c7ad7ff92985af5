"""Owns rehearsals on Locust's command line: our arguments there, what they mean, secrets from the environment.

Knows nothing of how Locust carries a run.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

import click

from hms_esr.cli import run_options
from hms_esr.cli.closing import following_command
from hms_esr.cli.locust_fields import form_fields
from hms_esr.cli.secret_files import cluster_secret
from hms_esr.engine.locust_plugin.plugin import bind as bind_engine
from hms_esr.errors import BadInput, EsrError, Problem
from hms_esr.execution.execute import LoadJob, RunOutcome
from hms_esr.execution.stop_switch import StopSwitch
from hms_esr.launch.interactive import NOBODY_YET, InteractiveRunner, RunForm
from hms_esr.scenario.model import Scenario
from hms_esr.sinks.fanout import FanOut
from hms_esr.units import share

SECRET_FILE = "ESR_CLUSTER_SECRET_FILE"


def bind() -> None:
    """Have the Locust that loads this carry out rehearsals. Ends the process with 2 if the secret's file is no good."""
    from hms_esr.launch.worker import guard_of

    path = os.environ.get(SECRET_FILE, "")
    try:
        made = token_hex(32) if _on_one_machine(sys.argv) else ""
        secret = cluster_secret(Path(path), SECRET_FILE) if path else made
    except EsrError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    bind_engine(arguments=add_arguments, runs=LocustRuns, guard_of=guard_of, secret=secret)


def add_arguments(parser: Any) -> None:
    """Ours beside Locust's; the web UI stays on this machine unless asked, and so does the port of ``--processes``."""
    argv = sys.argv[1:]
    form_fields(parser, RunForm(_given(argv, "--scenario")))
    ours, text = parser, {"type": str, "default": ""}
    hidden: dict[str, Any] = {"include_in_web_ui": False}
    load = "Carry out the scenario's plan, or be plain Locust users, as many as -u says (-u alone means users)"
    ours.add_argument("--load", default="", choices=["", "plan", "users"], **hidden, help=load)
    ours.add_argument("--env", **text, **hidden, metavar="NAME", help="Which of the scenario's targets")
    ours.add_argument("--warp", **text, **hidden, metavar="X", help="Simulated seconds per real second")
    ours.add_argument("--out", default="results", **hidden, metavar="FOLDER", help="Where records and reports go")
    ours.add_argument("--var", action="append", default=[], **hidden, metavar="NAME=VALUE", help="A value for vars")
    ours.add_argument("--secret-file", **text, **hidden, metavar="FILE", help="Lines NAME=VALUE for secrets")
    ours.add_argument(
        "--i-may-load", action="append", default=[], **hidden, metavar="HOST", help="You are allowed to load it"
    )
    ours.add_argument("--contact", **text, **hidden, metavar="MAIL", help="Told to the target in the User-Agent")
    ours.add_argument("--insecure", action="store_true", **hidden, help="Do not verify TLS certificates")
    ours.add_argument("--strict", action="store_true", **hidden, help="Warnings fail; files to upload must exist")
    ours.add_argument("--max-dropped", default="1%", **hidden, metavar="SHARE", help="Most people dropped or lost")
    ours.add_argument("--max-late", default="1%", **hidden, metavar="SHARE", help="Most people over 100 ms late")
    parser.set_defaults(web_host="127.0.0.1")
    if _on_one_machine(argv):
        parser.set_defaults(master_bind_host="127.0.0.1")


def _on_one_machine(argv: list[str]) -> bool:
    """Whether Locust starts all workers itself."""
    return "--processes" in " ".join(argv) and "--worker" not in argv


def _given(argv: list[str], option: str) -> str:
    for number, word in enumerate(argv):
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and number + 1 < len(argv):
            return argv[number + 1]
    return ""


def options_of(parsed: Mapping[str, Any]) -> Any:
    """:class:`hms_esr.execution.plan.Options` from what Locust has parsed; BadInput for what cannot be read."""
    read = {"time_limit": parsed.get("run_time"), "warp": None}
    for name, reader in (("max_dropped", share), ("max_late", share), ("warp", float)):
        text = parsed.get(name)
        if not text:
            continue
        try:
            read[name] = reader(text)
        except ValueError as error:
            raise BadInput([Problem(f"--{name.replace('_', '-')}", 0, 0, str(error))]) from None
    if read["warp"] is not None and not 0 < float(read["warp"]) <= 100_000:
        raise BadInput(
            [Problem("--warp", 0, 0, f"{read['warp']:g} is no warp; above 0 and at most 100,000 is allowed")]
        )
    given = {name: parsed[name] for name in ("contact", "insecure", "strict")} | read
    given |= {"target": None, "env": parsed["env"] or None, "seed": None, "scale": 1.0, "only": None}
    given |= {"out": Path(parsed["out"]), "variables": parsed["var"], "may_load": tuple(parsed["i_may_load"])}
    given |= {
        "secret_file": Path(parsed["secret_file"]) if parsed["secret_file"] else None,
        "workers": 0,
        "master": False,
    }
    return run_options.options_of(given)


class LocustRuns:
    """Runs as Locust's fields say, at the moment of their start."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed
        command = shlex.join(["locust", *sys.argv[1:]])
        self._front = InteractiveRunner(command=command, city=run_options.city, sinks=FanOut, closing=self._close)

    def figures(self) -> dict[str, Any]:
        """Of the run that goes on or was last."""
        return self._front.live.figures()

    def problem(self, fields: Mapping[str, Any]) -> str:
        """Why a run with these fields is not possible."""
        try:
            return self._front.problem(RunForm.of(fields), options_of(fields))
        except EsrError as error:
            return str(error)

    def new_switch(self) -> StopSwitch:
        """What ends a run."""
        return StopSwitch()

    def wants_users(self, others: bool) -> bool:
        """``--load users``; and ``-u`` where it can mean nothing else."""
        parsed = self._parsed
        if not parsed.load:
            parsed.load = "users" if parsed.num_users is not None and not others else "plan"
        return bool(parsed.load == "users")

    def scenario(self) -> Scenario | None:
        """The scenario that is named, if it can be carried out; otherwise the start will say why not."""
        fields = vars(self._parsed)
        try:
            return self._front.planned(RunForm.of(fields), options_of(fields))[1].scenario
        except EsrError:
            return None

    def closed(self, alone: bool) -> tuple[Any, Any]:
        """For plain users; the city is started by who is alone or the master, and told to workers as the target."""
        fields = vars(self._parsed)
        assignment, guard, city_url = self._front.closed(RunForm.of(fields), options_of(fields), look=alone)
        if city_url:
            self._parsed.target = city_url
        return assignment, guard

    def close(self) -> None:
        """End what was started for plain users."""
        self._front.close()

    def target(self) -> str:
        """Where a run would go, as far as fields and scenario say; users of other classes go there too."""
        fields = vars(self._parsed)
        try:
            found = self._front.planned(RunForm.of(fields), options_of(fields))[1].target
        except EsrError:
            return ""
        return "" if found == NOBODY_YET else found

    def rehearse(self, face: Any, switch: StopSwitch) -> int:
        """One run over what Locust has: this process or its workers."""
        fields = vars(self._parsed)

        def carrier(load: LoadJob) -> Any:
            def ready(workers: list[dict[str, Any]]) -> None:
                if workers:
                    load.listed(workers)
                load.announce()

            return face.carry(load.assignment, load.guard, load.guard_needs, load.follower, ready, load.listed)

        return self._front.rehearse(RunForm.of(fields), options_of(fields), switch, carrier)

    def _close(self, outcome: RunOutcome, name: str) -> None:
        """The closing lines, on the error stream: Locust's tables and JSON are on the other."""
        from hms_esr.sinks.console import closing_lines

        record, out = outcome.record, Path(self._parsed.out)
        warned = bool(outcome.judgement.warnings)
        following = following_command(name, record.scenario.name, record.manifest.stem, out, warned=warned)
        for line in closing_lines(record, outcome.judgement, outcome.report, f"hms-esr {following}"):
            click.echo(line, err=True)
