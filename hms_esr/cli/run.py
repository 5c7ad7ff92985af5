"""Owns ``hms-esr run``: reads options, starts the city when nobody named a target, ends with the worst exit code.

Knows nothing of how a run is put together.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import click

from hms_esr.cli.closing import closing
from hms_esr.cli.influx_options import connection_of, influx_options, influx_sink, refuse_influx
from hms_esr.cli.options import SCALE, WARP, Seed, run_id
from hms_esr.cli.run_options import city, options_of, pairs
from hms_esr.errors import BadInput, EnvironmentProblem, EsrError, Problem
from hms_esr.units import duration_s, share

if TYPE_CHECKING:
    from hms_esr.edu.live.page_process import PageProcess
    from hms_esr.events import Sink
    from hms_esr.execution.stop_switch import StopSwitch
    from hms_esr.library.loading import LoadedScenario
    from hms_esr.sinks.fanout import FanOut
    from hms_esr.sinks.influx.connection import InfluxConnection

WORST_FIRST = (2, 4, 130, 70, 3, 1, 0)
HELP = """Carry rehearsals out and judge them.

FILE is a scenario's file or name; names are looked for in ./ and scenarios/. Without a target the embedded city is
started for the run. Results go to results/<run id>/, the report also to results/<file>_report.html.

\b
hms-esr run scenarios/schedule_f.yml
hms-esr run tuition_grant --warp 10 --scale 0.5
hms-esr run mine.yml --target http://127.0.0.1:8000 --seed 2
hms-esr run --tag high_risk                     every scenario with that tag
hms-esr run schedule_f --only 17                person 17 alone, with the same data

