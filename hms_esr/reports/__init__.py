"""Owns the kinds of reports made from a record and its judgement: one file each, one line each in this table.

Knows nothing of disks: a report is text with a file name. Entry point group: ``hms_esr.reports``.
"""

from __future__ import annotations

from hms_esr.registry import Registry
from hms_esr.reports.report import Report

REPORTS: Registry[type[Report]] = Registry(
    "report",
    {
        "html": "hms_esr.reports.html:HtmlReport",
        "json": "hms_esr.reports.summary:JsonReport",
        "junit": "hms_esr.reports.junit:JunitReport",
    },
)

__all__ = ["REPORTS", "Report"]
