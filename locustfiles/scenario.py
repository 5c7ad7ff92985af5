"""Rehearsals in plain Locust: ``locust -f locustfiles/scenario.py --scenario scenarios/schedule_f.yml``.

Add User classes of your own below, or name their file too: ``-f locustfiles/scenario.py,mine.py``.
"""

from hms_esr.cli.under_locust import bind
from hms_esr.engine.locust_plugin.master_integration import Rehearsal  # noqa: F401  Locust finds the class here

bind()
