"""Tests of html/."""
