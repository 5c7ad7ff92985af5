"""Owns places where a system under test can be made sick and well: one file per kind.

Knows nothing of scenarios or runs.

- ``city``     faults in the embedded city
- ``journal``  intents and endings of faults on disk, so that a killed process leaves none
"""
