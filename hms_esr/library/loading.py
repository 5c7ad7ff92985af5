"""Owns reading a scenario with everything it names: personas, data files, metric functions; every mistake at once.

Knows nothing of how a rehearsal is carried out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from hms_esr.dialects import DIALECTS, Translation
from hms_esr.dialects.recognition import dialect_of
from hms_esr.errors import BadInput, Problem
from hms_esr.library.certificates import found_certificates
from hms_esr.library.finding import find_scenario, stem_of
from hms_esr.library.folders import document, inside, is_file, shown
from hms_esr.library.functions import Metric, metric_functions, scenario_object
from hms_esr.library.people import persona_names, read_template, role_file
from hms_esr.library.rows import Rows, read_rows
from hms_esr.library.texts import text_mistakes
from hms_esr.registry import did_you_mean
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.partial_scenario import partial_scenario
from hms_esr.scenario.problems import placed
from hms_esr.scenario.source_locations import Document, Mistake, Path
from hms_esr.schema.types import as_text
from hms_esr.validation.check_rules import check_mistakes, leaves_folder, login_mistakes, walk_steps
from hms_esr.validation.crosscheck import KnownNames, roles_of, size_mistakes, template_mistakes

if TYPE_CHECKING:
    from hms_esr.personas.template import PersonaTemplate
    from hms_esr.scenario.builder import Scenario as Fluent


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario and all it names. ``document`` and ``path`` are None when it was made in Python without a file."""

    scenario: Scenario
    document: Document | None
    path: File | None
    stem: str
    """What reports are called after: the file's name without endings, otherwise the scenario's name."""
    dialect: str
    personas: dict[str, PersonaTemplate]
    metrics: dict[str, Metric]
    """Custom metric functions by name: metrics in, a number out."""
    data: dict[str, Rows]
    """Rows of each data set, by column."""
    sent_in: bool = False
    """Whether somebody sent it, so that no file on this machine is uploaded: all are made up."""

    @property
    def folder(self) -> File:
        """Where uploads and data files are looked up: the scenario's folder."""
        return self.path.parent if self.path is not None else File.cwd()


@dataclass(slots=True)
class _Sources:
    """What a scenario names, as far as it was found, and the mistakes met on the way (canonical paths)."""

    folder: File
    mistakes: list[Mistake] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    personas: dict[str, PersonaTemplate] = field(default_factory=dict)
    data: dict[str, Rows] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)


def load(path: str | File) -> Fluent:
    """The scenario of a file or name, ready to start; BadInput with every mistake."""
    from hms_esr.scenario.builder import Scenario as Fluent

    return Fluent.of(load_scenario(str(path)).scenario)


def load_scenario(name_or_path: str | File, *, variables: Mapping[str, str] | None = None) -> LoadedScenario:
    """A scenario by file or name with all it names; ``variables`` are given from outside and win over its ``vars``.

    Raises BadInput with every mistake, in file order; nothing is started.
    """
    path = find_scenario(str(name_or_path))
    if path.suffix == ".py":
        return from_object(scenario_object(path), path=path, variables=variables)
    return read_scenario(document(path), path=path, variables=variables)


def read_scenario(
    read: Document,
    *,
    path: File | None = None,
    variables: Mapping[str, str] | None = None,
    trusted: bool = True,
) -> LoadedScenario:
    """A document's scenario. Unless ``trusted`` it may name no files: data sets, certificates.

    Metric functions are those beside ``path``, without one those of the working directory.
    """
    if not isinstance(read.data, Mapping):
        raise BadInput([read.problem((), "a scenario is keys and values, such as name: my-first")])
    dialect = dialect_of(read.data)
    translation = DIALECTS.get(dialect).translate(read.data)
    scenario, sources = _checked(translation, path, variables or {}, trusted)
    problems = placed(read, translation.mistakes, lambda place: place)
    problems += placed(read, sources.mistakes, translation.origin)
    problems = sorted(dict.fromkeys(problems)) + sources.problems
    if problems or scenario is None:
        raise BadInput(problems)
    return _loaded(scenario, sources, read, path, dialect)


def from_object(thing: Any, *, path: File | None = None, variables: Mapping[str, str] | None = None) -> LoadedScenario:
    """The same for an object made in Python: a model, or anything with ``canonical()``. ``path``: its Python file."""
    model = thing if isinstance(thing, Scenario) else thing.canonical()
    translation = Translation(model.model_dump(by_alias=True, exclude_defaults=True, mode="json"))
    scenario, sources = _checked(translation, path, variables or {}, True)
    name = shown(path) if path is not None else f"scenario {model.name}"
    problems = [Problem(name, 0, 0, _worded(one)) for one in sources.mistakes] + sources.problems
    if problems or scenario is None:
        raise BadInput(problems)
    return _loaded(scenario, sources, None, path, "fluent")


def _worded(mistake: Mistake) -> str:
    where = ".".join(str(part) for part in mistake.path)
    return f"{where}: {mistake.text}" if where else mistake.text


