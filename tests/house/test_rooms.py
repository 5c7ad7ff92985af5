"""The tree answers "where?": no import cycles, few entries, fronts without logic, one class of a name, no old names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import ROOT, python_files, tree

MOST_LOOSE = 9
MOST_IN_ENGINE = 9
MOST_FRONT_LINES = 60
PROMISED = {"Scenario", "Step", "Probe"}
"""Names users were promised; each may double a class of the model."""

OLD_NAMES = {
    "": "stats wording serving run plan following fault_duty sensing guarding capacity machine scaffold fronting live "
    "launching working standing provisioning streaming replaying dashboards",
    "engine": "someone acting performer stage means words watching waits once conductor crew alarm fairness collector "
    "traffic examples stand bridge face guest closed client_heads client_plain client_wire client_trust breathe hop "
    "carry_out Turns Seen Lent Someone Acting Performer Stage Means Waits Once Watcher Conductor Crew LedConductor",
    "engine/cluster": "estate duties desk post led course losses accounts gathering telling team member lease_holder "
    "invitation Estate Duty Desk Post Course Losses Accounts Gathering Team Member LeaseHolder Invitation",
    "html": "madeup Mould",
    "schedule": "crowd Crowd Stream unfold",
    "execution": "run following fault_duty sensing guarding Load Carrier Finished carry_out",
    "launch": "fronting Front Wish live working standing launching provisioning",
    "export": "streaming replaying dashboards",
    "control": "desk sight seeing wanted ticket tower acting described bodies steering gate refusals Desk Sight Wanted "
    "Ticket Tower Gate Steering",
    "edu": "lead crowd sofar without lines slots watch opening SoFar Slots Watch",
    "scenario": "pairs places promises unfold written readable caps mistakes tagged Places Readable Caps",
    "city": "hall Hall Trouble ailments",
}
"""Room → modules, classes and public functions that must not be there (any more); the words in prose are free."""

TERMS = re.compile(r"\b(?:accents?|someone|estate|hall|sight|sofar)\b", re.IGNORECASE)
ORDINARY = {"docs/personas.md": "accents in names", "docs/accents.md": "the old address, kept as a pointer"}


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _graph() -> dict[str, set[str]]:
    """Module → modules it imports, wherever in it and for types too; a package and its own files do not count."""
    files = {_module(name): name for name in python_files("hms_esr")}
    graph: dict[str, set[str]] = {module: set() for module in files}
    for module, name in files.items():
        for node in ast.walk(tree(name)):
            named: list[str] = []
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                named = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for other in named:
                front = files.get(other, "").endswith("__init__.py") and module.startswith(f"{other}.")
                own = name.endswith("__init__.py") and other.startswith(f"{module}.")
                if other in files and other != module and not front and not own:
                    graph[module].add(other)
    return graph


def _cycle(graph: dict[str, set[str]]) -> list[str]:
    """One cycle, as modules in order; empty when there is none."""
    done: set[str] = set()

    def search(module: str, path: list[str]) -> list[str]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        for other in sorted(graph[module]):
            if found := search(other, [*path, module]):
                return found
        done.add(module)
        return []

    return next((found for module in sorted(graph) if (found := search(module, []))), [])


def test_no_module_imports_itself_by_a_detour() -> None:
    """Inside packages, inside functions and for types neither."""
    assert _cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert _cycle(_graph()) == []


def test_few_entries_stand_loose() -> None:
    """The root and the engine are read at a glance."""
    loose = [path.stem for path in (ROOT / "hms_esr").glob("*.py") if path.stem not in ("__init__", "__main__")]
    engine = [path for path in (ROOT / "hms_esr" / "engine").iterdir() if path.is_dir() or path.suffix == ".py"]
    engine = [path.name for path in engine if path.name not in ("__pycache__", "__init__.py")]
    assert len(loose) <= MOST_LOOSE, loose
    assert len(engine) <= MOST_IN_ENGINE, engine


def test_fronts_show_and_do_nothing() -> None:
    """``__init__.py`` files are short and hold names and tables; only the package's own loads public names lazily."""
    for name in python_files("hms_esr"):
        if not name.endswith("/__init__.py"):
            continue
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= MOST_FRONT_LINES, name
        kinds = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With, ast.Try)
        logic = [node for node in tree(name).body if isinstance(node, kinds)]
        if name == "hms_esr/__init__.py":
            allowed = {"__getattr__", "TYPE_CHECKING"}
            logic = [
                node for node in logic if getattr(node, "name", "") not in allowed and not isinstance(node, ast.If)
            ]
        assert not logic, f"{name}:{logic[0].lineno}"


def _classes() -> Iterator[tuple[str, str]]:
    for name in python_files("hms_esr", "hms_edu", "hms_esr_client", "esr"):
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, name


def test_no_two_public_classes_of_one_name() -> None:
    """But the promised ones."""
    places = defaultdict(list)
    for name, place in _classes():
        places[name].append(place)
    assert not {name: found for name, found in places.items() if len(found) > 1 and name not in PROMISED}


def test_no_room_bears_a_public_name() -> None:
    """With every module imported, ``hms_esr.run`` and ``load`` are still functions, called twice."""
    code = """
import importlib, pathlib, sys
import hms_esr
for path in sorted(pathlib.Path("hms_esr").rglob("*.py")):
    if path.name != "__main__.py":
        importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
for _ in range(2):
    for call in (hms_esr.load, hms_esr.run):
        try:
            call("nothing_of_this_name.yml")
        except hms_esr.EsrError as error:
            print(type(error).__name__)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["BadInput"] * 4, done.stderr[-2000:]


def _defined(name: str) -> set[str]:
    """A file's own name, its classes and its public functions."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = {node.name for node in tree(name).body if isinstance(node, kinds) and not node.name.startswith("_")}
    return found | {Path(name).stem}


def test_no_old_name_is_left_in_its_room() -> None:
    """Modules, classes and public functions carry the field's names."""
    left = []
    for room, words in OLD_NAMES.items():
        folder = f"hms_esr/{room}/" if room else "hms_esr/"
        for name in python_files("hms_esr"):
            if name.startswith(folder) and (room or "/" not in name.removeprefix(folder)):
                left += [f"{name}: {word}" for word in sorted(_defined(name) & set(words.split()))]
    assert not left


def test_docs_use_the_glossary() -> None:
    """None of the old words stands in the documentation as a term."""
    found = []
    for path in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        found += [] if name in ORDINARY else [f"{name}: {match[0]}" for match in TERMS.finditer(text)]
    assert not found
