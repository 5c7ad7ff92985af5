"""Tests of schedule/."""
