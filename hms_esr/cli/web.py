"""Owns ``hms-esr run --web``: runs started and stopped in Locust's web UI, with our options and our verdicts.

Knows nothing of pages.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from hms_esr.cli import run_options
from hms_esr.cli.closing import closing
from hms_esr.cli.locust_fields import form_fields
from hms_esr.engine.locust_plugin.web.login import read_login
from hms_esr.engine.locust_plugin.web.origins import is_loopback
from hms_esr.engine.locust_plugin.web.window import Window
from hms_esr.engine.start_loop.local_runner import LoadResult
from hms_esr.errors import BadInput, EsrError, Problem
from hms_esr.execution.execute import LoadJob, RunOutcome, drive_load
from hms_esr.execution.plan import Options
from hms_esr.execution.stop_switch import StopSwitch
from hms_esr.launch.interactive import NOBODY_YET, InteractiveRunner, RunForm
from hms_esr.sinks.fanout import FanOut


def serve(given: dict[str, Any]) -> int:
    """The web UI until Ctrl-C; the exit code of the last run."""
    files = given["files"]
    if len(files) > 1 or given["tags"] or given["only"] is not None:
        raise BadInput([Problem("--web", 0, 0, "takes one scenario at most, no --tag and no --only")])
    host, login = given["web_host"], _login(given["web_login"])
    if not is_loopback(host) and login is None and not given["web_open"]:
        text = "others can reach it; give --web-login FILE (one line name:password), or --web-open if that is meant"
        raise BadInput([Problem(f"--web-host {host}", 0, 0, text)])
    options = run_options.options_of(given)
    seed, scale = given["seed"], given["scale"]
    first = RunForm(
        files[0] if files else "",
        "" if scale == 1 else f"{scale:g}",
        "" if seed is None else str(seed),
        given["target"] or "",
    )
    runs = WebRuns(replace(options, seed=None, scale=1.0, target=None))
    invitation = options.invitation
    workers = invitation.expect if invitation is not None else options.workers if options.workers > 1 else 0
    runs.window = Window(
        runs,
        lambda parser: form_fields(parser, first),
        host=host,
        port=given["web_port"],
        login=login,
        workers=workers,
    )
    shown = "127.0.0.1" if host in ("*", "0.0.0.0", "") else host
    return runs.window.serve(lambda port: click.echo(f"Web UI: http://{shown}:{port}   (Ctrl-C ends it)"))


def _login(path: Path | None) -> tuple[str, str] | None:
    if path is None:
        return None
    try:
        return read_login(path.read_text(encoding="utf-8"), f"--web-login {path}")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput([Problem(f"--web-login {path}", 0, 0, f"cannot be read: {error}")]) from None


class WebRuns:
    """Runs as the form says; everything else is as on the command line."""

    window: Window

    def __init__(self, options: Options) -> None:
        self._options = options
        command = shlex.join(["hms-esr", *sys.argv[1:]])
        self._front = InteractiveRunner(command=command, city=run_options.city, sinks=FanOut, closing=self._close)

    def figures(self) -> dict[str, Any]:
        """Of the run that goes on or was last."""
        return self._front.live.figures()

    def problem(self, fields: Mapping[str, Any]) -> str:
        """Why a run with these fields is not possible."""
        return self._front.problem(RunForm.of(fields), self._options)

    def new_switch(self) -> StopSwitch:
        """What ends a run."""
        return StopSwitch()

    @property
    def _wish(self) -> RunForm:
        return RunForm.of(vars(self.window.environment.parsed_options))

    def target(self) -> str:
        """Where a run would go."""
        try:
            found = self._front.planned(self._wish, self._options)[1].target
        except EsrError:
            return ""
        return "" if found == NOBODY_YET else found

    def rehearse(self, face: Any, switch: StopSwitch) -> int:
        """One run, in this process on Locust's runner, or over workers of ours."""

        def here(load: LoadJob) -> LoadResult:
            finished: LoadResult = face.carry(
                load.assignment, load.guard, load.guard_needs, load.follower, lambda _: load.announce(), load.listed
            )
            return finished

        def over_workers(load: LoadJob) -> LoadResult:
            told: Any = self.window.told(load.follower)
            return drive_load(replace(load, follower=told))

        carrier = here if self.window.runner is None else over_workers
        return self._front.rehearse(self._wish, self._options, switch, carrier)

    def _close(self, outcome: RunOutcome, name: str) -> None:
        closing(outcome, name, self._options.out)