\b
Exit codes: 0 PASS, 1 FAIL, 2 bad input, 3 INVALID, 4 target, port or place to write not there,
70 a fault of hms-esr itself, 130 interrupted.
"""


def _duration(_: Any, option: click.Parameter, value: str | None) -> float | None:
    return _read(option, value, duration_s)


def _share(_: Any, option: click.Parameter, value: str | None) -> float | None:
    return _read(option, value, share)


def _read(option: click.Parameter, value: str | None, read: Callable[[str], float]) -> float | None:
    try:
        return None if value is None else read(value)
    except ValueError as error:
        raise BadInput([Problem(option.opts[0], 0, 0, str(error))]) from None


@click.command(help=HELP)
@click.argument("files", metavar="[FILE|NAME]...", nargs=-1)
@click.option("--target", metavar="URL", help="System under test; wins over the scenario's.")
@click.option("--env", metavar="NAME", help="Which of the scenario's targets.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only scenarios with this tag.")
@click.option("--seed", type=Seed(), help="Same seed, same people; wins over the scenario's.")
@click.option("--scale", type=SCALE, default=1.0, show_default=True, help="Times as many.")
@click.option("--warp", type=WARP, help="Simulated seconds per real second.")
@click.option("--time-limit", callback=_duration, metavar="D", help="Stop after D of real time (INVALID if too early).")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"), show_default=True)
@click.option("--workers", type=click.IntRange(0, 249), default=0, metavar="N", help="Spread over N processes here.")
@click.option("--master", is_flag=True, help="Wait for workers of other machines; prints how they join.")
@click.option("--bind", default="127.0.0.1:0", metavar="HOST:PORT", help="Where --master listens.")
@click.option("--expect-workers", type=click.IntRange(1, 248), default=1, metavar="N", help="So many, then it begins.")
@click.option("--wait", callback=_duration, default="60s", metavar="D", help="How long --master waits for them.")
@click.option("--cluster-secret-file", type=click.Path(path_type=Path, dir_okay=False), help="Who has it may join.")
@click.option("--web", is_flag=True, help="Wait for Start in Locust's web UI, as often as you like.")
@click.option("--web-host", default="127.0.0.1", metavar="HOST", help="Where --web listens.")
@click.option("--web-port", type=click.IntRange(0, 65535), default=8089, metavar="P", help="Its port (0: any).")
@click.option(
    "--web-login", type=click.Path(path_type=Path, dir_okay=False), help="A file with one line name:password."
)
@click.option("--web-open", is_flag=True, help="No login, though others can reach --web-host.")
@click.option("--only", type=click.IntRange(0), metavar="K", help="Person K alone, with the same data and choices.")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A value for vars.")
@click.option("--secret-file", type=click.Path(path_type=Path, dir_okay=False), help="Lines NAME=VALUE for secrets.")
@click.option("--i-may-load", "may_load", multiple=True, metavar="HOST[:PORT]", help="You are allowed to load it.")
@click.option("--contact", default="", metavar="MAIL", help="Told to the target in the User-Agent.")
@click.option("--insecure", is_flag=True, help="Do not verify TLS certificates (the report says so).")
@click.option("--watch", is_flag=True, help="Show people and faults as they come.")
@click.option("--quiet", is_flag=True, help="Only the closing lines.")
@click.option(
    "--dashboard",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Port of the live page (or the next free one); 5050 from a terminal, none elsewhere.",
)
@click.option("--no-dashboard", is_flag=True, help="No live page.")
@click.option("--strict", is_flag=True, help="Warnings fail; files to upload must exist.")
@click.option("--max-dropped", callback=_share, default="1%", show_default=True, help="Most people dropped or lost.")
@click.option("--max-late", callback=_share, default="1%", show_default=True, help="Most people over 100 ms late.")
@influx_options
@click.option("--run-id", hidden=True, default="", callback=run_id)
@click.option("--stem", hidden=True, default="")
@click.option("--sent-in", hidden=True, is_flag=True)
@click.option("--target-requested", hidden=True, default="")
def command(**given: Any) -> int:
    """See HELP."""
    import_module(
        "hms_esr.engine.start_loop.local_runner"
    )  # first: Locust patches the standard library when it is imported
    if given["web"]:
        refuse_influx(given, "--web")
        served: int = import_module("hms_esr.cli.web").serve(given)
        return served
    names = _names(given["files"], given["tags"])
    codes = []
    switch = _switch()
    for name in names:
        try:
            codes.append(_run_one(name, given, switch))
        except EsrError as error:
            if len(names) == 1:
                raise
            click.echo(f"{name}: {error}", err=True)
            codes.append(error.exit_code)
        if switch.presses:
            break
    return next(code for code in WORST_FIRST if code in codes)


def _names(files: tuple[str, ...], tags: tuple[str, ...]) -> list[str]:
    from hms_esr.library import all_scenarios, load_scenario

    if not files and not tags:
        raise BadInput([Problem("run", 0, 0, "name a scenario, such as scenarios/schedule_f.yml, or a --tag")])
    if not tags:
        return list(files)
    if files:
        found = [name for name in files if set(tags) & set(load_scenario(name).scenario.tags)]
    else:
        found = [str(one.path) for one in all_scenarios() if set(tags) & set(one.tags)]
    if not found:
        raise BadInput([Problem("--tag", 0, 0, f"no scenario has the tag {', '.join(tags)}")])
    return found


def _switch() -> StopSwitch:
    from hms_esr.execution.stop_switch import StopSwitch

    switch = StopSwitch()

    def press(number: int, _: Any) -> None:
        switch.press("by the operator" if number == signal.SIGINT else "by a signal to end")
        again = "; once more to leave out `after`" if switch.presses == 1 else " without `after`"
        os.write(2, f"Stopping: faults are undone and the report is written{again}\n".encode())

    signal.signal(signal.SIGINT, press)
    signal.signal(signal.SIGTERM, press)
    return switch


def _invite(line: str) -> None:
    click.echo(f"Workers join with: hms-esr worker {line} --cluster-secret-file FILE")


def _run_one(name: str, given: dict[str, Any], switch: StopSwitch) -> int:
    from dataclasses import replace

    from hms_esr.execution.execute import execute_run
    from hms_esr.execution.plan import make_plan, needs_city

    connection = connection_of(given)
    loaded = _loaded(name, given)
    options = options_of(given)
    with ExitStack() as stack:
        city_url = ""
        if needs_city(loaded.scenario, options):
            make_plan(loaded, options, city_url="http://127.0.0.1:1")
            city_url = stack.enter_context(city())
        plan = make_plan(loaded, options, city_url=city_url, run_id=given["run_id"])
        plan = replace(plan, target_requested=given["target_requested"] or plan.target_requested)
        stack.enter_context(_folder(options.out))
        if page := _page(given, plan.run_id):
            stack.push(page.given_up)
        sinks = _sinks(given, plan.folder, connection)
        stack.callback(sinks.close)
        outcome = execute_run(plan, sinks, switch, command=_command(), city_url=city_url, invite=_invite)
        sinks.close()
    closing(outcome, name, options.out)
    return outcome.judgement.exit_code


def _loaded(name: str, given: dict[str, Any]) -> LoadedScenario:
    """The scenario that is meant; one that was sent to a control plane stands in a file of its own."""
    from dataclasses import replace

    from hms_esr.library import load_scenario
    from hms_esr.library.posted import load_sent

    variables = pairs("--var", given["variables"])
    if given["sent_in"]:
        loaded = load_sent(Path(name), variables=variables, without_targets=bool(given["target_requested"]))
    else:
        loaded = load_scenario(name, variables=variables)
    return replace(loaded, stem=given["stem"]) if given["stem"] else loaded


@contextmanager
def _folder(out: Path) -> Iterator[None]:
    """``out``, found to be a folder that can be written before anybody starts; taken away again if nothing came in."""
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=out).close()
    except OSError as error:
        raise EnvironmentProblem(f"--out {out}  cannot be written: {(error.strerror or str(error)).lower()}") from None
    try:
        yield
    finally:
        if made:
            with suppress(OSError):
                out.rmdir()


def _page(given: dict[str, Any], run: str) -> PageProcess | None:
    """The run's live page, in a process of its own, where somebody can see it; its address is printed."""
    wanted = given["dashboard"]
    unseen = given["quiet"] or not sys.stdout.isatty()
    if given["no_dashboard"] or (wanted is None and unseen):
        return None
    from hms_esr.edu.live.page_process import PORT, PageProcess

    port = PORT if wanted is None else wanted
    page = PageProcess(given["out"], run, port=port)
    taken = f"   (port {port} is taken)" if port and page.port != port else ""
    click.echo(f"Live page: {page.url}{taken}")
    return page


def _sinks(given: dict[str, Any], folder: Path, connection: InfluxConnection | None) -> FanOut:
    from hms_esr.sinks import SINKS
    from hms_esr.sinks.fanout import FanOut

    def loudly(text: str) -> None:
        click.echo(text, err=True)

    sinks: list[Sink] = [] if given["quiet"] else [SINKS.get("console")(watch=given["watch"])]
    if connection is not None:
        sinks.append(influx_sink(connection, folder, sinks[0] if sinks else None, loudly))
    return FanOut(sinks, loudly)


def _command() -> str:
    return shlex.join(["hms-esr", *sys.argv[1:]])
