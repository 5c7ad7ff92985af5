"""Owns finding and reading persona templates.

Knows nothing of the people made from them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hms_esr.errors import BadInput, Problem
from hms_esr.library.folders import document, folders, is_file, shown
from hms_esr.registry import did_you_mean

if TYPE_CHECKING:
    from hms_esr.personas.template import PersonaTemplate

_ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_ENDINGS = (".yaml", ".yml", ".json")


def persona_names(beside: Path | None = None) -> list[str]:
    """Roles of all templates that can be named: beside a scenario, here, and in the package."""
    found: dict[str, None] = {}
    for folder in folders("personas", beside):
        found |= dict.fromkeys(sorted(path.stem for path in folder.iterdir() if path.suffix in _ENDINGS))
    return list(found)


def persona_template(name_or_path: str, *, beside: Path | None = None) -> PersonaTemplate:
    """The template of a role (``personas/`` beside the scenario, here, then the package) or of a file.

    BadInput: none of that name, or every mistake in it.
    """
    path = find_persona(name_or_path, beside)
    if path is None:
        known = persona_names(beside)
        if "/" in name_or_path or name_or_path.endswith(_ENDINGS):
            raise BadInput([Problem(name_or_path[:80], 0, 0, f"no such file; personas by name: {', '.join(known)}")])
        text = f"unknown persona '{name_or_path[:80]}'.{did_you_mean(name_or_path, known)}"
        raise BadInput([Problem("", 0, 0, text)])
    return read_template(path)


def find_persona(name_or_path: str, beside: Path | None = None) -> Path | None:
    """The file of a role or path; None when there is none."""
    if "/" in name_or_path or name_or_path.endswith(_ENDINGS):
        return Path(name_or_path) if is_file(Path(name_or_path)) else None
    return role_file(name_or_path, beside)


def role_file(role: str, beside: Path | None = None) -> Path | None:
    """The file of a role; None when there is none. Never a path: scenarios nobody vouches for name roles."""
    if not _ROLE.fullmatch(role):
        return None
    for folder in folders("personas", beside):
        for ending in _ENDINGS:
            if (folder / f"{role}{ending}").is_file():
                return folder / f"{role}{ending}"
    return None


def read_template(path: Path) -> PersonaTemplate:
    """A template file; BadInput with every mistake, in file order."""
    from pydantic import ValidationError

    from hms_esr.personas.template import PersonaTemplate
    from hms_esr.scenario.problems import mistakes_of, placed

    read = document(path)
    if not isinstance(read.data, dict):
        raise BadInput([Problem(shown(path), 1, 1, "a persona is keys and values, such as role: farmer")])
    try:
        return PersonaTemplate.model_validate(read.data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise BadInput(placed(read, mistakes_of(error), lambda place: place)) from None


def has_account(role: str) -> bool:
    """Whether people of ``role`` log in; False for a role that does not exist."""
    path = role_file(role)
    return path is not None and bool(read_template(path).account)
