"""Owns the sink ``influx``: starts the process that sends a run's points, tells how it goes, waits at the end.

Knows nothing of points. Nothing is sent, written or waited for in the run's own process until the run is over.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from hms_esr import formatting
from hms_esr.events import Event, Progress, RunEnded, RunStarted
from hms_esr.sinks.influx.connection import InfluxConnection
from hms_esr.sinks.influx.state import DEAD, FOLDER, SenderState, read_state
from hms_esr.sinks.influx.transport import ANSWER_S, CONNECT_S

LOOK_EVERY_S = 1.0
MOST_STARTS = 5
CAUGHT_UP_S = 5.0
"""What waits longest is younger: nothing is left of what waited."""
GRACE_S = 5.0
"""Beyond the time to wait and that of one request: then it is ended."""


class InfluxSink:
    """Streams the run in ``folder`` to ``connection`` by ``command``, a process of its own.

    ``tell`` hears lines for a person; ``resend`` is what that person types to send what is left.
    """

    def __init__(
        self,
        folder: Path,
        connection: InfluxConnection,
        command: Sequence[str],
        tell: Callable[[str], None],
        resend: str,
    ) -> None:
        self._folder, self._connection = folder, connection
        self._command, self._tell, self._resend = list(command), tell, resend
        self._looked_s = 0.0
        self._told = ("", "")
        self._away_s = 0.0
        self._is_lost_told = False
        self._starts = 0
        self._began = self._over = False
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        """The token goes through a pipe: nobody sees it in a list of processes. The end of the pipe is our end."""
        self._starts += 1
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdin is not None
        given = {"folder": str(self._folder.absolute()), "connection": self._connection.as_json()}
        with suppress(OSError):
            process.stdin.write(json.dumps(given).encode() + b"\n")
            process.stdin.flush()
        return process

    def handle(self, event: Event) -> None:
        """Look once a second how sending goes; say that the run is over."""
        if isinstance(event, RunStarted):
            self._began = True
        elif isinstance(event, Progress):
            self._look()
        elif isinstance(event, RunEnded):
            self._finish()

    def _look(self) -> None:
        now_s = monotonic()
        if now_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now_s
        self._say(read_state(self._folder))
        if self._process.poll() is not None and self._starts < MOST_STARTS:
            self._tell("InfluxDB: the process that sends points ended; another goes on where it was")
            self._let_go()
            self._process = self._start()

    def _say(self, state: SenderState) -> None:
        if state.trouble:
            self._say_away(state)
        elif state.behind_s < CAUGHT_UP_S:
            self._say_back()
        if state.lost_points > 0 and not self._is_lost_told:
            self._is_lost_told = True
            self._tell(
                f"InfluxDB: no more may wait on disk; from here on points are lost. Send them later: {self._resend}"
            )

    def _say_away(self, state: SenderState) -> None:
        """Once for each reason, until all that waited is sent."""
        self._count_away(state)
        if (state.trouble, state.reason) == self._told:
            return
        self._told = (state.trouble, state.reason)
        if state.trouble == "refused":
            text = f"InfluxDB refuses points ({state.reason}); they are kept on disk. Look: hms-esr influx check"
        else:
            text = f"InfluxDB takes no points ({state.reason}); they are kept on disk and sent when it does"
        self._tell(text)

    def _count_away(self, state: SenderState) -> None:
        if state.trouble:
            self._away_s = max(1.0, self._away_s, state.trouble_s)

    def _say_back(self) -> None:
        """If it was away, and this was told."""
        if self._away_s:
            self._tell(f"InfluxDB takes points again after {formatting.whole_s(self._away_s)}; what waited is sent")
            self._told, self._away_s = ("", ""), 0.0

    def _let_go(self) -> None:
        """The end of the pipe: for the process that sends, the run is over."""
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _finish(self) -> None:
        if not self._over:
            self._over = True
            self._let_go()

    def close(self) -> None:
        """Wait for what is left, as long as was asked for, and say what became of it; a second call does nothing."""
        if self._starts < 0:
            return
        self._starts = -1
        self._finish()
        if not self._began:
            self._process.kill()
            self._process.wait()
            return
        until_s = monotonic() + self._connection.wait_s + CONNECT_S + ANSWER_S + GRACE_S
        said = False
        while self._process.poll() is None and monotonic() < until_s:
            state = read_state(self._folder)
            self._count_away(state)
            if state.trouble and not said:
                said = True
                left = formatting.plural(state.waiting_points, "point waits", "points wait")
                at_most = formatting.whole_s(self._connection.wait_s)
                self._tell(f"InfluxDB: {left} ({state.reason}); trying for {at_most} more")
            sleep(0.05)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._last_words(read_state(self._folder))

    def _last_words(self, state: SenderState) -> None:
        if not (self._folder / FOLDER).is_dir():
            return
        left = state.waiting_points + state.lost_points
        written = formatting.plural(state.written_points, "point", "points")
        if state.fault:
            self._tell(
                f"InfluxDB: sending ended by an internal error ({state.fault}). Send the run again: {self._resend}"
            )
        elif left or not state.over:
            why = f" ({state.reason})" if state.reason else ""
            not_sent = formatting.plural(left, "point", "points") if left else "some perhaps"
            self._tell(f"InfluxDB: {written} written, {not_sent} not{why}. Send the run again: {self._resend}")
        else:
            self._say_back()
            self._tell(f"InfluxDB: {written} written to {self._connection.place}")
        if state.dead_points:
            where = self._folder / FOLDER / DEAD
            self._tell(f"InfluxDB never took {formatting.plural(state.dead_points, 'point', 'points')}: see {where}")
