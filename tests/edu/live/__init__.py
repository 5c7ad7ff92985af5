"""Tests of edu/live/."""
