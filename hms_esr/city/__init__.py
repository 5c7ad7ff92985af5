"""Owns the embedded system under test: a small mock city government, run as a process of its own.

Knows nothing of scenarios or of the engine. ``process`` starts it from elsewhere; ``server`` serves it; ``app`` leads a
request through it; ``services/`` hold its pages; ``clerks`` is the law of its claims queue, ``faults`` its ailments.
"""
