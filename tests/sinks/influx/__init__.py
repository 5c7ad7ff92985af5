"""Tests of the sink for InfluxDB, on a real server where it matters."""
