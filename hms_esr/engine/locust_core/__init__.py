"""Owns locust around a run of ours: user classes, load shapes, environment, dispatcher, statistics.

Knows nothing of clusters.
"""
