"""Owns which files a scenario takes with it into a cluster, and how they are cut into ConfigMaps.

Knows nothing of the objects around them. Keys and passwords never travel this way.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hms_esr.errors import BadInput, Problem
from hms_esr.library.folders import inside, is_file, shipped, shown
from hms_esr.library.people import role_file
from hms_esr.validation.check_rules import walk_steps

if TYPE_CHECKING:
    from hms_esr.library.loading import LoadedScenario

MOST_IN_ONE = 900_000
"""Bytes of one ConfigMap, as it is sent; Kubernetes allows 1 MiB of data."""
MOST_MAPS = 8
_CURE = (
    "put large files into an image of your own (FROM hms-esr:0.1.0, COPY) and name it with --image, or use fewer rows"
)


def scenario_files(loaded: LoadedScenario) -> dict[str, bytes]:
    """Paths below the scenario's folder, with contents: itself, its personas, data, uploads, certificates, metrics.

    BadInput names every file that cannot travel: outside of the folder, a private key, too large.
    """
    assert loaded.path is not None
    problems: list[Problem] = []
    found: dict[str, bytes] = {}
    for name, path in sorted(_wanted(loaded, problems)):
        try:
            found.setdefault(name, path.read_bytes())
        except OSError as error:
            problems.append(Problem(shown(path), 0, 0, f"cannot be read: {error.strerror or error}"))
    for name, content in found.items():
        if _sent_bytes(content) > MOST_IN_ONE:
            text = f"has {len(content):,} bytes; a ConfigMap holds {MOST_IN_ONE:,} (binary files: three quarters of it)"
            problems.append(Problem(name, 0, 0, f"{text}; {_CURE}"))
    if problems:
        raise BadInput(problems)
    if len(config_maps(found)) > MOST_MAPS:
        whole = sum(map(_sent_bytes, found.values()))
        text = f"with its files has {whole:,} bytes; {MOST_MAPS * MOST_IN_ONE:,} at most travel in ConfigMaps"
        raise BadInput([Problem(shown(loaded.path), 0, 0, f"{text}; {_CURE}")])
    return found


def _wanted(loaded: LoadedScenario, problems: list[Problem]) -> Iterator[tuple[str, Path]]:
    assert loaded.path is not None
    folder = loaded.folder
    yield loaded.path.name, loaded.path
    own = shipped("personas").resolve()
    for role in loaded.personas:
        path = role_file(role, folder)
        if path is not None and path.resolve().parent != own:
            yield f"personas/{path.name}", path
    for one in loaded.scenario.data.values():
        yield one.file, folder / one.file
    for _, step in walk_steps(loaded.scenario):
        for name in step.sent_files():
            found = None if "{{" in name else inside(folder, name) or inside(Path.cwd(), name)
            if found is not None:
                yield name, found
    yield from ((f"metrics/{path.name}", path) for path in folder.glob("metrics/*.py") if is_file(path))
    yield from _certificates(loaded, problems)


def _certificates(loaded: LoadedScenario, problems: list[Problem]) -> Iterator[tuple[str, Path]]:
    http = loaded.scenario.http
    if http.key is not None:
        text = "a private key does not belong in a ConfigMap; put it into an image of your own and name it with --image"
        problems.append(Problem("http.key", 0, 0, text))
    for kind in ("ca", "cert"):
        written = getattr(http, kind)
        if written is None:
            continue
        path = Path(written)
        base = next((one for one in (loaded.folder.resolve(), Path.cwd()) if path.is_relative_to(one)), None)
        if base is None:
            problems.append(Problem(f"http.{kind}", 0, 0, f"'{path.name}' stands outside of the scenario's folder"))
        elif b"PRIVATE KEY" in path.read_bytes():
            problems.append(Problem(f"http.{kind}", 0, 0, f"'{path.name}' holds a private key; it stays at home"))
        else:
            yield str(path.relative_to(base)), path


def config_maps(files: Mapping[str, bytes]) -> list[dict[str, dict[str, Any]]]:
    """``data``, ``binaryData`` and ``paths`` (key → path) of as few ConfigMaps as hold all files."""
    maps: list[dict[str, dict[str, Any]]] = []
    room = 0
    for number, (path, content) in enumerate(files.items()):
        size = _sent_bytes(content)
        if size > room:
            maps.append({"data": {}, "binaryData": {}, "paths": {}})
            room = MOST_IN_ONE
        room -= size
        key = f"file-{number}"
        maps[-1]["paths"][key] = path
        text = _text(content)
        if text is None:
            maps[-1]["binaryData"][key] = b64encode(content).decode("ascii")
        else:
            maps[-1]["data"][key] = text
    return maps


def _text(content: bytes) -> str | None:
    """The file as text; None when it is none, or would not come back byte for byte."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(letter.isprintable() or letter in "\t\n" for letter in text) else None


def _sent_bytes(content: bytes) -> int:
    return len(content) if _text(content) is not None else -(-len(content) // 3) * 4
