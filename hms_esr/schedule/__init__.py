"""Owns who comes when: arrivals of the whole run, a worker's assignment, the steps of a journey in order.

Plain data; knows nothing of clocks or requests.
"""
