"""Owns section 5: where are people stuck? People by step, why they ended there, decisions, kinds of people.

Knows nothing of answer times.
"""

from __future__ import annotations

from hms_esr.charts.bar import bar
from hms_esr.charts.markup import Markup, esc, join, tag
from hms_esr.formatting import MISSING, count, period, plural, share, time_s
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.load import STATES
from hms_esr.reports.html.parts import Column, empty, left_out, para, section, status, table, text

TITLE = "Where people got stuck"
_REASONS = 4
_COLUMNS = (
    Column("Step"),
    Column("People who got here", number=True, label="Got here", span=2),
    Column("", span=0, label="", classes="barcell hide"),
    Column("Stuck here", number=True, span=2),
    Column("", span=0, label="", classes="barcell"),
    Column("Why", label="", classes="full why"),
)


def people(figures: Figures) -> Markup:
    """The section."""
    record = figures.record
    if not record.states and not record.reached:
        return empty("people", 5, TITLE, "Nobody came, so nobody got stuck.")
    funnels = [_funnel(figures, journey.name) for journey in figures.scenario.journeys]
    kept = [one for one in funnels if one][: max(1, figures.caps.rows // 12)]
    rest = left_out(len([one for one in funnels if one]) - len(kept), "journeys are")
    return section(
        "people", 5, TITLE, _story(figures), *kept, rest, _unsure(figures), _decisions(figures), _personas(figures)
    )


def _unsure(figures: Figures) -> Markup:
    """Who may not have got through although nothing says so."""
    return join([para(status("warn", "Warning"), " ", text(one, 400)) for one in figures.record.unsure()], "")


def _stuck(figures: Figures) -> dict[tuple[str, str], dict[str, int]]:
    """(journey, step) → reason → people, most frequent reason first."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for (journey, step, reason), n in figures.record.stuck.items():
        reasons = found.setdefault((journey, step), {})
        reasons[reason or "unknown"] = reasons.get(reason or "unknown", 0) + n
    return {key: dict(sorted(reasons.items(), key=lambda one: -one[1])) for key, reasons in found.items()}


def _story(figures: Figures) -> list[object]:
    stuck = _stuck(figures)
    total = sum(sum(reasons.values()) for reasons in stuck.values())
    if not total:
        done = figures.record.people("completed")
        without = figures.record.planned - done
        if without:
            return [f"{plural(without, 'person', 'people')} did not finish, and the record does not say where."]
        return [f"Nobody got stuck: {plural(done, 'person', 'people')} came to the end of the journey."]
    worst = sorted(stuck.items(), key=lambda one: -sum(one[1].values()))[:2]
    places = [
        f"{count(sum(reasons.values())) if len(stuck) > 1 else ''} at “{text(key[1] or 'the start', 60)}”".strip()
        for key, reasons in worst
    ]
    rest = total - sum(sum(reasons.values()) for _, reasons in worst)
    others = f", {count(rest)} elsewhere" if rest else ""
    lead = plural(total, "person did not finish: stopped", "people did not finish: they were stopped")
    say: list[object] = [Markup(f"{lead} {', '.join(places)}{others}.")]
    unfinished = figures.record.people("unfinished")
    if unfinished:
        say.append(Markup(f"{count(unfinished)} of them {'was' if unfinished == 1 else 'were'} still under way."))
    where = f"At “{text(worst[0][0][1], 60)}”" if worst[0][0][1] else "There"
    reason, n = next(iter(worst[0][1].items()))
    say.append(Markup(f"{where}, the most frequent reason was “{text(reason, 120)}” ({count(n)})."))
    return say


def _funnel(figures: Figures, journey: str) -> Markup:
    reached = {step: n for (name, step), n in figures.record.reached.items() if name == journey}
    stuck = {step: reasons for (name, step), reasons in _stuck(figures).items() if name == journey}
    order = [step for name, step in figures.written_steps if name == journey and (step in reached or step in stuck)]
    order += [step for step in reached if step not in order]
    states = {state: figures.record.journey_states.get((journey, state), 0) for state in STATES}
    planned = sum(states.values())
    if not planned and not reached:
        return Markup("")
    most = max([1, *(sum(reasons.values()) for reasons in stuck.values())])
    whole = max([planned, *reached.values()])
    before: dict[str, int] = {}
    for step, reasons in stuck.items():
        if step not in order:
            for reason, n in reasons.items():
                before[reason] = before.get(reason, 0) + n
    rows = [_row("planned to come", planned, whole, before, most)]
    rows += [_row(text(step, 100), reached.get(step, 0), whole, stuck.get(step, {}), most) for step in order]
    kept = rows[: figures.caps.rows]
    done, lost = states["completed"], planned - states["completed"]
    goal = f"{share(done / planned)} of all planned" if planned else MISSING
    total = ["finished", count(done), bar(done / whole, "area"), count(lost), Markup(""), goal]
    name = Markup(f"People by step of the journey “{text(journey, 80)}”.")
    caption = name + f" The dark bars have their own scale: the longest is {plural(most, 'person', 'people')}."
    made = table(_COLUMNS, kept, caption, classes="stack fun", total=total)
    return tag("div", made, left_out(len(rows) - len(kept), "steps are"))


def _row(name: object, n: int, whole: int, reasons: dict[str, int], most: int) -> list[object]:
    here = sum(reasons.values())
    why = [Markup(f"{text(reason, 160)} ({count(k)})") for reason, k in list(reasons.items())[:_REASONS]]
    rest = here - sum(list(reasons.values())[:_REASONS])
    if rest:
        why.append(esc(f"other ({count(rest)})"))
    return [name, count(n), bar(n / whole, "area"), count(here), bar(here / most, "bar2"), join(why, ", ") or "nobody"]


def _decisions(figures: Figures) -> Markup:
    """What became of everybody who waited for an outcome, by deadline."""
    columns = (
        Column("Decided within"),
        Column("Waited", number=True),
        Column("In time", number=True),
        Column("Share in time", number=True),
        Column("Late", number=True),
        Column("Not known", number=True),
        Column("Largest doubt", number=True, wrap=True),
    )
    rows = [
        [
            period(within_s),
            count(one.reached),
            count(one.in_time),
            share(one.in_time / one.reached) if one.reached else MISSING,
            count(one.late),
            count(one.undecided),
            time_s(one.bound_s) if one.bound_s else "none",
        ]
        for within_s, one in sorted(figures.record.decisions.items())
    ]
    if not rows:
        return Markup("")
    return table(columns, rows, "Outcomes people waited for; deadlines and doubt in simulated time", classes="stack c4")


def _personas(figures: Figures) -> Markup:
    """Completed and failed by kind of person: averages hide who fails."""
    kinds: dict[str, dict[str, int]] = {}
    for (persona, state), n in figures.record.persona_states.items():
        states = kinds.setdefault(persona, {})
        states[state] = states.get(state, 0) + n
    if len(kinds) < 2:
        return Markup("")
    columns = (Column("Kind of person"), *(Column(s, number=True) for s in ("Came", "Completed", "Failed", "Finish")))
    rows = []
    for persona, states in sorted(kinds.items(), key=lambda one: -sum(one[1].values()))[: figures.caps.rows]:
        done, failed = states.get("completed", 0), states.get("failed", 0)
        ends = share(done / (done + failed)) if done + failed else MISSING
        rows.append([text(persona, 80), count(sum(states.values())), count(done), count(failed), ends])
    caption = "By kind of person. “Finish”: completed, of those who completed or failed"
    return table(columns, rows, caption, classes="stack c4")
