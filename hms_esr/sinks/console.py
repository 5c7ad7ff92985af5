"""Owns the console of a run: live figures in a terminal, plain lines anywhere else, and the lines at its end.

Knows nothing of how a run is carried out or judged.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from hms_esr.events import Event, Happened, Progress, RunEnded, RunStarted
from hms_esr.sinks import phrases
from hms_esr.sinks.letters import shown

if TYPE_CHECKING:
    from hms_esr.record import Record
    from hms_esr.sinks.live import ConsoleFigures
    from hms_esr.verdicts.judgement import Judgement

LINE_EVERY_S = 10.0
WATCHED_EVERY_S = 2.0


class ConsoleSink:
    """Tells a person how the run goes on, on ``stream`` (standard output when not given).

    A line for each thing that happens; between them, in a terminal figures that stay in place, elsewhere a line every
    10 s of real time. ``watch``: people as they come and end, every 2 s. ``quiet``: nothing at all.
    """

    def __init__(self, stream: TextIO | None = None, *, watch: bool = False, quiet: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._watch = watch
        self._quiet = quiet
        self._every_s = WATCHED_EVERY_S if watch else LINE_EVERY_S
        self._said_at_s = 0.0
        self._last: Progress | None = None
        self._crowd: list[str] = []
        self._live: ConsoleFigures | None = None
        if not quiet and self._stream.isatty():
            from hms_esr.sinks.live import ConsoleFigures, can_show

            self._live = ConsoleFigures(self._stream) if can_show(self._stream) else None

    def handle(self, event: Event) -> None:
        """Say what there is to say about one event."""
        if self._quiet:
            return
        if isinstance(event, RunStarted):
            self._say(phrases.started(event))
            if self._live:
                self._live.start(event)
        elif isinstance(event, Happened):
            self._say(phrases.happened(event, watch=self._watch))
        elif isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, RunEnded):
            self._end(event)

    def _progress(self, event: Progress) -> None:
        self._last = event
        if self._live:
            self._live.show(event)
        if event.real_s - self._said_at_s < self._every_s:
            return
        if self._watch:
            self._said_at_s = event.real_s
            crowd = phrases.crowd(event)
            for line in crowd:
                if line not in self._crowd:
                    self._say(line)
            self._crowd = crowd
        elif not self._live:
            self._said_at_s = event.real_s
            self._say(phrases.moment(event))

    def _end(self, event: RunEnded) -> None:
        self.close()
        if self._last is not None:
            self._say(phrases.last_figures(self._last))
        self._say(phrases.ended(event))

    def _say(self, text: str) -> None:
        if not text:
            return
        line = shown(text, self._stream.encoding)
        if self._live and self._live.on:
            self._live.above(line)
        else:
            self._stream.write(line + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Give the terminal back; a second call does nothing."""
        if self._live:
            self._live.stop()


def closing_lines(
    record: Record, judgement: Judgement, report_path: Path | str, next_command: str, encoding: str | None = None
) -> list[str]:
    """The last lines of a run: checks, where people got stuck, verdict, sentence, report, what to try next.

    ``encoding``: of the stream they are for; standard output's when not given.
    """
    codec = encoding or sys.stdout.encoding
    return [shown(line, codec) for line in phrases.closing(record, judgement, str(report_path), next_command)]
