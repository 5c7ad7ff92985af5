"""Owns records sent elsewhere: to InfluxDB, and dashboards to Grafana.

Knows nothing of runs under way.
"""
