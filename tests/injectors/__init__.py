"""Tests of injectors/."""
