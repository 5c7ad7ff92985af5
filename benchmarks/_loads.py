"""The loads under which two commits are compared, and one sample of each: CPU µs per request of ``hms-esr run``.

Imports nothing of the package and asks nothing of a commit but its command line, so modules may move between the two.
A sample is a process of its own on the generator's core, looked at in a window in its middle: the CPU time of its whole
process tree by the requests the target counted meanwhile. Starting and ending cost more than a second of CPU, far more
than the window of an open load; subtracting them, from a run of another size, would add their noise to every sample.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import _form, _ours, _targets
from benchmarks._checkouts import Checkout
from benchmarks._processes import running
from benchmarks._setup import Setup

AT_ONCE = 50
STEPS = 200
RATE_PER_S = 2000
LENGTH_S = 60
"""Longer than anybody looks: a run is ended after its window."""
ENVIRONMENT = {"PYTHONPATH": "", "PYTHONHASHSEED": "0"}
"""Nothing of the work tree is imported; and no side is lucky with its hashes."""
CITY_STARTS_IN_S = 30.0


@dataclass(frozen=True, slots=True)
class Target:
    """What is loaded: its address, how many requests it has counted, and a check after each run.

    ``check`` raises RuntimeError when the run did not do what its scenario says.
    """

    url: str
    count: Callable[[], int]
    check: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Load:
    """A load: its title, what it is, its scenario written into a folder, its target on the target's core.

    A sample settles for ``settle_s`` after its first requests, then is looked at for ``span_s``; quick, for a moment.
    """

    title: str
    what: str
    scenario: Callable[[Path], Path]
    target: Callable[[Checkout], AbstractContextManager[Target]]
    settle_s: float
    span_s: float
    needs: tuple[str, ...] = ()

    def us_per_request(self, checkout: Checkout, target: Target, setup: Setup) -> float:
        """One sample: CPU µs for each request. RuntimeError when the run fails or did something else."""
        settle_s, span_s = setup.size((self.settle_s, self.span_s), (0.1, 0.3))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            command = _ours.run(self.scenario(folder), target.url, by=[str(checkout.program)])
            with running(command, folder, ENVIRONMENT) as process:
                taken = process.window(target.count, settle_s, span_s)
        target.check()
        return taken.us_per_request


def _get(folder: Path) -> Path:
    return _ours.scenario(folder, f"{{concurrent: {AT_ONCE}}}", LENGTH_S, ["visit: /"] * STEPS)


def _open_load(folder: Path) -> Path:
    return _ours.scenario(folder, f"{{rate: {RATE_PER_S}}}", LENGTH_S, ["visit: /"], connections="reused")


def _form_journey(folder: Path) -> Path:
    _form.prepare(folder)
    load = f"{{concurrent: {AT_ONCE}}}\nduration: {LENGTH_S}s"
    file = folder / "journey.yml"
    file.write_text(_form.SCENARIO.format(load=load, connections="per_person"), encoding="utf-8")
    return file


@contextmanager
def _page(_: Checkout) -> Iterator[Target]:
    """One page from nginx, which answers every request with it."""
    with _targets.nginx() as found:
        yield Target(found.url, found.count, lambda: None)


@contextmanager
def _city(checkout: Checkout) -> Iterator[Target]:
    """The city of ``checkout``, one for both sides."""
    with tempfile.TemporaryDirectory() as name:
        ready = Path(name) / "ready.json"
        options = ["--port", "0", "--ready-file", str(ready), "--parent-pid", str(os.getpid())]
        process = _targets.started([str(checkout.program), "city", *options])
        try:
            until = time.monotonic() + CITY_STARTS_IN_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"`hms-esr city` of {checkout.source.label} did not start")
                time.sleep(0.02)
            url = json.loads(ready.read_text(encoding="utf-8"))["url"]
            yield Target(url, lambda: _form.requests(url), lambda: _see_that_forms_came(url))
        finally:
            process.terminate()
            process.wait()


def _see_that_forms_came(url: str) -> None:
    """See that nothing was refused and that everybody sent the form they opened, but for those under way at the end."""
    rows = _form.rows(_form.counts(url))
    refused = {row: number for row, number in rows.items() if row[2] >= 400}
    opened, received = rows["GET", "/apply-subsidy", 200], rows["POST", "/apply-subsidy", 303]
    if refused or received == 0 or opened - received > AT_ONCE:
        raise RuntimeError(
            f"expected a form received for each one opened, but for {AT_ONCE} under way; the city counted {dict(rows)}"
        )
    _form.reset(url)


LOADS: Mapping[str, Load] = {
    "get": Load(
        "GET",
        f"{AT_ONCE} people at once on journeys of {STEPS} GET steps, as fast as one core can, a connection each, nginx",
        _get, _page, 0.7, 2.0, ("nginx",),
    ),
    "form_journey": Load(
        "form journey",
        f"login, form, upload of 20 kB, submit, with a session cookie: {AT_ONCE} people at once, as fast as one core "
        "can, a connection each, the city",
        _form_journey, _city, 0.7, 2.0,
    ),
    "open_load": Load(
        "open load",
        f"{RATE_PER_S} people a second, one GET each, connections reused, nginx",
        _open_load, _page, 0.7, 2.0, ("nginx",),
    ),
}  # fmt: skip
