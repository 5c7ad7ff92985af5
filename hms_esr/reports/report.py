"""Owns what a report is.

Knows nothing of disks.
"""

from __future__ import annotations

from typing import Protocol

from hms_esr.record import Record
from hms_esr.verdicts.judgement import Judgement


class Report(Protocol):
    """One kind of report. Classes are made without arguments."""

    filename: str
    """What the file in the run's folder is called."""

    def write(self, record: Record, judgement: Judgement) -> str:
        """The whole file's text, UTF-8."""
        ...
