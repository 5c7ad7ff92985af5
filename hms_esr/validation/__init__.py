"""Owns what a scenario's parts must agree on, the rules for checks, and the load forecast before a run.

Knows nothing of files.
"""
