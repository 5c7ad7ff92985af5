"""Owns the writing of ``dashboards/*.json``: ``python -m grafana.generate``.

Knows nothing of what is on them. A test holds that the files are what this makes.
"""

from __future__ import annotations

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana import cluster, compare, engineering, history, rehearsal

FOLDER = Path(__file__).resolve().parent / "dashboards"
BOARDS = {
    "rehearsal": rehearsal.board,
    "engineering": engineering.board,
    "cluster": cluster.board,
    "compare": compare.board,
    "history": history.board,
}


def texts() -> dict[str, str]:
    """The files' names and texts."""
    made = {
        name: json.dumps(board().build(), cls=JSONEncoder, indent=2, ensure_ascii=False)
        for name, board in BOARDS.items()
    }
    return {f"{name}.json": text + "\n" for name, text in made.items()}


def main() -> None:
    """Write them all."""
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