def _loaded(
    scenario: Scenario, sources: _Sources, read: Document | None, path: File | None, dialect: str
) -> LoadedScenario:
    stem = stem_of(path) if path is not None else scenario.name
    return LoadedScenario(scenario, read, path, stem, dialect, sources.personas, sources.metrics, sources.data)


def _checked(
    translation: Translation, path: File | None, variables: Mapping[str, str], trusted: bool
) -> tuple[Scenario | None, _Sources]:
    """The model, None when it is not possible, with everything found on disk and every mistake."""
    data = translation.data
    sources = _Sources(path.parent if path is not None else File.cwd())
    sources.mistakes += size_mistakes(data)
    if sources.mistakes:
        return None, sources
    found = partial_scenario(data)
    sources.mistakes += found.mistakes
    _find_personas(data, sources)
    _find_data(data, sources, trusted)
    sources.problems += _unused(variables, data)
    known = KnownNames(_fields(sources.personas), _columns(data, sources), variables)
    sources.mistakes += template_mistakes(data, known)
    if found.scenario is None:
        return None, sources
    sources.metrics.update(metric_functions(sources.folder))
    sources.problems += _built_in(sources.metrics)
    sources.mistakes += check_mistakes(found, list(sources.metrics))
    sources.mistakes += _outside(found.scenario, sources.folder)
    sources.mistakes += text_mistakes(found.scenario)
    sources.mistakes += login_mistakes(found.scenario, _without_account(sources.personas))
    http, mistakes = found_certificates(found.scenario.http, sources.folder, trusted)
    sources.mistakes += mistakes
    return found.scenario.model_copy(update={"vars": {**found.scenario.vars, **variables}, "http": http}), sources


def _find_personas(data: Mapping[str, Any], sources: _Sources) -> None:
    named: list[tuple[Path, str]] = [*roles_of(data)]
    if data.get("before") or data.get("after"):
        named.append((("before",), "citizen"))
    journeys = data.get("journeys")
    each = journeys if isinstance(journeys, list) and journeys else [{}]
    if any(not isinstance(one, Mapping) or "persona" not in one for one in each):
        named.append((("journeys",), "citizen"))
    for path, role in named:
        if role in sources.personas:
            continue
        file = role_file(role, sources.folder)
        if file is None:
            known = persona_names(sources.folder)
            text = f"unknown persona '{role[:80]}'.{did_you_mean(role, known)}"
            sources.mistakes.append(Mistake(path, text, key=path[-1] != "persona"))
            continue
        try:
            sources.personas[role] = read_template(file)
        except BadInput as error:
            sources.problems += error.problems


def _find_data(data: Mapping[str, Any], sources: _Sources, trusted: bool) -> None:
    sets = data.get("data")
    for name, one in sets.items() if isinstance(sets, Mapping) else ():
        file = as_text(one.get("file")) if isinstance(one, Mapping) else None
        if not isinstance(file, str):
            continue
        try:
            if not trusted:
                raise ValueError("data files cannot be used by scenarios that were sent in")
            sources.data[name] = read_rows(sources.folder, file)
        except ValueError as error:
            sources.mistakes.append(Mistake(("data", name, "file"), str(error)))


def _columns(data: Mapping[str, Any], sources: _Sources) -> dict[str, Collection[str]]:
    """Columns by set; none for a set whose file could not be read, so that it is not complained about twice."""
    sets = data.get("data")
    names: Collection[str] = sets if isinstance(sets, Mapping) else ()
    return {name: list(sources.data[name][0]) if name in sources.data else [] for name in names}


def _without_account(personas: Mapping[str, PersonaTemplate]) -> list[str]:
    return [role for role, one in personas.items() if not one.account and "password" not in one.declared]


def _fields(personas: Mapping[str, PersonaTemplate]) -> dict[str, Collection[str]]:
    from hms_esr.personas.defaults import USES

    return {role: {*USES, *template.declared} for role, template in personas.items()}


def _built_in(functions: Mapping[str, Metric]) -> list[Problem]:
    """Functions nobody could ever ask for, because their name is taken."""
    from hms_esr.verdicts.metrics import is_metric

    taken = [name for name in functions if is_metric(name)]
    return [
        Problem("metrics", 0, 0, f"the function '{name}' has the name of a built-in metric; give it another")
        for name in taken
    ]


def _unused(variables: Mapping[str, str], data: Mapping[str, Any]) -> list[Problem]:
    """``--var`` that nothing asks for is a slip of the pen."""
    given = data.get("vars")
    known = list(given) if isinstance(given, Mapping) else []
    text = repr(data)
    return [
        Problem("--var", 0, 0, f"nothing in the scenario is called '{name}'.{did_you_mean(name, known)}")
        for name in variables
        if name not in known and f"vars.{name}" not in text
    ]


def _outside(scenario: Scenario, folder: File) -> list[Mistake]:
    """Uploads that a link leads out of the folder they stand in."""
    found = []
    for path, step in walk_steps(scenario):
        for name in step.sent_files():
            if "{{" in name or leaves_folder(name):
                continue
            if any(is_file(place / name) and inside(place, name) is None for place in (folder, File.cwd())):
                text = f"'{name}' leads out of the scenario's folder; uploads stay inside it"
                found.append(Mistake((*path, step.verb), text))
    return found
