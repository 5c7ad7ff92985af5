"""Tests of hms_esr.library."""
