"""Owns the measure of a form journey's CPU per request: ours from a file, against the same journey by FastHttpUser.

Never mixes the two: each side is a process of its own, in turn, and the city counts what both sent.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import _form, _ours
from benchmarks._processes import TARGET_CORE, Window, own_core, program, running
from benchmarks._results import ROOT, Figure, Found, Goal
from benchmarks._setup import Setup
from hms_esr.city.process import CityProcess

GOAL = 0.25
PER_PERSON = 6
EACH_PER_S = 5.0
PEER = "FastHttpUser by hand"
LOCUSTFILE = ROOT / "benchmarks" / "peers" / "form_journey_locustfile.py"
SIDES = {
    "ours": "ours from a file",
    "locust": "FastHttpUser by hand",
    "ours, reused": "ours from a file, connections reused by the next person",
    "locust, reused": "FastHttpUser by hand, connections reused by the next person",
    "ours, at full speed": "ours from a file, as fast as one core can",
    "locust, at full speed": "FastHttpUser by hand, as fast as one core can",
}
AT_ONCE = 50
"""People of ours, or users of Locust, at full speed."""
MOST_PER_USER_PER_S = 1000.0
HOW = """Login, form, upload of a 20 kB PDF, submit, with redirects, session cookie and CSRF token: six
requests a person, {rate:g} people a second, against the city on another core. The goal is for one connection
per person: kept through its six requests and closed with the person, on both sides; beside it, both with
connections that the next person goes on using. *At full speed* {at_once} people are always under way, one connection
for each person on both sides, as many a second as one core can; the figure is then free of what waking up costs. The
peer is [hand-written](../benchmarks/peers/form_journey_locustfile.py): token by pattern, multipart by hand, users
reused. The city counts the requests; each run ends with every form of everybody received."""


@dataclass(frozen=True)
class Crowd:
    """Who comes: so many people in so many seconds, at full speed as many as can; ``connections`` as in a scenario."""

    people: int
    length_s: float
    connections: str = "per_person"
    full_speed: bool = False

    @property
    def load(self) -> str:
        """As a scenario says it."""
        if self.full_speed:
            return f"{{concurrent: {AT_ONCE}}}\nduration: {self.length_s:g}s"
        return f"{{people: {self.people}, over: {self.length_s:g}s}}"

    @property
    def users(self) -> int:
        """Locust's users, who are one person after another."""
        return AT_ONCE if self.full_speed else min(self.people, max(1, round(self.people / self.length_s / EACH_PER_S)))

    @property
    def per_user_per_s(self) -> float:
        """People a second that a user is."""
        return MOST_PER_USER_PER_S if self.full_speed else self.people / self.length_s / self.users


def command(side: str, folder: Path, url: str, schedule: Crowd) -> tuple[list[str], dict[str, str]]:
    """A side's command and environment."""
    if side.startswith("ours"):
        file = folder / "journey.yml"
        file.write_text(_form.SCENARIO.format(load=schedule.load, connections=schedule.connections))
        return _ours.run(file, url), {}
    users = str(schedule.users)
    env = {
        "PEOPLE": str(schedule.people),
        "PER_USER_PER_S": str(schedule.per_user_per_s),
        "SCHEDULE_F": str(folder / "schedule_f.pdf"),
        "CONNECTIONS": schedule.connections,
    }
    locust = [*program("locust"), "-f", str(LOCUSTFILE), "--headless", "-u", users, "-r", users]
    return [*locust, "--host", url, "--only-summary", "--skip-log-setup"], env


def see_that_all_came(url: str, people: int, before: int) -> None:
    """See that the city counted exactly six requests a person and received every form; then forget them."""
    table = _form.counts(url)
    rows = _form.rows(table)
    received = rows["POST", "/apply-subsidy", 303]
    if table["requests"] != PER_PERSON * people + before or received != people:
        raise RuntimeError(f"{people} people should send {PER_PERSON} requests each; the city counted {dict(rows)}")
    _form.reset(url)


def window(side: str, folder: Path, url: str, schedule: Crowd, settle_s: float, span_s: float) -> Window:
    """One run of one side, looked at in its middle."""
    line, env = command(side, folder, url, schedule)
    with running(line, folder, env) as process:
        taken = process.window(lambda: _form.requests(url), settle_s, span_s)
        process.end()
    summary = _ours.summary(folder) if side.startswith("ours") else None
    people = summary["people"]["completed"] if summary else schedule.people
    see_that_all_came(url, people, summary["setup_requests"] if summary else 0)
    return taken


def schedule_of(side: str, setup: Setup) -> Crowd:
    """Who comes in a side's turn."""
    if side.endswith("full speed"):
        return Crowd(*setup.size((6000, 5.0), (1500, 3.0)), full_speed=True)
    return Crowd(*setup.size((1250, 5.0), (120, 3.0)), connections="reused" if "reused" in side else "per_person")


def measure(setup: Setup) -> Found:
    """All sides in turn."""
    settle_s, span_s = setup.size((1.0, 2.5), (0.1, 0.3))
    taken: dict[str, list[float]] = {side: [] for side in SIDES if not setup.quick or "reused" not in side}
    with tempfile.TemporaryDirectory() as name, CityProcess() as city:
        own_core(TARGET_CORE, city.pid)
        folder = Path(name)
        _form.prepare(folder)
        for side in setup.turns(list(taken)):
            schedule = schedule_of(side, setup)
            taken[side].append(window(side, folder, city.url, schedule, settle_s, span_s).us_per_request)
    figures = [Figure(f"CPU per request, {SIDES[side]}, µs", values) for side, values in taken.items()]
    if "ours, reused" in taken:
        reused = [a / b for a, b in zip(taken["ours, reused"], taken["locust, reused"], strict=True)]
        figures.append(Figure("ratio, connections reused", reused, 2))
    what = "CPU per request, form journey with a session cookie"
    rate_per_s = round(schedule_of("ours", setup).people / schedule_of("ours", setup).length_s)
    goals = [
        Goal(f"{what}, {when}", taken[f"ours{side}"], "≤", GOAL, "ratio", PEER, taken[f"locust{side}"], unit="µs")
        for when, side in ((f"{rate_per_s} people/s", ""), ("at full speed", ", at full speed"))
    ]
    how = HOW.format(rate=rate_per_s, at_once=AT_ONCE)
    return Found("A form journey against plain Locust", how, figures, goals)
