"""Tests of engine/locust_core/."""
