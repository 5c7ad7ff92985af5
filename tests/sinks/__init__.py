"""Tests of those who hear a run."""
