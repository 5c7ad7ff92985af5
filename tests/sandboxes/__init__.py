"""Tests of places that can be made sick."""
