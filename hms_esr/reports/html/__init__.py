"""Owns the report a person reads: ``report.html``, one file per section.

Knows nothing of how a run is carried out or judged: a record and its judgement come in, text goes out.
"""

from __future__ import annotations

from hms_esr.reports.html.page import HtmlReport

__all__ = ["HtmlReport"]
