"""Tests of hms_esr.dialects."""
