"""Owns the command line: one file per command, one line each in the table of ``program``.

Knows nothing of what a command does.
"""

from hms_esr.cli.program import COMMANDS, group, main

__all__ = ["COMMANDS", "group", "main"]
