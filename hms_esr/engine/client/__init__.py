"""Owns one person's HTTP on gevent sockets.

Knows nothing of scenarios or steps.
"""
