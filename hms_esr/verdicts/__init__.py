"""Owns judging: expressions over metrics, checks, INVALID conditions, the verdict and its sentence.

Knows nothing of how figures were measured: a record comes in.
"""
