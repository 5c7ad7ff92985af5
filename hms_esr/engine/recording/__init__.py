"""Owns figures of one worker, second by second: requests, errors, samples.

Knows nothing of who reads them.
"""
