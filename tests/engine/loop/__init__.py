"""Tests of engine/loop/."""
