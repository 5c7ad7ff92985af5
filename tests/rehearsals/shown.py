"""Owns what each panel of each dashboard must show last of a stored run, counted from its record and nothing else.

Knows nothing of InfluxDB. Keys are (values of tags …, column), values are figures; to compare, both runs are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from hms_esr.clock import SimClock
from hms_esr.histogram import Histogram
from hms_esr.record import Cell, Tick
from hms_esr.sinks.influx.lines import tag_text
from tests.rehearsals.stored import Stored, merged

Figures = dict[tuple[str, ...], float]
Shows = Callable[[Stored], Figures]
ROWS_MS = [n * 10**power for power in range(5) for n in (1, 2, 5)]
CODES = {"PASS": 0.0, "WARN": 1.0, "FAIL": 2.0}
START = "Seconds since the start"


def _named(figures: Mapping[str, float]) -> Figures:
    return {(name,): float(value) for name, value in figures.items()}


def _times(of: Stored, kind: str = "intended") -> Histogram:
    return merged(of.record.series.values(), kind)


def _shares(of: Stored) -> dict[str, float]:
    people = of.record.judged_states
    ended = people.get("completed", 0) + people.get("failed", 0)
    cells = of.record.series.values()
    failed = sum(cell.errors for cell in cells) / sum(cell.requests for cell in cells)
    return {"success_share": people.get("completed", 0) / ended, "error_share": failed}


def _key_figures(of: Stored) -> dict[str, float]:
    people = {state: of.record.people(state) for state in ("completed", "failed")}
    times = {f"p{n}_ms": _times(of).percentile(n / 100) for n in (50, 95, 99)}
    return {"planned": of.record.planned, "real_s": of.record.real_s} | people | times | _shares(of)


def _checks(of: Stored, *before: str) -> Figures:
    found: Figures = {}
    for one in of.summary["checks"]:
        figures = {"value": one["value"], "limit": one["limit"], "code": CODES[one["verdict"]]}
        found |= {(one["check"], *before, name): value for name, value in figures.items()}
    return found


def _room(of: Stored, letter: str) -> Figures:
    found: Figures = {}
    for one in of.summary["checks"]:
        name, value, limit = one["check"], one["value"], one["limit"]
        under, whole = "<" in name, limit >= 1
        used = value / limit if under else 2 - value / limit if whole else (1 - value) / (1 - limit)
        if letter == ("A" if under else "C" if whole else "B"):
            found[name, "used"] = used
    return found


def _said(of: Stored) -> str:
    """Whole, however long."""
    return " ".join(f"{of.summary['verdict']}: {of.summary['reason']}".split())


def _sentence(of: Stored) -> Figures:
    return {(_said(of), "value"): 1.0}


def _events(of: Stored) -> Figures:
    own = [("stop", "the run is over")]
    people = f"{of.record.planned_total} people"
    own.append(("start", f"{of.record.scenario.name}: {people} against {of.record.manifest.target}"))
    told = [(one.kind, one.text) for one in of.record.events] + own
    return {(kind, tag_text(text), "value"): 1.0 for kind, text in told} | {("verdict", _said(of), "value"): 1.0}


def _heat(of: Stored, kind: str) -> Figures:
    last = max(at for at in of.record.seconds if of.cells(at))
    counts = dict.fromkeys([*(f"{row} ms" for row in ROWS_MS), "over 50000 ms"], 0.0)
    for middle_ms, n in merged(of.cells(last).values(), kind).buckets():
        row = next((f"{row} ms" for row in ROWS_MS if middle_ms <= row), "over 50000 ms")
        counts[row] += n
    return _named(counts)


def _of_cells(cells: list[Cell]) -> dict[str, float]:
    requests = sum(cell.requests for cell in cells)
    return {
        "count": requests,
        "errors": sum(cell.errors for cell in cells),
        "bytes": sum(cell.bytes for cell in cells),
        "p95_ms": max(cell.intended.percentile(0.95) for cell in cells),
        "max_ms": merged(cells, "intended").maximum,
        "actual_max_ms": merged(cells, "actual").maximum,
        "mean_ms": sum(cell.intended.mean * cell.requests for cell in cells) / requests,
    }


def _whole_steps(of: Stored) -> Figures:
    found: Figures = {("", "(polls)", "count"): float(of.record.polls)}
    for (journey, step), cells in of.steps.items():
        found |= {(journey, step, column): float(value) for column, value in _of_cells(cells).items()}
    return found


def _compared_steps(of: Stored) -> Figures:
    """Of all journeys together."""
    found: Figures = {(of.run, "(polls)", "count"): float(of.record.polls)}
    for name in {step for _, step in of.steps}:
        cells = [cell for (_, step), told in of.steps.items() if step == name for cell in told]
        found |= {(of.run, name, column): float(value) for column, value in _of_cells(cells).items()}
    return found


def _last_of_steps(of: Stored, column: str, value: Callable[[list[Cell]], float]) -> Figures:
    return {(step, column): value(cells) for step, cells in of.by_name().items()}


def _errors_by_step(of: Stored) -> Figures:
    return _last_of_steps(of, "errors", lambda cells: float(sum(cell.errors for cell in cells)))


def _worst_of_steps(of: Stored, kind: str) -> Figures:
    return _last_of_steps(of, kind, lambda cells: max(getattr(cell, kind).percentile(0.95) for cell in cells))


def _requests_by_step(of: Stored) -> Figures:
    polls = [second.polls for _, second in sorted(of.record.seconds.items()) if second.polls]
    found = _last_of_steps(of, "count", lambda cells: float(sum(cell.requests for cell in cells)))
    return found | {("(polls)", "count"): float(polls[-1])}


def _sensors(of: Stored, ending: str) -> Figures:
    found: Figures = {}
    for sensed in of.record.sensed:
        for name, value in sensed.figures.items():
            if " " not in name and name.endswith(ending):
                found[sensed.service, f"mean_{name.replace('.', '_')}"] = value
    return found


def _each_worker(of: Stored, value: Callable[[Tick], float]) -> Figures:
    return {(name, "it"): float(value(ticks[-1])) for name, ticks in of.workers.items()}


def _lags(of: Stored) -> Figures:
    lags = {name: [t.loop_lag_ms for t in ticks if t.loop_lag_ms.count] for name, ticks in of.workers.items()}
    return {(name, "it"): told[-1].percentile(0.99) for name, told in lags.items()}


def _workers(of: Stored) -> Figures:
    found: Figures = {}
    for name, ticks in of.workers.items():
        figures = {
            "started": sum(sum(tick.delivered.values()) for tick in ticks),
            "cpu": max(tick.cpu for tick in ticks),
            "lag": max(tick.loop_lag_ms.percentile(0.99) for tick in ticks if tick.loop_lag_ms.count),
            "pause": max(tick.gc_ms for tick in ticks),
            "missing": of.record.workers[name].missing_ticks,
        }
        found |= {(name, column): float(value) for column, value in figures.items()}
    return found


def _clocks(of: Stored) -> Figures:
    clock = SimClock(of.record.scenario.clock.warp, tuple(of.record.segments))
    figures = {"Real time": of.record.real_s, "Simulated time": of.record.sim_s}
    return _named(figures | {"Simulated seconds in one second": clock.warp_at(of.record.real_s)})


def _people(of: Stored) -> Figures:
    states = ("completed", "failed", "dropped", "lost", "unfinished")
    figures = {state.capitalize(): of.record.people(state) for state in states}
    more = {"Planned so far": of.record.planned, "Started": of.record.delivered, "On the site": of.end.active}
    return _named(figures | more)


def _shown(of: Stored) -> float:
    """2 is WARN: PASS, and a check past its warning level."""
    code, checks = of.summary["exit_code"], of.summary["checks"]
    return 2 if code == 0 and any(one["verdict"] == "WARN" for one in checks) else code


def _verdict(of: Stored) -> Figures:
    return _named({"Verdict": _shown(of)})


def _worst(of: Stored) -> Figures:
    return _named({"So far": max(CODES[one["verdict"]] for one in of.summary["checks"])})


def _history(of: Stored) -> Figures:
    began_ms = float(of.began_ms)
    more = {"shown_code": _shown(of), "late_p99_ms": of.record.late_ms.percentile(0.99)}
    ends = {"from_ms": began_ms, "to_ms": began_ms + round(of.record.real_s * 1000)}
    return {(of.run, name): float(value) for name, value in (_key_figures(of) | more | ends).items()}


def _limits(of: Stored) -> Figures:
    checks = [one for one in of.summary["checks"] if one["check"].startswith("latency_p95_ms <")]
    return {(one["check"], "limit"): one["limit"] for one in checks}


def _lately(**shares: float) -> Shows:
    return lambda of: _named({name.replace("_", " "): of.lately(share) for name, share in shares.items()})


def _of_end(**fields: str) -> Shows:
    """Column → field of the last second."""
    return lambda of: _named({name.replace("_", " "): getattr(of.end, field) for name, field in fields.items()})


def _compared(value: Callable[[Stored], float]) -> dict[str, Shows]:
    def of(letter: str) -> Shows:
        return lambda stored: _named({START: stored.record.real_s, letter: value(stored)})

    return {letter: of(letter) for letter in "AB"}


def _both(of: Stored, figures: Mapping[str, float]) -> Figures:
    return {(of.run, name): float(value) for name, value in figures.items()}


REHEARSAL: dict[str, dict[str, Shows]] = {
    "Verdict": {"A": _verdict},
    "So far, by its checks": {"A": _worst},
    "In one sentence": {"A": _sentence},
    "Both clocks": {"A": _clocks},
    "How much of the room is used": {letter: partial(_room, letter=letter) for letter in "ABC"},
    "Checks": {"A": _checks},
    "People so far": {"A": _people},
    "People who finished": {"A": lambda of: _named({"Share who completed": _shares(of)["success_share"]})},
    "People per second": {"A": _of_end(Started="delivered", Completed="completed", Failed="failed")},
    "People on the site": {"A": _of_end(On_the_site="active", Waiting="waiting")},
    "Answer time against its target": {
        "A": _lately(**{"95 of 100 requests": 0.95, "Half of the requests": 0.5}),
        "B": _limits,
    },
    "Errors per second": {"A": _of_end(Errors="errors")},
    "Errors so far": {
        "A": lambda of: _named({"Errors": of.record.error_count, "Share of requests": _shares(of)["error_share"]})
    },
    "Events": {"A": _events},
}
ENGINEERING: dict[str, dict[str, Shows]] = {
    "Planned against delivered": {"A": _of_end(Planned="planned", Delivered="delivered")},
    "Requests and errors": {"A": _of_end(Requests="requests", Errors="errors")},
    "Answer time, last 10 s": {"A": _lately(**{f"{n} of 100, last 10 s": n / 100 for n in (50, 95, 99)})},
    "Both latencies, 95 of 100, run so far": {
        "A": lambda of: _named(
            {f"from the {kind} start": _times(of, kind).percentile(0.95) for kind in ("intended", "actual")}
        )
    },
    "Answer times from the intended start": {"A": lambda of: _heat(of, "intended")},
    "Answer times from the actual start": {"A": lambda of: _heat(of, "actual")},
    "Steps, whole run": {"A": _whole_steps},
    "95 of 100 by step": {
        letter: partial(_worst_of_steps, kind=kind) for letter, kind in (("A", "intended"), ("B", "actual"))
    },
    "Requests by step": {"A": _requests_by_step},
    "Errors by step": {"A": _errors_by_step},
    "Times inside the services": {"A": lambda of: _sensors(of, "_ms")},
    "Processor of the services": {"A": lambda of: _sensors(of, ".cpu")},
    "Memory of the services": {"A": lambda of: _sensors(of, "_mb")},
    "Figures of the services, as chosen": {"A": lambda of: _sensors(of, "")},
}
CLUSTER: dict[str, dict[str, Shows]] = {
    "Workers": {"A": lambda of: _named({"Workers": len(of.workers)})},
    "Late, 99 of 100 people": {"A": lambda of: _named({"At most this late": of.record.late_ms.percentile(0.99)})},
    "People the generator failed": {
        "A": lambda of: _named({name: of.record.people(name.lower()) for name in ("Dropped", "Lost")})
    },
    "Seconds missing": {
        "A": lambda of: _named({"All workers": sum(one.missing_ticks for one in of.record.workers.values())})
    },
    "Processor of each worker": {"A": lambda of: _each_worker(of, lambda tick: tick.cpu)},
    "Lag of each worker": {"A": _lags},
    "Pauses of memory collection": {"A": lambda of: _each_worker(of, lambda tick: tick.gc_ms)},
    "People started by each worker": {"A": lambda of: _each_worker(of, lambda tick: sum(tick.delivered.values()))},
    "Workers, whole run": {"A": _workers},
}
COMPARE: dict[str, dict[str, Shows]] = {
    "Run A": {"A": _verdict},
    "Run B": {"A": _verdict},
    "Key figures": {"A": lambda of: _both(of, _key_figures(of))},
    "Answer time, 95 of 100 requests": _compared(lambda of: of.lately(0.95)),
    "People who finished, so far": _compared(lambda of: _shares(of)["success_share"]),
    "People started per second": _compared(lambda of: of.end.delivered),
    "Errors per second": _compared(lambda of: of.end.errors),
    "People on the site": _compared(lambda of: of.end.active),
    "Answer time, half of the requests": _compared(lambda of: of.lately(0.5)),
    "Checks of both runs": {"A": lambda of: _checks(of, of.run)},
    "Steps of both runs": {"A": _compared_steps},
}
HISTORY: dict[str, dict[str, Shows]] = {
    "Runs in the time range": {"A": lambda of: _named({"All": 1}), "B": lambda of: _named({"PASS": 1})},
    "Runs": {"A": _history},
    "Answer times from run to run": {
        "A": lambda of: _named(
            {
                name: _times(of).percentile(share)
                for name, share in (("Half", 0.5), ("95 of 100", 0.95), ("99 of 100", 0.99))
            }
        )
    },
    "People and errors from run to run": {
        "A": lambda of: _named(
            {"People who finished": _shares(of)["success_share"], "Requests that failed": _shares(of)["error_share"]}
        )
    },
    "Checks of every run": {"A": lambda of: _checks(of, of.run)},
}
BOARDS = {
    "rehearsal": REHEARSAL,
    "engineering": ENGINEERING,
    "cluster": CLUSTER,
    "compare": COMPARE,
    "history": HISTORY,
}
SHOWS = {
    (f"{board}: {title}", letter): shows
    for board, titles in BOARDS.items()
    for title, letters in titles.items()
    for letter, shows in letters.items()
}
"""(panel, letter of its query) → what it must show last."""
