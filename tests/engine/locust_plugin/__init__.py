"""Tests of engine/locust_plugin/."""
