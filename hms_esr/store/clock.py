"""Owns a quick look at a run's clock: whether it stands still now.

Reads no ticks; writes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from hms_esr.store.database import open_to_read, unreadable
from hms_esr.store.layout import DATABASE

_LAST = "SELECT body FROM events WHERE json_extract(body, '$.event') = 'ClockChanged' ORDER BY number DESC LIMIT 1"


def clock_stands(folder: Path) -> bool:
    """Whether the last thing its record says of the clock is that it stands still (a pause). BadInput: damaged."""
    path = folder / DATABASE
    connection = open_to_read(path)
    if connection is None:
        return False
    try:
        found = connection.execute(_LAST).fetchone()
        return found is not None and float(json.loads(found[0])["warp"]) == 0
    except (sqlite3.Error, KeyError, TypeError, ValueError) as error:
        raise unreadable(path, error) from None
    finally:
        connection.close()
