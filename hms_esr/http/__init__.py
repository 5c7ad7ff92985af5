"""Owns HTTP without an event loop: addresses, heads, cookies, answers, TLS, and a server for pages of ours.

Never imports ``html`` or gevent.
"""

import hms_esr.compiled  # noqa: F401  (a stale build is read by Python)
