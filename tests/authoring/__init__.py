"""Tests of authoring/."""
