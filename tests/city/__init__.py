"""Tests of the mock city."""
