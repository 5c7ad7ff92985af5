"""Owns the tables of the live page: errors by message, people by step, workers, sensors, and the log of events.

Knows nothing of charts over time but for the strip in a row. Rows keep their place; new ones come at the end.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.strip import counts, strip
from hms_esr.edu.live.run_watcher import LATELY_S
from hms_esr.edu.live.view import View
from hms_esr.formatting import MISSING, count, elapsed, plural, share, time_ms, whole_s
from hms_esr.record import Cell, ErrorCount
from hms_esr.reports.html.errors import Kind
from hms_esr.reports.html.parts import para, status, text
from hms_esr.verdicts.judgement import CheckResult

MOST_ERRORS = 25
MOST_STEPS = 40
MOST_WORKERS = 40
FIRST_EVENTS = 12
MOST_EVENTS = 200
_LOST_S = 5.0


def _head(*columns: tuple[str, str]) -> Markup:
    cells = [tag("th", name, scope="col", class_=classes or None) for name, classes in columns]
    return tag("thead", tag("tr", *cells))


def _caption(words: str) -> Markup:
    return tag("caption", words, class_="vh")


def _held(view: View, key: str, name: str, table: Markup, any_: bool) -> Markup:
    """A table that scrolls sideways by itself where it must; not shown while it has no rows."""
    classes = "scroll" if any_ else "gone"
    label = f"{name}, scrolls sideways"
    return view.slots.shell("div", f"{key}.b", table, class_=classes, tabindex=0, role="region", aria_label=label)


def errors(view: View) -> Markup:
    """Running count of errors by message."""
    live = view.slots.live
    kinds: dict[tuple[str, str, int], Kind] = {}
    for key, error in view.record.errors.items():
        one = kinds.setdefault((key.kind, key.message, key.status), Kind(key.kind, key.message, key.status))
        one.add((key.journey, key.step), error)
    shown = [kind for kind in view.watch.errors_seen if kind in kinds][:MOST_ERRORS]
    rows = [(f"e{view.watch.errors_seen.index(kind)}", _error(view, kinds[kind], kind)) for kind in shown]
    caption = "Running count of errors by message; rows keep their place while you watch, new ones are added below"
    head = _head(("Message", ""), ("When", ""), ("Count", "r"), (f"{LATELY_S} s", "r"))
    table = tag("table", _caption(caption), head, view.slots.listing("tbody", "errors", rows))
    total = sum(kind.total.n for kind in kinds.values())
    lately = sum(_lately(view, kind.total) for kind in kinds.values())
    said = f"{count(total)} so far, {count(lately)} in the last {LATELY_S} s" if total else ""
    asked = plural(view.record.requests, "request", "requests")
    none = "" if total else f"No errors in {asked}."
    rest = len(kinds) - len(shown)
    more = f"{count(rest)} more kinds are in the report." if rest > 0 else none
    return tag(
        "section",
        tag("h2", "Errors by message ", live("small", "errors.n", said), id="e"),
        _held(view, "errors", "Errors by message", table, bool(total)),
        live("p", "errors.m", more, class_="small"),
    )


def _lately(view: View, error: ErrorCount) -> int:
    last = max(view.record.seconds, default=0)
    return 0 if view.over else sum(n for at, n in error.by_second.items() if at > last - LATELY_S)


def _error(view: View, kind: Kind, key: tuple[str, str, int]) -> Markup:
    where = sorted(kind.steps, key=lambda step: -kind.steps[step])
    more = f" and {len(where) - 1} more" if len(where) > 1 else ""
    place = text(f"{kind.label}, {view.step_name(where[0])}{more}", 100)
    lately = _lately(view, kind.total)
    cells = [
        tag("th", text(kind.message or kind.label, 160), tag("span", place, class_="expr"), scope="row"),
        tag("td", strip(view.frame, counts(kind.total.by_second, view.frame)), class_="mid"),
        tag("td", count(kind.total.n), class_="r"),
        tag("td", f"+{count(lately)}" if lately else "0", class_="r"),
    ]
    return view.slots.live("tr", f"e{view.watch.errors_seen.index(key)}", *cells)


def steps(view: View) -> Markup:
    """People by step: here now, passed, stuck, answer time."""
    order = [key for key in view.written_steps if key in view.record.reached]
    order += [key for key in view.watch.steps_seen if key not in view.written_steps]
    reached, stuck = view.record.reached, _stuck(view)
    recent = _recent_cells(view)
    rows = []
    for index, key in enumerate(order[:MOST_STEPS]):
        cell = recent.get(key) if not view.over else view.steps.get(key)
        p95 = time_ms(cell.intended.percentile(0.95)) if cell is not None and cell.intended.count else MISSING
        passed = _passed(view, order, index)
        here = max(0, reached[key] - passed - stuck.get(key, 0))
        figures = [MISSING if view.over else count(here), count(passed), count(stuck.get(key, 0)), p95]
        name = tag("th", text(view.step_name(key), 80), scope="row")
        cells = [tag("td", figure, class_="r") for figure in figures]
        rows.append((f"s.{key[0]}.{key[1]}", view.slots.live("tr", f"s.{key[0]}.{key[1]}", name, *cells)))
    last = "95 of 100" if view.over else f"95 of 100, {LATELY_S} s"
    head = _head(("Step", ""), ("Here now", "r wrap"), ("Passed", "r"), ("Stuck", "r"), (last, "r wrap"))
    table = tag("table", _caption("Where people are now"), head, view.slots.listing("tbody", "steps", rows))
    none = "" if rows else "Nobody has begun a step yet."
    return tag(
        "section",
        tag("h2", "People by step", id="s"),
        _held(view, "steps", "People by step", table, bool(rows)),
        view.slots.live("p", "steps.m", none, class_="small"),
        view.slots.live("div", "steps.u", _unsure(view)),
    )


def _unsure(view: View) -> Markup:
    """Who may not have got through although nothing says so."""
    return join([para(status("warn", "Warning"), " ", text(one, 400)) for one in view.record.unsure()], "")


def _stuck(view: View) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for (journey, step, _), n in view.record.stuck.items():
        found[journey, step] = found.get((journey, step), 0) + n
    return found


def _passed(view: View, order: list[tuple[str, str]], index: int) -> int:
    """Who went on to the next step everybody does, or completed the journey."""
    journey = order[index][0]
    for key in order[index + 1 :]:
        if key[0] == journey and view.written_steps.get(key, True):
            return min(view.record.reached[order[index]], view.record.reached[key])
    return min(view.record.reached[order[index]], view.record.journey_states.get((journey, "completed"), 0))


def _recent_cells(view: View) -> dict[tuple[str, str], Cell]:
    last = max(view.record.seconds, default=0)
    found: dict[tuple[str, str], Cell] = {}
    for at in range(max(0, last - LATELY_S + 1), last + 1):
        second = view.record.seconds.get(at)
        for key, cell in second.steps.items() if second else ():
            found.setdefault(key, Cell()).merge(cell)
    return found


def workers(view: View) -> Markup:
    """The load generator's own health."""
    record = view.record
    names = sorted(record.workers, key=lambda one: (len(one), one))
    rows = [(f"w.{name}", _worker(view, name)) for name in names[:MOST_WORKERS]]
    lost = sum(worker.lost_at_s is not None for worker in record.workers.values())
    said = f"{count(len(names) - lost)} live, {count(lost)} lost" if lost else f"{count(len(names))}"
    head = _head(("Worker", ""), ("State", ""), ("Started", "r"), ("CPU", "r"), ("Lag", "r"), ("Heard", "r"))
    made = tag(
        "table",
        _caption("The load generator’s workers; lag: 99 of 100 turns of its event loop come at most so late"),
        head,
        view.slots.listing("tbody", "workers", rows),
    )
    expected = record.manifest.options.get("workers") or 1
    none = f"None of {plural(int(str(expected)), 'worker', 'workers')} has reported yet." if not names else ""
    return tag(
        "section",
        tag("h2", "Workers ", view.slots.live("small", "workers.n", said if names else ""), id="w"),
        _held(view, "workers", "Workers", made, bool(names)),
        view.slots.live("p", "workers.m", none, class_="small"),
    )


