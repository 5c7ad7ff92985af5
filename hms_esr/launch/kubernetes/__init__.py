"""Owns a run as a Job of a Kubernetes cluster.

Knows nothing of command lines.
"""
