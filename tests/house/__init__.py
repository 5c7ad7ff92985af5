"""Tests of the house: layers, registries, sizes, packaging, documentation."""
