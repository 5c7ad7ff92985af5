"""Owns syntax and evaluation of the expressions in checks.

Knows nothing of which metrics there are.
"""
