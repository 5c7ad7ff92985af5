"""Owns carrying a plan out: the only package that imports Locust or gevent.

Knows nothing of files, verdicts or reports: an assignment comes in, ticks and events go out.

- ``assignment``  what one worker must know to do its share
- ``users``       scenario to Locust ``User`` classes
- ``shapes``      ``LoadTestShape`` classes, one per kind of load, and the time warp around them
- ``start_loop``   starts each person at the intended moment
- ``alarm``       wakes the conductor to the tenth of a millisecond
- ``virtual_user``   one person, carrying out steps
- ``poller``       people who wait for a decision, without socket or greenlet
- ``recorder``    per-second figures
- ``local``       a run in one process
- ``stand``       Locust around a run in one process: a runner of ours, or somebody else's
- ``statistics``  Locust's own statistics, from ticks
- ``bridge``      requests and people as Locust's events and users
- ``face``        a rehearsal inside a Locust that somebody started; ``face_worker``: on its workers
- ``closed``      a scenario's journeys as plain Locust users
- ``under_locust`` the binding of a locustfile; ``web``: our part of Locust's web UI
- ``client*``     a person's HTTP; ``page``, ``forms``, ``madeup``: what people see and send
- ``compiled``    which modules Python reads and which were compiled: those with a ``.pxd``, which names their C types
"""

import hms_esr.compiled  # noqa: F401  (a stale build is read by Python)
