"""Tests of what is measured, and of the page it goes to."""
