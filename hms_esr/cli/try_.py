"""Owns ``hms-esr try``: one person goes through a journey, each step printed, so that it is debugged without a run.

Knows nothing of loads. Secrets, passwords and card numbers are masked.
"""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hms_esr.cli.options import Seed, target_problem
from hms_esr.cli.run import read_secrets
from hms_esr.errors import BadInput

if TYPE_CHECKING:
    from hms_esr.engine.acting import Acting
    from hms_esr.engine.client_answer import HttpAnswer
    from hms_esr.engine.forms import Submission
    from hms_esr.engine.performer import Performer
    from hms_esr.errors import StepFailed
    from hms_esr.scenario.unfold import NamedStep

HELP = """Send one person and print each step: request, fields sent (secrets masked), status, title, what was saved.

Pauses are left out. Without a target the embedded city is started for it. Exit code 0 when the journey was completed
(or waits for a decision), 1 when a step failed.

\b
hms-esr try scenarios/schedule_f.yml
hms-esr try mine.yml --target http://127.0.0.1:8000 --only 17
"""
SECRET_NAMES = ("password", "passwd", "secret", "token", "card", "cvc", "cvv", "csrf", "ssn")


class Printer:
    """Prints what one person does. ``secrets`` are replaced wherever they would show."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = [text for text in secrets if text]
        self._step = ""
        self._vars: dict[str, str] = {}

    def _say(self, text: str) -> None:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        click.echo(text)

    def _head(self, performer: Acting) -> None:
        if performer.where != self._step:
            self._step = performer.where
            self._say(f"\n{performer.where}")

    def exchanged(self, performer: Acting, hop: HttpAnswer) -> None:
        """One request and its answer."""
        self._head(performer)
        if hop.failure is not None:
            self._say(f"  {hop.method} {hop.url} → no answer: {hop.failure.message}")
            return
        took_ms = (hop.ended_at - hop.started_at) * 1000
        title = "" if hop.redirected or "html" not in hop.media_type else f"  “{hop.page.title}”"
        onward = f"  → {hop.header('location')}" if hop.redirected else ""
        self._say(f"  {hop.method} {hop.url} → {hop.status}  {took_ms:.0f} ms{title}{onward}")

    def submitted(self, performer: Acting, sent: Submission) -> None:
        """The fields of a form."""
        self._head(performer)
        for name, value in sent.sent:
            masked = name in sent.secret or any(word in name.lower() for word in SECRET_NAMES)
            self._say(f"    {name} = {'***' if masked and value else value}")

    def saved(self, performer: Performer, names: tuple[str, ...]) -> None:
        """What a step saved."""
        for name in names:
            self._say(f"    saved {name} = {performer.vars[name]}")

    def failed(self, performer: Performer, named: NamedStep, failure: StepFailed) -> None:
        """Why a step failed."""
        self._head(performer)
        self._say(f"  FAILED at {named.name}: {failure.message}")


@click.command(help=HELP)
@click.argument("file", metavar="FILE|NAME")
@click.option("--target", metavar="URL", help="System under test; wins over the scenario's.")
@click.option("--env", metavar="NAME", help="Which of the scenario's targets.")
@click.option("--only", type=click.IntRange(0), default=0, show_default=True, metavar="K", help="Which person.")
@click.option("--seed", type=Seed(), help="Wins over the scenario's.")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A value for vars.")
@click.option("--secret-file", type=click.Path(path_type=Path, dir_okay=False), help="Lines NAME=VALUE for secrets.")
@click.option("--i-may-load", "may_load", multiple=True, metavar="HOST[:PORT]", help="You are allowed to load it.")
@click.option("--insecure", is_flag=True, help="Do not verify TLS certificates.")
def command(file: str, **given: Any) -> int:
    """See HELP."""
    import_module("hms_esr.engine.local")  # first: Locust patches the standard library when it is imported
    from hms_esr.cli.run import city, pairs
    from hms_esr.guarding import guard_for, preflight
    from hms_esr.library import load_scenario
    from hms_esr.plan import Options, make_plan, needs_city

    variables = pairs("--var", given["variables"])
    loaded = load_scenario(file, variables=variables)
    options = Options(
        target=given["target"],
        env=given["env"],
        seed=given["seed"],
        only=given["only"],
        variables=variables,
        secrets=read_secrets(given["secret_file"]),
        may_load=given["may_load"],
        insecure=given["insecure"],
    )
    with ExitStack() as stack:
        city_url = stack.enter_context(city()) if needs_city(loaded.scenario, options) else ""
        plan = make_plan(loaded, options, city_url=city_url)
        try:
            guard = guard_for(plan.named, options.may_load, own=[city_url] if city_url else [])
        except BadInput as error:
            raise target_problem(error) from None
        preflight(plan.target, guard, plan.run_id, plan.scenario.http)
        return _try(plan, guard, tuple(options.secrets.values()))


def _try(plan: Any, guard: Any, secrets: tuple[str, ...]) -> int:
    from hms_esr.engine.once import carry_out_person, carry_out_steps
    from hms_esr.plan import SETUP_ROLE

    variables = dict(plan.options.variables)
    assignment = plan.assignment(variables, plan.target)
    arrival = plan.crowd().arrival(plan.options.only)
    click.echo(f"person {arrival.k}, {arrival.role}, at {plan.target}")
    if plan.scenario.before:
        variables |= carry_out_steps(assignment, guard, plan.scenario.before, SETUP_ROLE).vars
        assignment = plan.assignment(variables, plan.target)
    once = carry_out_person(assignment, guard, arrival.k, watcher=Printer(secrets))
    if plan.scenario.after:
        carry_out_steps(assignment, guard, plan.scenario.after, SETUP_ROLE)
    if once.waits_for is not None:
        click.echo(f"\nwaits for “{once.waits_for.status}” behind {once.waits_for.url}; a run would look in time")
    else:
        click.echo(f"\n{once.state}" + (f": {once.reason}" if once.reason else ""))
    return 0 if once.state in ("completed", "waiting") else 1
