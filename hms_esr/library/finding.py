"""Owns finding scenarios: by path, by the stem of a file, by the name inside it.

Knows nothing of whether they are right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hms_esr.dialects.recognition import dialect_of
from hms_esr.dialects.translation import as_list
from hms_esr.errors import BadInput, Problem
from hms_esr.library.folders import document, is_file, shipped, shown
from hms_esr.registry import did_you_mean

DATA_ENDINGS = (".yml", ".yaml", ".json")
ENDINGS = (*DATA_ENDINGS, ".py")
_MARKS = frozenset(["load", "journeys", "steps", "script", "load_profile", "changes"])
_MOST_FILES = 500
_MOST_NAMED = 8
_LONGEST_PART = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """A scenario file as a list shows it. ``error``: its first mistake when it cannot be read; the rest is empty."""

    path: Path
    stem: str
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    dialect: str = ""
    error: str = ""


def stem_of(path: Path) -> str:
    """``passport_renewal`` of ``scenarios/passport_renewal.scn.yaml``."""
    name = path.name.removesuffix(path.suffix)
    return name.removesuffix(".scn") or path.name


def listing(path: Path) -> Listing | None:
    """What a file says of itself; None when it is no scenario. Python files are not run, so they have only a stem."""
    stem = stem_of(path)
    if path.suffix == ".py":
        return Listing(path, stem, dialect="fluent")
    try:
        data = document(path).data
    except BadInput as error:
        return Listing(path, stem, error=str(error.problems[0]))
    if not isinstance(data, Mapping) or not _MARKS.intersection(data):
        return None
    return Listing(
        path,
        stem,
        name=str(data.get("name", data.get("scenario", stem))),
        description=str(data.get("description", "")),
        tags=_tags(data),
        dialect=dialect_of(data),
    )


def _tags(data: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(tag) for key in ("tags", "tag") if key in data for tag in as_list(data[key]))


def all_scenarios(*, with_shipped: bool = False) -> list[Listing]:
    """Scenarios of ``scenarios/`` here (and ``./``, and those that come with the package, when asked for).

    Without a folder ``scenarios/`` here, those of the package.
    """
    here = Path.cwd() / "scenarios"
    sources = [here if here.is_dir() else shipped("scenarios")]
    if with_shipped:
        sources = [Path.cwd(), *sources, shipped("scenarios")]
    found: dict[Path, Listing] = {}
    for folder in sources:
        for path in _files(folder):
            one = listing(path) if folder.name == "scenarios" or path.suffix != ".py" else None
            if one is not None and (folder.name == "scenarios" or not one.error):
                found.setdefault(path.resolve(), one)
    return list(found.values())


def _files(folder: Path) -> Iterator[Path]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and path.is_file())
    except OSError:
        return
    yield from files[:_MOST_FILES]


def find_scenario(name: str) -> Path:
    """The file meant by a path, a file's stem or a scenario's name.

    Looked for in ``./`` and ``scenarios/``, then among those that come with the package. BadInput: nothing found (with
    the nearest), or two files found.
    """
    if not name.strip() or "\0" in name or len(name) > 1000:
        raise BadInput([Problem("", 0, 0, "a scenario's file or name is wanted, such as scenarios/schedule_f.yml")])
    path = Path(name)
    if path.suffix in ENDINGS or "/" in name or is_file(path):
        return _existing(path, name)
    for folders in ([Path.cwd(), Path.cwd() / "scenarios"], [shipped("scenarios")]):
        found = _called(name, folders)
        if len(found) > 1:
            both = " and ".join(shown(one) for one in found)
            raise BadInput([Problem(name, 0, 0, f"two scenarios have this name: {both}; give the file")])
        if found:
            return found[0]
    known = sorted({word for one in all_scenarios(with_shipped=True) for word in (one.stem, one.name) if word})
    raise BadInput([Problem(name, 0, 0, f"no scenario of this name in ./ or scenarios/.{did_you_mean(name, known)}")])


def _existing(path: Path, name: str) -> Path:
    if is_file(path):
        return path
    if any(len(part) > _LONGEST_PART for part in path.parts):
        raise BadInput([Problem(f"{name[:80]}…", 0, 0, "no such file")])
    near = shipped("scenarios") / path.name
    if path.parent.name == "scenarios" and not path.is_absolute() and is_file(near):
        return near
    if path.is_dir():
        raise BadInput([Problem(name, 0, 0, "is a folder; name a scenario file in it")])
    raise BadInput([Problem(name, 0, 0, f"no such file.{_beside(path)}")])


def _beside(path: Path) -> str:
    """What a person may have meant by a file that is not there, as it is typed from here."""
    folder = path.parent
    if not folder.is_dir():
        return f" There is no folder '{folder}'"
    places = {place.resolve(): place for place in (folder, Path("scenarios"))}
    files = [one for place in places.values() for one in _files(place) if one.suffix in DATA_ENDINGS]
    near = did_you_mean(str(path), [str(one) for one in files])
    if near.startswith(" Did"):
        return near
    listed = [listing(one) for one in files]
    found = [str(one.path) for one in listed if one is not None and not one.error]
    if not found:
        return ""
    more = ", …" if len(found) > _MOST_NAMED else ""
    return f" There are {', '.join(found[:_MOST_NAMED])}{more}"


def _called(name: str, folders: list[Path]) -> list[Path]:
    """Files whose stem is ``name``, otherwise those that call themselves so."""
    files = {path.resolve(): path for folder in folders for path in _files(folder)}
    by_stem = [path for path in files.values() if stem_of(path) == name]
    listed = (listing(path) for path in files.values() if path.suffix in DATA_ENDINGS)
    by_name = [one.path for one in listed if one is not None and one.name == name]
    return list(dict.fromkeys(by_stem + by_name))
