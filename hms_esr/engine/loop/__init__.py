"""Owns the event loop's own tools: timer, fair turns, the run's clock, garbage collection at quiet moments.

Knows nothing of people or requests.
"""
