"""Owns the what-if: changed settings of services in a sandbox, known by ``changes`` with ``box``.

Knows nothing of sandboxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.dialects.translation import Translation
from hms_esr.schema.types import as_text


class WhatIf:
    """``{box, name, changes: [{service, env, value}]}``; ``days``, number or text, is the duration."""

    @staticmethod
    def recognizes(data: Mapping[str, Any]) -> bool:
        """By ``changes`` with ``box``."""
        return "changes" in data and "box" in data

    @staticmethod
    def translate(data: Mapping[str, Any]) -> Translation:
        """Everything is canonical but ``days``."""
        result = Translation({key: value for key, value in data.items() if key != "days"})
        if "days" not in data:
            return result
        text = as_text(data["days"])
        if "duration" in data:
            result.wrong(("days",), "write days or duration, not both", key=True)
        elif not isinstance(text, str) or not text.strip().replace(".", "", 1).isdigit():
            result.wrong(("days",), "a number of days is wanted here, such as 14")
        else:
            result.put(("duration",), f"{text.strip()}d", ("days",))
        return result
