"""Owns the field kind ``template``: a text with other fields of the same person in it.

Knows nothing of how those are made. No expressions: a name in braces and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hms_esr.personas.safe import Draw, made_safe, real_looking

_NAME = re.compile(r"\{\{\s*persona\.(\w+)\s*\}\}|\{(\w+)\}")


class TemplateField:
    """``{template: "{first_name} of {city}"}``; ``{{ persona.first_name }}`` is read too."""

    def __init__(self, spec: Any, locale: str) -> None:
        if not isinstance(spec, str):
            raise ValueError(f"template takes a text such as '{{first_name}} of {{city}}', found {type(spec).__name__}")
        literal = _NAME.sub("", spec)
        if "{" in literal or "}" in literal:
            raise ValueError(
                f"{spec!r} has a brace that is no {{field}}; write names of fields in braces, nothing else"
            )
        if reason := real_looking(_NAME.sub("x", spec)):
            raise ValueError(reason)
        self._format = _NAME.sub(lambda found: f"{{{found[1] or found[2]}}}", spec)
        self.uses: tuple[str, ...] = tuple(dict.fromkeys(found[1] or found[2] for found in _NAME.finditer(spec)))

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """The text with the fields in their places; parts that join into a real-looking identifier are replaced."""
        return made_safe(self._format.format_map(person), draw)