def _worker(view: View, name: str) -> Markup:
    worker, tick = view.record.workers[name], view.watch.last_ticks.get(name)
    ago = max(0.0, view.now_s - 1 - (tick.second if tick else 0))
    used = {at: cpu for at, cpu in worker.cpu_by_second.items() if cpu}
    cpu = used[max(used)] if used else 0.0
    if worker.lost_at_s is not None:
        state = status("none", f"lost {elapsed(worker.lost_at_s)}")
    elif not view.over and ago > _LOST_S:
        state = status("none", "silent")
    elif cpu > 0.9:
        state = status("warn", "busy")
    else:
        state = status("ok", "done" if view.over else "live")
    times = tick.loop_lag_ms if tick and not view.over and tick.loop_lag_ms.count else worker.loop_lag_ms
    lag = time_ms(times.percentile(0.99)) if times.count else MISSING
    heard = MISSING if view.over else "now" if ago < 1 else f"{whole_s(ago)} ago"
    cells = [
        tag("td", state),
        tag("td", count(worker.started), class_="r"),
        tag("td", share(min(round(cpu, 3), 1.0)), class_="r"),
        tag("td", lag, class_="r"),
        tag("td", heard, class_="r"),
    ]
    return view.slots.live("tr", f"w.{name}", tag("th", text(name, 40), scope="row", class_="nw"), *cells)


