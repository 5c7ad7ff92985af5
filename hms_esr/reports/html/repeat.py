"""Owns section 11: how do I get it again? Commands, versions, hashes, the scenario as it was read.

Knows nothing of results.
"""

from __future__ import annotations

import shlex
from itertools import pairwise

from hms_esr.charts.markup import Markup, esc, tag
from hms_esr.formatting import MISSING, count
from hms_esr.record import Manifest
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import para, section, text

_OUT = "results"


def person_command(figures: Figures, person_no: int) -> str:
    """The command that repeats one person alone; empty when the run was one person, or no command started it."""
    command = figures.record.manifest.command.strip()
    if not command or "--only" in command:
        return ""
    seed = "" if "--seed" in command else f" --seed {figures.record.manifest.seed}"
    return f"{command}{seed} --only {person_no}"


def only_command(figures: Figures) -> str:
    """The command that repeats one person alone: of the most frequent error, else the first. Empty when it was one."""
    errors = [error for error in figures.record.errors.values() if error.example_k >= 0]
    worst = max(errors, key=lambda error: error.n, default=None)
    return person_command(figures, worst.example_k if worst else 0)


def report_command(manifest: Manifest) -> str:
    """The command that makes this page again, with the folder of runs when it is not the usual one."""
    given = manifest.options.get("out")
    out = given if isinstance(given, str) else _out(manifest.command)
    return shlex.join(["hms-esr", "report", manifest.run_id, *(["--out", out] if out and out != _OUT else [])])


def _out(command: str) -> str:
    """The value of ``--out`` in a command; empty when it has none."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    found = [after for word, after in pairwise(words) if word == "--out"]
    found += [word.removeprefix("--out=") for word in words if word.startswith("--out=")]
    return found[-1] if found else ""


def repeat(figures: Figures) -> Markup:
    """The section."""
    say: list[object] = [
        "Same scenario, seed and scale: the same people come at the same moments with the same data, on any "
        "number of workers."
    ]
    return section("repeat", 11, "How to repeat it", say, _commands(figures), _versions(figures), _scenario(figures))


def _commands(figures: Figures) -> Markup:
    manifest = figures.record.manifest
    lines = [short_command for short_command in (manifest.command.strip(), only_command(figures)) if short_command]
    lines.append(report_command(manifest))
    notes = {1: "one person alone", len(lines) - 1: "this page again, from the record"}
    shown = [f"{line[:2000]}    # {notes[i]}" if i in notes and i else line[:2000] for i, line in enumerate(lines)]
    return _pre("\n".join(shown), "Commands to repeat the run")


def _pre(content: str, label: str, class_: str | None = None) -> Markup:
    return tag("pre", tag("code", content), tabindex=0, role="region", aria_label=label, class_=class_)


def _versions(figures: Figures) -> Markup:
    record, manifest, judgement = figures.record, figures.record.manifest, figures.judgement
    scale = manifest.options.get("scale", 1)
    rows: list[tuple[object, object, bool]] = [
        ("Run", text(manifest.run_id), True),
        (
            "Seed, scale",
            f"{manifest.seed}, {scale} times the file’s load" if scale not in (1, None) else manifest.seed,
            False,
        ),
        ("Exit code", f"{judgement.exit_code} ({judgement.verdict})", False),
        (
            "People’s identity",
            "fixed: the same in every run" if figures.scenario.identity == "fixed" else "per run",
            False,
        ),
    ]
    if record.setup_requests:
        rows.append(("Requests beside the people’s", f"{count(record.setup_requests)} to set up and tidy", False))
    rows += [(text(name, 60), text(str(version), 120), False) for name, version in list(manifest.versions.items())[:40]]
    rows += [
        (text(f"{name.rsplit('/', 1)[-1]}, SHA-256", 200), text(digest, 80), True)
        for name, digest in list(manifest.files.items())[:40]
    ]
    made = [
        tag("div", tag("dt", name), tag("dd", value, class_="mono" if mono else None)) for name, value, mono in rows
    ]
    return tag("dl", *made, class_="facts flat")


def _scenario(figures: Figures) -> Markup:
    source = figures.record.manifest.source_text
    title = tag("h3", "The scenario as it was read", class_="gap")
    if not source.strip():
        return tag(
            "div",
            title,
            para(
                MISSING,
                " the scenario came from Python or a request, not from a file; summary and manifest hold it.",
                class_="mute",
            ),
        )
    shown = _cut(source, figures.caps.scenario_characters)
    rest = len(source) - len(shown)
    more = (
        para(f"{count(rest)} more characters are not shown; manifest.json has the whole text.", class_="small mute")
        if rest
        else Markup("")
    )
    return tag("div", title, _pre(shown, "Scenario text", "source"), more)


def _cut(source: str, most_bytes: int) -> str:
    """As much of the text as takes ``most_bytes`` when escaped."""
    if len(esc(source).encode(errors="replace")) <= most_bytes:
        return source
    low, high = 0, len(source)
    while low < high:
        middle = (low + high + 1) // 2
        if len(esc(source[:middle]).encode(errors="replace")) <= most_bytes:
            low = middle
        else:
            high = middle - 1
    return source[:low]
