"""Tests of the dashboards: what they say, and what their queries get from a real InfluxDB."""
