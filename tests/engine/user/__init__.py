"""Tests of engine/user/."""