def events(view: View) -> Markup:
    """What happened and which checks turned, the newest first."""
    found: list[tuple[float, object]] = [
        (event.real_s, text(_event(view, event.text, event.kind), 240)) for event in view.record.events
    ]
    kinds = {"FAIL": "bad", "WARN": "warn", "PASS": "ok", "INVALID": "inv"}
    for turn in view.watch.turns:
        one = turn.result
        said = status(kinds[one.verdict], one.verdict) + " " + text(f"{one.title}: {one.shown} ({_wanted(one)})", 200)
        found.append((turn.at_s, said))
    found.sort(key=lambda pair: -pair[0])
    rows = [_entry(view, at, said) for at, said in found]
    earlier = tag("ol", *rows[FIRST_EVENTS:MOST_EVENTS], class_="log")
    none = "" if rows else "Nothing has happened yet."
    rest = len(rows) - MOST_EVENTS
    more = f"{count(rest)} more events are in the report." if rest > 0 else none
    clocks = "simulated, real" if view.warped else "real"
    old = tag("details", tag("summary", "Earlier events"), view.slots.live("div", "events.o", earlier))
    return tag(
        "section",
        tag("h2", "Events ", tag("small", clocks), id="ev"),
        view.slots.live("ol", "events", join(rows[:FIRST_EVENTS]), class_="log"),
        view.slots.shell("div", "events.b", old, class_="" if len(rows) > FIRST_EVENTS else "gone"),
        view.slots.live("p", "events.m", more, class_="small"),
    )


def _wanted(one: CheckResult) -> str:
    if one.verdict == "WARN":
        return f"warning {one.warn_shown}"
    return f"{one.limit_shown} required" if one.limit_shown else one.check


def _event(view: View, words: str, kind: str) -> str:
    said = {"fault_on": f"fault on: {words}", "fault_off": f"fault over: {words}"}.get(kind, words)
    return said or kind.replace("_", " ")


def _entry(view: View, at: float, said: object) -> Markup:
    sim = tag("span", view.moment(at)) if view.warped else tag("span", "")
    return tag("li", sim, tag("span", elapsed(at), class_="mute"), tag("span", said))
