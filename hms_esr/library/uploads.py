"""Owns the files that a scenario uploads: which are there, which are not, and what is said of those made up instead.

Knows nothing of runs; files are made up elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from hms_esr.formatting import listed
from hms_esr.html.generated_files import is_valid
from hms_esr.library.loading import LoadedScenario
from hms_esr.validation.check_rules import walk_steps

MOST_NAMES = 5


def found_uploads(loaded: LoadedScenario) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Bytes of the files to upload that exist (scenario's folder, then the working directory), and names of others.

    None exist for a scenario that was sent in. A name with a template in it is known only when somebody comes.
    """
    found: dict[str, bytes] = {}
    missing = []
    for _, step in walk_steps(loaded.scenario):
        for name in step.sent_files():
            if "{{" in name or name in found:
                continue
            for folder in () if loaded.sent_in else (loaded.folder, Path()):
                path = (folder / name).resolve()
                if path.is_file() and path.is_relative_to(folder.resolve()):
                    found[name] = path.read_bytes()
                    break
            else:
                missing.append(name)
    return found, tuple(dict.fromkeys(missing))


def no_file(name: str) -> str:
    """What ``--strict`` says of a file that is not there."""
    return f"there is no file '{name}' to upload"


def told_made_up(names: Iterable[str]) -> Iterator[str]:
    """What a run says of files that are not there; nothing when all are. What no program would open is said so."""
    every = [*names]
    if every:
        more = ["…"] if len(every) > MOST_NAMES else []
        yield f"Made up, another for each person, because there is no such file: {listed(every[:MOST_NAMES] + more)}."
    for name in every:
        if not is_valid(name):
            yield not_valid(name)


def not_valid(name: str) -> str:
    """The warning for a kind of file that cannot be made up."""
    kind = f".{name.rpartition('.')[2]} file" if "." in name else "file without an ending"
    return f"{name} is made up as plain text: no valid {kind} can be made up. Put a real one beside the scenario."
