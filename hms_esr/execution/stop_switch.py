"""Owns the switch that ends a run.

Knows nothing of who presses it.
"""

from __future__ import annotations


class StopSwitch:
    """Asked by the run whether somebody wants it to end; pressed from signal handlers."""

    def __init__(self) -> None:
        self.presses = 0
        self.who = ""

    def pressed(self) -> bool:
        """Whether somebody wants the end."""
        return self.presses > 0

    def pressed_twice(self) -> bool:
        """Whether somebody wants it without ``after``."""
        return self.presses > 1

    def press(self, who: str) -> None:
        """Ask for the end; a second time skips ``after`` too. Faults are undone all the same."""
        self.presses += 1
        self.who = self.who or who
