"""Owns a virtual user: state, what steps may do, the journey, and what all users of a worker share.

Knows nothing of when anybody comes.
"""
