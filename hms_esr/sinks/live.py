"""Owns the figures that stay in place in a terminal while a run goes on.

Knows nothing of what they mean. No thread of its own: it draws when it is told something, at most four times a second.
"""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from hms_esr import formatting
from hms_esr.events import Progress, RunStarted
from hms_esr.sinks import phrases
from hms_esr.sinks.letters import shown

DRAW_EVERY_S = 0.25
BAR_CELLS = 30


def can_show(stream: TextIO) -> bool:
    """Whether figures can stay in place there: a terminal that moves its cursor."""
    console = Console(file=stream)
    return console.is_terminal and not console.is_dumb_terminal


class ConsoleFigures:
    """A few lines at the bottom of the terminal: progress, people, rates, faults. ``on`` while they are there."""

    def __init__(self, stream: TextIO) -> None:
        self._encoding = stream.encoding
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._length_real_s = 0.0
        self._drawn_at_s = float("-inf")
        self.on = False

    def start(self, event: RunStarted) -> None:
        """Take the bottom of the terminal."""
        self._length_real_s = event.length_real_s
        self._live.start()
        self.on = True

    def show(self, event: Progress) -> None:
        """Draw the figures of a moment, unless others were drawn just before."""
        if self.on and event.real_s - self._drawn_at_s >= DRAW_EVERY_S:
            self._drawn_at_s = event.real_s
            self._live.update(self._figures(event), refresh=True)

    def above(self, line: str) -> None:
        """A line that stays, above the figures."""
        self._console.print(Text(line))

    def stop(self) -> None:
        """Give the terminal back."""
        if self.on:
            self.on = False
            self._live.stop()

    def _figures(self, event: Progress) -> Text:
        rows = [(f"{self._bar(event)}  {event.phase}  {phrases.clocks(event)}", "")]
        rows += [(phrases.people(event), ""), (phrases.rates(event), "")]
        if event.faults_on:
            rows.append((f"faults on: {', '.join(event.faults_on)}", "yellow"))
        width = max(20, self._console.width - 1)
        text = Text(no_wrap=True, overflow="ellipsis")
        for number, (row, style) in enumerate(rows):
            line = shown(row, self._encoding)
            text.append(("\n" if number else "") + _cut(line, width), style=style)
        return text

    def _bar(self, event: Progress) -> str:
        whole_s = max(self._length_real_s, 0.001)
        done = min(1.0, event.real_s / whole_s)
        cells = int(done * BAR_CELLS)
        of = f"of {formatting.elapsed(self._length_real_s)}"
        return f"{'█' * cells}{'░' * (BAR_CELLS - cells)} {of}"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 3] + "..."
