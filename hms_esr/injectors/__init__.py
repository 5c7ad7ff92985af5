"""Owns who carries faults out and takes them back, and the journal that survives a kill.

Knows nothing of when a fault is due.
"""
