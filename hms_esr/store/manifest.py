"""Owns the reading of a run's manifest.

Knows nothing of ticks or databases.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from hms_esr.errors import BadInput, Problem
from hms_esr.record import Manifest
from hms_esr.store.layout import MANIFEST


def read_manifest(folder: Path) -> Manifest:
    """The manifest in ``folder``. Raises BadInput when there is none, or when it is damaged."""
    whole = manifest_json(folder)
    known = {field.name: whole[field.name] for field in fields(Manifest) if field.name in whole}
    missing = [field.name for field in fields(Manifest) if field.name not in known and _needed(field)]
    if missing:
        raise BadInput([Problem(str(folder / MANIFEST), 0, 0, f"is no manifest of a run: {missing[0]} is missing")])
    return Manifest(**known)


def _needed(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def manifest_json(folder: Path) -> dict[str, Any]:
    """The manifest's JSON object, unchecked. Raises BadInput when there is none."""
    path = folder / MANIFEST
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput([Problem(str(folder), 0, 0, f"is not a run: it has no {MANIFEST}")]) from None
    except OSError as error:
        raise BadInput([Problem(str(path), 0, 0, f"cannot be read: {error.strerror or error}")]) from None
    except ValueError as error:
        raise BadInput([Problem(str(path), 0, 0, f"is no JSON: {error}")]) from None
    if not isinstance(whole, dict):
        raise BadInput([Problem(str(path), 0, 0, "is no manifest of a run: a JSON object is needed")])
    return whole
