"""Owns rehearsals inside a Locust that somebody else started, and our part of its web UI.

Knows nothing of command lines.
"""
