"""Owns short ways to templates and people for the tests here.

Knows nothing of the shipped templates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from hms_esr.personas.person import PeopleMaker
from hms_esr.personas.template import PersonaTemplate

SHIPPED = Path(__file__).resolve().parents[2] / "personas"


def template(role: str = "tester", **keys: Any) -> PersonaTemplate:
    """A template from keys as a file writes them."""
    return PersonaTemplate.model_validate({"role": role, **keys})


def shipped(name: str) -> PersonaTemplate:
    """A template of ``personas/``."""
    return PersonaTemplate.model_validate(yaml.safe_load((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")))


def maker(seed: int = 1, **keys: Any) -> PeopleMaker:
    """People of a template of these keys, the same in every run."""
    return PeopleMaker(template(**keys), seed, "fixed")
