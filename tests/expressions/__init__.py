"""Tests of expressions/."""
