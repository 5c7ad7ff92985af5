"""Owns what every kind's model builds on: field types, validation errors with places, tagged unions.

Knows nothing of scenarios.
"""
