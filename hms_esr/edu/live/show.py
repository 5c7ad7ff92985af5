"""Owns ``Dashboard.show(run_id)``: a run's page opened from Python, in a process of its own.

Knows nothing of pages. The script goes on at once; the page stays as long as somebody looks.
"""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from pathlib import Path

from hms_esr.edu.live.page_process import PageProcess

PORT = 8765


class Dashboard:
    """Live pages opened from this process."""

    _open: dict[tuple[str, str], PageProcess] = {}

    @classmethod
    def show(
        cls, run_id: str, *, out: str | Path = "results", port: int = PORT, browser: bool = True, quiet: bool = False
    ) -> str:
        """Serve the page of a run (an id, ``latest`` or a scenario's name) and open it; its address, at once.

        The port is 8765 or the next free one; the live feed is a WebSocket there. The page stays until the run is
        over, this process is gone and nobody has looked for a minute. ``browser`` False: open none; ``quiet``: print
        nothing. Raises BadInput when there is no such run. Does nothing, and returns "", while a file is only read
        for its scenario.
        """
        from hms_esr.scenario.builder import is_disarmed

        if is_disarmed():
            return ""
        folder = _folder(Path(out), run_id)
        known = (str(folder.parent.resolve()), folder.name)
        page = cls._open.get(known)
        if page is None or not page.running():
            page = cls._open[known] = PageProcess(folder.parent, folder.name, port=port, until="unseen")
        if not quiet:
            print(f"Live page: {page.url}", flush=True)
        if browser:
            _open_browser(page.url)
        return page.url

    @classmethod
    def close(cls) -> None:
        """End every page opened from this process."""
        for page in cls._open.values():
            page.stop()
        cls._open.clear()


def _folder(out: Path, run: str) -> Path:
    """The run's folder; one that was started this moment may have no record yet."""
    if run and (out / run).is_dir() and (out / run).parent == out:
        return out / run
    from hms_esr.store import find_run

    return find_run(out, run)


def _open_browser(url: str) -> None:
    """Open it where there is a window to open it in; a browser in the terminal would take the terminal."""
    with suppress(webbrowser.Error):
        found = webbrowser.get()
        if type(found) is not webbrowser.GenericBrowser:
            found.open(url)
