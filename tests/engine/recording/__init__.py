"""Tests of engine/recording/."""
