"""Owns judging: expressions over metrics, checks, INVALID conditions, the verdict and its sentence.

Knows nothing of how figures were measured: a record comes in. ``syntax`` and ``expression`` read a check, ``metrics``
and ``measures/`` find its figures, ``checks`` and ``conditions`` hold them against limits, ``judge`` decides,
``sentence`` says it.
"""
