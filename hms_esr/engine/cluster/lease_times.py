"""Owns the times by which master and workers trust each other; all on monotonic clocks.

Knows nothing of messages or of people.
"""

from __future__ import annotations

LEASE_S = 5.0
"""Without a grant for so long, a worker stops everybody."""
SENDS_UNTIL_S = LEASE_S + 0.2
"""Nor is anything sent: whoever has started, and goes on before everybody is stopped, is held back."""
BEFORE_BEGIN_S = 60.0
"""The same before anybody comes: nobody can do harm, and workers that are starting leave a master little time."""
HORIZON_S = 2.0
"""A grant allows to start people for so long."""
GRANT_EVERY_S = 0.5
HEARD_WITHIN_S = 1.0
"""A remote worker that was not heard for so long is granted nothing more: it may have started whom it was granted."""
SILENT_S = LEASE_S + 0.5
"""A worker that was not heard for so long is lost."""
COME_BACK_WITHIN_S = 30.0
"""A worker of another machine whose lease ended looks for its master for so long, to deliver what it has."""
MOST_BOUND_S = 0.02
"""More doubt about where a worker's clock stands makes a run INVALID."""
