"""Owns rehearsals in a Kubernetes cluster: what one run is made of there, and carrying it out with kubectl.

Knows nothing of command lines, nor of how a run goes on inside its pods.
"""
