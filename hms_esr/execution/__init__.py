"""Owns one run from plan to verdict: preflight, faults, sensors, the load, the record.

Knows nothing of how a run was asked for.
"""
