"""Tests; `tests.records` makes up records of runs."""
