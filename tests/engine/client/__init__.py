"""Tests of engine/client/."""
