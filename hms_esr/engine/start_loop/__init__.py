"""Owns starting each person at the intended moment, in one process.

Knows nothing of other workers.
"""
