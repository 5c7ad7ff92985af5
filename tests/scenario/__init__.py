"""Tests of the scenario and its guard."""
