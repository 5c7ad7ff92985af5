"""Owns ``hms-esr try``: one person goes through a journey, each step printed, so that it is debugged without a run.

Knows nothing of loads. Secrets, passwords and card numbers are masked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hms_esr.cli.options import Seed, target_problem
from hms_esr.cli.secret_files import read_secrets
from hms_esr.errors import BadInput

if TYPE_CHECKING:
    from hms_esr.engine.user.state import UserState
    from hms_esr.errors import StepFailed
    from hms_esr.html.form_submission import Submission
    from hms_esr.http.response import HttpAnswer
    from hms_esr.schedule.journey_steps import NamedStep
    from hms_esr.steps.expect import Expect
    from hms_esr.steps.step import Step

HELP = """Send one person and print each step: request, fields sent (secrets masked), status, title, what was saved.

Pauses are left out. Without a target the embedded city is started for it. Exit code 0 when the journey was completed
(or waits for a decision), 1 when a step failed.

\b
hms-esr try scenarios/schedule_f.yml
hms-esr try mine.yml --target http://127.0.0.1:8000 --only 17
"""
SECRET_NAMES = ("secret", "token", "card", "cvc", "cvv", "csrf", "ssn")


class Printer:
    """Prints what one person does. ``secrets`` are replaced wherever they would show."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        from hms_esr.store.masking import Mask

        self._mask = Mask(secrets, shortest=1)
        self._step = ""
        self._person: UserState | None = None
        self._told = 0
        self._alert = ""

    def render(self, text: str) -> None:
        """A line, secrets masked."""
        click.echo(self._mask.text(text))

    def over(self) -> None:
        """Nothing more comes: steps that sent nothing since the last request are told."""
        self._tell_alert()
        if self._person is not None:
            self._quiet_steps(self._person)

    def _quiet_steps(self, virtual_user: UserState) -> None:
        """Steps before the one under way that sent nothing, so that nobody heard of them."""
        for named in virtual_user.steps[self._told : virtual_user.at]:
            if not named.step.sends:
                self._step = named.name
                self.render(f"\n{named.name}\n  {what_it_did(named.step)}")
        self._told = max(self._told, virtual_user.at)

    def _tell_alert(self) -> None:
        """What the last page says went wrong, though its status is a good one and no step minded."""
        if self._alert:
            self.render(f"  the page says: {self._alert}")
        self._alert = ""

    def _head(self, virtual_user: UserState) -> None:
        self._person = virtual_user
        self._tell_alert()
        self._quiet_steps(virtual_user)
        self._told = virtual_user.at + 1
        if virtual_user.where != self._step:
            self._step = virtual_user.where
            self.render(f"\n{virtual_user.where}")

    def exchanged(self, virtual_user: UserState, hop: HttpAnswer) -> None:
        """One request and its answer."""
        from hms_esr.html.error_messages import alert_text
        from hms_esr.html.page import page_of

        self._head(virtual_user)
        if hop.failure is not None:
            self.render(f"  {hop.method} {hop.url} → no answer: {hop.failure.message}")
            return
        took_ms = (hop.ended_at - hop.started_at) * 1000
        title = "" if hop.redirected or "html" not in hop.media_type else f"  “{page_of(hop).title}”"
        onward = f"  → {hop.header('location')}" if hop.redirected else ""
        self.render(f"  {hop.method} {hop.url} → {hop.status}  {took_ms:.0f} ms{title}{onward}")
        self._alert = "" if hop.redirected else alert_text(hop)

    def submitted(self, virtual_user: UserState, sent: Submission) -> None:
        """The fields of a form."""
        self._head(virtual_user)
        password = virtual_user.fields.get("password", "")
        for name, value in sent.sent:
            masked = name in sent.secret or (value and value == password) or _looks_secret(name, value)
            self.render(f"    {name} = {'***' if masked and value else value}")

    def saved(self, virtual_user: UserState, names: tuple[str, ...]) -> None:
        """What a step saved."""
        for name in names:
            self.render(f"    saved {name} = {virtual_user.vars[name]}")

    def failed(self, virtual_user: UserState, named: NamedStep, failure: StepFailed) -> None:
        """Why a step failed; the failure has the page's own words."""
        self._alert = ""
        self._head(virtual_user)
        self.render(f"  FAILED at {named.name}: {failure.message}")


