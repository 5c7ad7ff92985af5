"""Tests of hms_esr.profiles."""
