"""Owns section 6: what to fix. Kinds of errors with their count, who was stopped, where, when, an example.

Knows nothing of why they came.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, join, short, tag
from hms_esr.charts.strip import counts, strip
from hms_esr.formatting import MISSING, count, elapsed, mask, plural, share
from hms_esr.record import ErrorCount
from hms_esr.reports.html.figures import Figures, StepKey
from hms_esr.reports.html.parts import Column, details, empty, para, section, table, text, unbroken
from hms_esr.reports.html.repeat import only_command
from hms_esr.reports.html.samples import COLUMNS, commands, sample_row

TITLE = "Errors"
_STEPS = 2
_KINDS_WITH_EXAMPLES = 12
_EXAMPLES = 3
_ENOUGH = 8
"""Errors that make a pattern."""
_KINDS = {
    "status": "Status",
    "expectation": "Expectation",
    "form_back": "Form came back",
    "timeout": "Timeout",
    "connection": "Connection",
    "no_form": "No form",
    "patience": "Patience",
    "deadline": "Deadline",
    "no_answer": "No answer",
    "scenario": "Scenario",
    "internal": "Internal error",
}
_COLUMNS = (
    Column("Message"),
    Column("Count", number=True),
    Column("People stopped", number=True, wrap=True),
    Column("At step", classes="at"),
    Column("When", label="", classes="full when"),
    Column("First seen"),
    Column("Example: person, trace id", label="Example", classes="ex"),
)


class Kind:
    """One kind of error over all steps."""

    def __init__(self, kind: str, message: str, status: int) -> None:
        self.kind, self.message, self.status = kind, message, status
        self.total = ErrorCount()
        self.steps: dict[StepKey, int] = {}

    def add(self, step: StepKey, error: ErrorCount) -> None:
        """Count it at a step."""
        self.total.merge(error)
        self.steps[step] = self.steps.get(step, 0) + error.n

    @property
    def label(self) -> str:
        """``HTTP 503`` or what went wrong in a word."""
        if self.status and self.kind == "status":
            return f"HTTP {self.status}"
        name = _KINDS.get(self.kind, self.kind)
        return f"{name}, HTTP {self.status}" if self.status else name


def kinds_of(figures: Figures) -> list[Kind]:
    """Kinds of errors, most frequent first."""
    kinds: dict[tuple[str, str, int], Kind] = {}
    for key, error in figures.record.errors.items():
        same = kinds.setdefault((key.kind, key.message, key.status), Kind(key.kind, key.message, key.status))
        same.add((key.journey, key.step), error)
    return sorted(kinds.values(), key=lambda kind: (-kind.total.n, kind.total.first_real_s, kind.message))


def errors(figures: Figures) -> Markup:
    """The section."""
    kinds = kinds_of(figures)
    requests = figures.record.requests
    if not kinds:
        said = f"No errors in {plural(requests, 'request', 'requests')}."
        return empty("errors", 6, TITLE, said)
    shown = kinds[: figures.caps.errors]
    rows = [_row(figures, kind) for kind in shown]
    hatched = " Hatched: faults." if any(mark.kind == "fault" for mark in figures.marks) else ""
    made = table(_COLUMNS, rows, f"Kinds of error, most frequent first.{hatched}", classes="stack errs")
    rest = kinds[len(shown) :]
    more = Markup("")
    if rest:
        n = sum(kind.total.n for kind in rest)
        more = para(
            f"{count(len(rest))} more kinds of error, {count(n)} errors in all, are not shown here; summary.json "
            "has them.",
            class_="small mute",
        )
    return section("errors", 6, TITLE, _story(figures, kinds), made, more, _examples(figures, shown), _alone(figures))


def _story(figures: Figures, kinds: list[Kind]) -> list[object]:
    total = sum(kind.total.n for kind in kinds)
    first = kinds[0]
    asked = plural(figures.record.requests, "request", "requests")
    message = text(first.message or first.label, 120)
    part = "all" if len(kinds) == 1 else share(first.total.n / total)
    letter = next((m.letter for m in figures.marks if m.kind == "fault" and _mostly_in(first, m.from_s, m.to_s)), "")
    during = f", most of them during event {letter}" if letter else ""
    lead = Markup(f"{plural(total, 'error', 'errors')} in {asked}, {part} of them “{message}”{during}.")
    note = "An error stops a person only if their retries fail too, so “people stopped” can be smaller than the count."
    return [lead, para(note, class_="mute small")]


def _mostly_in(kind: Kind, from_s: float, to_s: float) -> bool:
    """Whether a fault can be told as the time of a kind of error: it began in it and nearly all came then."""
    inside = sum(n for at, n in kind.total.by_second.items() if int(from_s) <= at <= to_s)
    seen = sum(kind.total.by_second.values())
    return from_s <= kind.total.first_real_s <= to_s and seen >= _ENOUGH and inside > 0.8 * seen


def _row(figures: Figures, kind: Kind) -> list[object]:
    total = kind.total
    name = text(kind.message or kind.label) + tag("span", text(kind.label, 60), class_="expr") + _words(total, kind)
    drawn = strip(figures.frame, counts(total.by_second, figures.frame))
    stopped = count(total.people_stopped)
    return [name, count(total.n), stopped, _steps(figures, kind), drawn, _first(figures, total), _example(total)]


def _words(total: ErrorCount, kind: Kind) -> Markup:
    """The first one's own words, where the kind's have none of what it quoted."""
    if not total.example or total.example == kind.message:
        return Markup("")
    return tag("span", "for example: ", text(total.example, 240), class_="expr")


def _steps(figures: Figures, kind: Kind) -> Markup:
    ranked = sorted(kind.steps.items(), key=lambda one: -one[1])
    parts = [unbroken(f"{short(figures.step_name(key), 28)} ({count(n)})", 80) for key, n in ranked[:_STEPS]]
    rest = len(ranked) - _STEPS
    if rest > 0:
        parts.append(tag("span", f"{rest} more {'step' if rest == 1 else 'steps'}"))
    return join(parts, tag("br"))


def _first(figures: Figures, total: ErrorCount) -> Markup:
    at = total.first_real_s
    if at == float("inf"):
        return Markup(MISSING)
    real = tag("span", f"{elapsed(at)} real", class_="mute nw")
    return tag("span", f"{figures.moment(at)} sim.", class_="nw") + tag("br") + real if figures.warped else real


def _example(total: ErrorCount) -> Markup:
    person = tag("span", f"person {total.example_k}", class_="nw") if total.example_k >= 0 else Markup(MISSING)
    return person + tag("code", text(total.trace_id, 64), class_="trace") if total.trace_id else person


def _examples(figures: Figures, kinds: list[Kind]) -> Markup:
    """Up to three single failures of each of the most frequent kinds. Nothing of records that have none."""
    parts = []
    for kind in kinds[: min(_KINDS_WITH_EXAMPLES, figures.caps.errors)]:
        found = figures.record.samples.failed(kind.kind, mask(kind.message), kind.status)[:_EXAMPLES]
        if found:
            caption = text(kind.message or kind.label)
            rows = [sample_row(figures, sample) for sample in found]
            parts += [table(COLUMNS, rows, caption, classes="stack ones"), commands(figures, found)]
    return (
        details("Examples: who, when, trace id, and how to repeat that person alone", *parts) if parts else Markup("")
    )


def _alone(figures: Figures) -> Markup:
    command = only_command(figures)
    if not command:
        return Markup("")
    words = "Repeat one person alone, with the same data and times: "
    return para(words, tag("code", text(command, 400)), class_="small mute")
