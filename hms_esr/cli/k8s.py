"""Owns ``hms-esr k8s``: one run in a Kubernetes cluster, rendered, carried out, followed to its verdict.

Knows nothing of manifests or of kubectl's answers.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hms_esr.cli.options import run_id as _run_id
from hms_esr.errors import BadInput, EnvironmentProblem, Problem
from hms_esr.units import duration_s

if TYPE_CHECKING:
    from hms_esr.kubernetes.order import Order
    from hms_esr.library.loading import LoadedScenario

RUN_HELP = """Carry a rehearsal out in a cluster, over N workers, and judge it.

Makes everything the run needs (scenario and its files, master, workers, openings), shows what it prints, fetches its
results, takes everything away; ends with the run's exit code. Without kubectl, or with --render: prints the YAML.
Options of hms-esr run follow --.

\b
hms-esr k8s run schedule_f --workers 2
hms-esr k8s run mine.yml --workers 20 --overlay production --target http://portal.staging.svc \\
    -- --i-may-load portal.staging.svc --scale 4
hms-esr k8s run mine.yml --workers 2 --render | kubectl create -f -

\b
Exit codes: those of hms-esr run; 4 also when there is no kubectl, no room or no image.
"""
OURS = ("master", "bind", "expect_workers", "wait", "cluster_secret_file", "run_id", "out", "workers", "target")
ELSEWHERE = {
    "secret_file": "make a Secret with entries ESR_SECRET_X and name it with --secrets",
    "web": "there is no web UI in a cluster",
    "dashboard": "forward a port of the control tower instead",
    "only": "is always one process; use hms-esr run",
    "influx": "give --influx before the --",
    "influx_token_file": "the token comes from the Secret hms-esr-influx",
}
IMAGES = {"local": "hms-esr:0.1.0", "production": "registry.example.gov/hms-esr:0.1.0"}
CITY = "http://city:9800"


@click.group(help="Rehearsals in a Kubernetes cluster.")
def command() -> None:
    """Its commands."""


@command.command("run", help=RUN_HELP)
@click.argument("file", metavar="FILE|NAME")
@click.argument("options", metavar="[-- OPTIONS]", nargs=-1, type=click.UNPROCESSED)
@click.option("--workers", type=click.IntRange(1, 248), required=True, metavar="N", help="Pods that send people.")
@click.option("--max-workers", type=click.IntRange(0, 248), default=0, metavar="M", help="Grow up to M with the load.")
@click.option("--target", metavar="URL", help="System under test, as pods reach it.")
@click.option("--open", "openings", multiple=True, metavar="CIDR", help="A private network people are sent to.")
@click.option("--overlay", type=click.Choice(["local", "production"]), default="local", show_default=True)
@click.option("--namespace", default="hms-esr", show_default=True, metavar="NS")
@click.option("--context", default="", metavar="NAME", help="kubectl's context; the current one without it.")
@click.option("--image", metavar="IMG", help="The overlay's without it.")
@click.option("--cpu", default="1", show_default=True, metavar="N", help="Processors of each pod.")
@click.option("--memory", default="1Gi", show_default=True, metavar="SIZE", help="Memory of each pod.")
@click.option("--secrets", default="", metavar="NAME", help="A Secret with entries ESR_SECRET_X for the scenario.")
@click.option("--influx", default="http://influxdb:8086", show_default=True, metavar="URL", help="Where points go.")
@click.option("--no-influx", is_flag=True, help="Stream nothing.")
@click.option("--wait", default="5m", show_default=True, metavar="D", help="How long to wait for pods and workers.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"), show_default=True)
@click.option("--leave", is_flag=True, help="Take nothing away at the end.")
@click.option("--render", is_flag=True, help="Print the YAML; touch no cluster.")
@click.option("--run-id", default="", callback=_run_id, metavar="ID", help="The run's id; a new one without it.")
def run(**given: Any) -> int:
    """See RUN_HELP."""
    from hms_esr.kubernetes.kubectl import find_kubectl
    from hms_esr.launch.kubernetes.manifests import as_yaml, manifests, needs_label

    order = _order(given)
    made = manifests(order)
    if given["render"]:
        click.echo(as_yaml(made), nl=False)
        return 0
    kubectl = find_kubectl(order.namespace, given["context"])
    if kubectl is None:
        click.echo(as_yaml(made), nl=False)
        raise EnvironmentProblem("There is no kubectl on the path, so nothing was started; the YAML is above.")
    if namespace := needs_label(order):
        _tell(f"Pods reach {namespace} when its owner says so: kubectl label namespace {namespace} hms-esr/target=true")
    from hms_esr.launch.kubernetes.job_follower import JobFollower

    with _signals_interrupt():
        return JobFollower(kubectl, order, _tell).run(given["out"], leave=given["leave"])


@command.command("keep", hidden=True)
@click.option("--for", "kept", default="10m", metavar="D")
def keep(kept: str) -> None:
    """Stay until the run beside this container has been over for a while."""
    from hms_esr.kubernetes.order import MASTER_PORT
    from hms_esr.launch.kubernetes.results_keeper import keep as stay
    from hms_esr.launch.kubernetes.results_keeper import listens

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the first process of a container dies of nothing by itself
    stay(lambda: listens(MASTER_PORT), duration_s(kept))


@command.command("hand-over", hidden=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path("results"))
def hand_over(out: Path) -> None:
    """Write results to the standard output, as a tar."""
    from hms_esr.launch.kubernetes.results_keeper import hand_over as pack

    pack(out, sys.stdout.buffer)


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP (unless ignored, as under nohup) are Ctrl-C: the run is stopped, its objects are deleted."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(text: str) -> None:
    with suppress(OSError):  # a closed terminal must not keep the run's objects from being deleted
        click.echo(text, err=True)


def _order(given: dict[str, Any]) -> Order:
    """What is asked for; BadInput with every mistake of the scenario, and for what cannot be in a cluster."""
    from hms_esr.cli.run_options import pairs
    from hms_esr.execution.plan import new_run_id
    from hms_esr.kubernetes.order import Order
    from hms_esr.launch.kubernetes.bundle import scenario_files
    from hms_esr.library import load_scenario

    told = _run_options(given["options"])
    loaded = load_scenario(given["file"], variables=pairs("--var", told.get("variables", ())))
    assert loaded.path is not None
    target, options = _target(given, told, _own_target(loaded, told))
    try:
        wait_s = duration_s(given["wait"])
    except ValueError as error:
        raise BadInput([Problem("--wait", 0, 0, str(error))]) from None
    return Order(
        run_id=given["run_id"] or new_run_id(loaded.scenario.name),
        scenario=loaded.path.name,
        files=scenario_files(loaded),
        workers=given["workers"],
        most_workers=_most_workers(given),
        namespace=given["namespace"],
        image=given["image"] or IMAGES[given["overlay"]],
        options=options,
        target=given["target"] or ("" if _own_target(loaded, told) else target),
        address=target,
        openings=given["openings"],
        wait_s=wait_s,
        secrets=given["secrets"],
        influx="" if given["no_influx"] else given["influx"],
        cpu=given["cpu"],
        memory=given["memory"],
    )


def _most_workers(given: dict[str, Any]) -> int:
    most, workers = given["max_workers"], given["workers"]
    if most and most < workers:
        raise BadInput([Problem("--max-workers", 0, 0, f"{most} is less than --workers {workers}")])
    return int(most)


def _own_target(loaded: LoadedScenario, told: dict[str, Any]) -> str:
    """The scenario's own target; empty when it names none (an unknown --env is the run's to refuse)."""
    targets = loaded.scenario.targets
    usual = "default" if "default" in targets else next(iter(targets), "")
    one = targets.get(told.get("env", usual))
    return one.url if one is not None else ""


def _target(given: dict[str, Any], told: dict[str, Any], own: str) -> tuple[str, tuple[str, ...]]:
    """Where people go, and the options for the run; with the local overlay the city stands in for a missing target."""
    from hms_esr.control.settings import is_loopback
    from hms_esr.kubernetes.objects import place_of

    options: tuple[str, ...] = given["options"]
    address = given["target"] or own
    if not address and given["overlay"] != "local":
        raise BadInput([Problem("--target", 0, 0, "the scenario names no target, and there is no city in production")])
    if not address:
        place = CITY.removeprefix("http://")
        return CITY, options if place in told.get("may_load", ()) else (*options, "--i-may-load", place)
    if is_loopback(place_of(address).host):
        text = f"{address} is, in a pod, the pod itself; name the target as pods reach it"
        raise BadInput([Problem("--target", 0, 0, f"{text}, such as http://portal.staging.svc")])
    return address, options


def _run_options(options: tuple[str, ...]) -> dict[str, Any]:
    """What follows ``--``, read as ``hms-esr run`` reads it; BadInput for options that are not for a cluster."""
    from hms_esr.cli.run import command as run_command

    try:
        context = click.Context(run_command)
        parsed, _, seen = run_command.make_parser(context).parse_args(list(options))
    except click.UsageError as error:
        raise BadInput([Problem("after --", 0, 0, error.format_message())]) from None
    given = {str(one.name) for one in seen}
    told = {name: value for name, value in parsed.items() if name in given}
    problems = [
        Problem(
            f"--{name.replace('_', '-')}", 0, 0, "is set by hms-esr k8s run; give it before the --, or leave it out"
        )
        for name in OURS
        if name in told
    ]
    problems += [Problem(f"--{name.replace('_', '-')}", 0, 0, why) for name, why in ELSEWHERE.items() if name in told]
    files = told.pop("files", ())
    if isinstance(files, tuple) and files:
        text = f"'{' '.join(map(str, files))}': one scenario a run; options of hms-esr run follow --"
        problems.append(Problem("after --", 0, 0, text))
    if problems:
        raise BadInput(problems)
    return told
