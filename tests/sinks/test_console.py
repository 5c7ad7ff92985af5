"""Facts about the console of a run."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from hms_esr.events import Event, Happened
from hms_esr.sinks.console import ConsoleSink, closing_lines
from hms_esr.verdicts.judge import judge
from tests.records import made_up_record
from tests.sinks.hears import ENDED, STARTED, fault, progress

RUN: list[Event] = [
    STARTED,
    Happened("ramp_up_complete", "ramp up complete", 3.0, 90.0),
    *[progress(float(second), completed=10 * second) for second in range(1, 25)],
    fault("fault_on", 24.5, fault="latency", latency_ms=800.0),
    ENDED,
]


class Stream(io.StringIO):
    """A stream with an encoding, a terminal or not."""

    def __init__(self, encoding: str, *, terminal: bool) -> None:
        super().__init__()
        self._encoding = encoding
        self._terminal = terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


def heard(*, encoding: str = "utf-8", terminal: bool = False, **choices: bool) -> str:
    stream = Stream(encoding, terminal=terminal)
    sink = ConsoleSink(stream, **choices)
    for event in RUN:
        sink.handle(event)
    sink.close()
    sink.close()
    return stream.getvalue().replace("\u00a0", " ")


def test_plain_lines_come_now_and_then() -> None:
    """Without a terminal: the start, what happens, a line of figures each 10 s, the end."""
    lines = heard().splitlines()

    assert [line.split(" ")[0] for line in lines] == ["▶", "⏱", "0:10", "0:20", "⏱", "·", "🏁"]
    assert "finished (duration 6 min 12 s)" in lines[-1]


def test_quiet_says_nothing() -> None:
    """The closing lines are the command's; the sink is silent."""
    assert heard(quiet=True) == ""


def test_watching_shows_people_as_they_come_and_end() -> None:
    """Every two seconds: who is active, who completed, who failed where; unchanged lines are not repeated."""
    lines = heard(watch=True).splitlines()

    assert lines.count("👥 37 personas active") == 1
    assert "✔ 20 completed" in lines and "✔ 240 completed" in lines
    assert lines.count("✖ 12 failed at submit") == 1
    assert "⏱ latency spike injected (eligibility-svc → 800 ms)" in lines


def test_symbols_degrade_where_the_encoding_has_none() -> None:
    """On an ASCII stream every line is ASCII."""
    assert heard(encoding="ascii").isascii()


def test_a_terminal_gets_figures_that_stay_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal the figures are drawn over, lines of events stay above, and the cursor is given back."""
    monkeypatch.setenv("TERM", "xterm")
    text = heard(terminal=True)

    assert "\x1b[?25l" in text and text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert "240 completed" in text
    assert "latency spike injected" in text
    assert text.rstrip().endswith("finished (duration 6 min 12 s)")


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cursor cannot move nothing is drawn over."""
    monkeypatch.setenv("TERM", "dumb")

    assert "\x1b" not in heard(terminal=True)


def test_text_of_a_target_cannot_command_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """An escape in a step's name or a message never reaches the terminal, nor is markup obeyed."""
    monkeypatch.setenv("TERM", "xterm")
    for terminal in (False, True):
        stream = Stream("utf-8", terminal=terminal)
        sink = ConsoleSink(stream)
        sink.handle(STARTED)
        sink.handle(Happened("note", "\x1b]0;owned\x07 [red]x[/red]", 1.0, 30.0))
        sink.handle(progress(12.0, failed_by_step={"\x1b[2J": 3}))
        sink.close()

        assert "\x1b]0;" not in stream.getvalue()
        assert "\x1b[2J" not in stream.getvalue()
        assert "[red]x[/red]" in stream.getvalue()


def test_rich_is_loaded_for_a_terminal_only() -> None:
    """Plain lines cost no import of the terminal library."""
    code = (
        "import sys, io; from hms_esr.sinks import SINKS; SINKS.get('console')(io.StringIO()).close(); "
        "sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_closing_lines_fit_the_stream() -> None:
    """The last lines are made for the encoding they go to."""
    record = made_up_record()

    assert all(line.isascii() for line in closing_lines(record, judge(record), "r.html", "x", "ascii"))
