"""Owns a first scenario from what is there: a page's form.

Knows nothing of runs.
"""
