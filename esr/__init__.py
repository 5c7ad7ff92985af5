"""Owns the import name ``esr``; holds no logic of its own.

``python -m esr.mock_server`` starts the embedded system under test and a control plane.
"""
