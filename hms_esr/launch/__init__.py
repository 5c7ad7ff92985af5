"""Owns the ways a run is started: as a process, over workers, interactively, as a Kubernetes Job.

Knows nothing of verdicts.
"""
