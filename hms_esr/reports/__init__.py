"""Owns the kinds of reports made from a record and its judgement: one file each, one line each in this table.

Knows nothing of disks: a report is text with a file name. Entry point group: ``hms_esr.reports``.
"""

from __future__ import annotations

from typing import Protocol

from hms_esr.record import Record
from hms_esr.registry import Registry
from hms_esr.verdicts.judgement import Judgement


class Report(Protocol):
    """One kind of report. Classes are made without arguments."""

    filename: str
    """What the file in the run's folder is called."""

    def write(self, record: Record, judgement: Judgement) -> str:
        """The whole file's text, UTF-8."""
        ...


REPORTS: Registry[type[Report]] = Registry(
    "report",
    {
        "html": "hms_esr.reports.html:HtmlReport",
        "json": "hms_esr.reports.summary:JsonReport",
        "junit": "hms_esr.reports.junit:JunitReport",
    },
)

__all__ = ["REPORTS", "Report"]
