"""Owns the live page of a run, and its feed.

Knows nothing of how a run is carried out.
"""