def _looks_secret(name: str, value: str) -> bool:
    """A card's or a token's value by the field's name; a choice such as ``card = visa`` is no secret."""
    return any(word in name.lower() for word in SECRET_NAMES) and sum(letter.isdigit() for letter in value) >= 3


def what_it_did(step: Step) -> str:
    """A step that sends nothing, in words: what was filled, attached, checked."""
    from hms_esr.steps.await_ import Await
    from hms_esr.steps.expect import Expect
    from hms_esr.steps.fill import Fill
    from hms_esr.steps.think import Think
    from hms_esr.steps.upload import AttachFile

    if isinstance(step, Fill):
        return f"filled in {', '.join(step.texts())}"
    if isinstance(step, AttachFile):
        return f"attached {', '.join(step.sent_files())}"
    if isinstance(step, Expect):
        return f"as expected: {', '.join(_expected(step))}"
    if isinstance(step, Think):
        return "the pause is left out"
    return "looks for the decision" if isinstance(step, Await) else "done; nothing was sent"


def _expected(step: Expect) -> Iterator[str]:
    if step.status is not None:
        yield f"status {' or '.join(map(str, step.status))}"
    if step.page is not None:
        yield f"page {step.page}"
    if step.text is not None:
        yield f"the text “{step.text}”"
    yield from (f"{path} is {value}" for path, value in (step.json_values or {}).items())


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
    import_module(
        "hms_esr.engine.start_loop.local_runner"
    )  # first: Locust patches the standard library when it is imported
    from hms_esr.cli.run_options import city, pairs
    from hms_esr.execution.plan import Options, make_plan, needs_city
    from hms_esr.execution.preflight import preflight
    from hms_esr.http.setup_request import guard_for, trust_of
    from hms_esr.library import load_scenario

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
            trust = trust_of(plan.scenario.http, options.insecure)
            guard = guard_for(plan.named, options.may_load, own=[city_url] if city_url else [], trust=trust)
        except BadInput as error:
            raise target_problem(error) from None
        preflight(plan.target, guard, plan.run_id, plan.scenario.http, insecure=options.insecure)
        return _try(plan, guard, tuple(options.secrets.values()))


def _try(plan: Any, guard: Any, secrets: tuple[str, ...]) -> int:
    from hms_esr.engine.user.step_runner import run_person, run_steps
    from hms_esr.execution.plan import SETUP_ROLE
    from hms_esr.sinks.phrases import UNNAMED

    variables = dict(plan.options.variables)
    assignment = plan.assignment(variables, plan.target)
    arrival = plan.schedule().arrival(plan.options.only)
    city = "" if plan.target_requested else UNNAMED
    click.echo(f"person {arrival.person_no}, {arrival.role}, at {plan.target}{city}")
    printer = Printer(secrets)
    if plan.scenario.before:
        before = run_steps(assignment, guard, plan.scenario.before, SETUP_ROLE)
        if before.state != "completed":
            printer.render(f"before: step '{before.where}' failed: {before.reason or before.state}")
            run_steps(assignment, guard, plan.scenario.after, SETUP_ROLE)
            return 1
        variables |= before.vars
        assignment = plan.assignment(variables, plan.target)
    once = run_person(assignment, guard, arrival.person_no, trace=printer)
    printer.over()
    if plan.scenario.after:
        run_steps(assignment, guard, plan.scenario.after, SETUP_ROLE)
    if once.waits_for is not None:
        printer.render(f"\nwaits for “{once.waits_for.status}” behind {once.waits_for.url}; a run would look in time")
    else:
        printer.render(f"\n{once.state}" + (f": {once.reason}" if once.reason else ""))
    return 0 if once.state in ("completed", "waiting") else 1
