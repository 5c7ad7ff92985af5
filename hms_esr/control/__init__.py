"""Owns the control plane: runs started, followed and steered over HTTP, each as a process of its own.

Knows nothing of how a run goes on inside its process: the record on disk tells. Never imports the load engine.
"""
