"""Owns the live page of a run: watched while it goes on, and the same page from its record afterwards.

Knows nothing of how a run is carried out or started: it only reads what is on record.
"""
