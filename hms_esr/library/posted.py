"""Owns scenarios that were sent in: a document beside which stands what the receiver is told (target, options).

Never reads a file that such a scenario names: data sets, certificates and files to upload are the receiver's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hms_esr.errors import BadInput, Problem
from hms_esr.library.folders import read_bytes, shown
from hms_esr.library.loading import LoadedScenario, read_scenario
from hms_esr.scenario.source import read_document
from hms_esr.scenario.source_locations import Document

TARGET, TARGETS, OPTIONS = "target", "targets", "options"
_PYTHON = re.compile(rb"\s*(?:#[^\n]*\n\s*)*(?:from\s+[\w.]+\s+import\s|import\s+\w)")


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: the scenario's document, and what stood beside it. ``target`` is empty when none was named."""

    document: Document
    target: str
    options: Mapping[str, Any]


def read_sent(raw: bytes, name: str, *, without_targets: bool = False) -> Sent:
    """Take a document (YAML or JSON) apart; ``without_targets`` leaves out the scenario's own targets too.

    Raises BadInput with a place: no document, no keys and values, Python, a target or options of a wrong kind.
    """
    if _PYTHON.match(raw):
        text = (
            "Python is not carried out here; send what it makes: hms-esr show FILE.py, or launch(scenario) from Python"
        )
        raise BadInput([Problem(name, 1, 1, text)])
    whole = read_document(raw, name)
    if not isinstance(whole.data, Mapping):
        raise BadInput([whole.problem((), "a scenario is keys and values, such as name: my-first")])
    target, options = whole.data.get(TARGET) or "", whole.data.get(OPTIONS)
    options = {} if options is None else options
    problems = []
    if not isinstance(target, str):
        problems.append(whole.problem((TARGET,), "an address is wanted here, such as http://127.0.0.1:8000"))
    if not isinstance(options, Mapping):
        problems.append(whole.problem((OPTIONS,), "keys and values are wanted here, such as {scale: 2}"))
    if problems:
        raise BadInput(problems)
    beside = {TARGET, OPTIONS} | ({TARGETS} if without_targets else set())
    kept = {key: value for key, value in whole.data.items() if key not in beside}
    return Sent(replace(whole, data=kept), target.strip(), options)


def check_sent(sent: Sent, variables: Mapping[str, str] | None = None) -> LoadedScenario:
    """The scenario of what was sent, with the receiver's personas and metric functions. BadInput with every mistake."""
    return replace(read_scenario(sent.document, variables=variables, trusted=False), sent_in=True)


def load_sent(
    path: Path, *, variables: Mapping[str, str] | None = None, without_targets: bool = False
) -> LoadedScenario:
    """The scenario of a file that holds what was sent, byte for byte. BadInput as above."""
    sent = read_sent(read_bytes(path), shown(path), without_targets=without_targets)
    return replace(check_sent(sent, variables), path=path)
