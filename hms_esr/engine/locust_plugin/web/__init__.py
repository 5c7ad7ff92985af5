"""Owns our part of Locust's web UI.

Knows nothing of runs: figures and fields come in.

- ``origins``  requests of other sites' pages are refused
- ``login``    a name and a password before anything is shown
- ``tab``      planned beside delivered, latencies, checks, workers: a tab of Locust's UI, and a page
- ``install``  all of it in a web UI
- ``window``   a web UI of our own over runs of our own
"""
