"""Owns what tests of manifests need: a program that builds them.

Knows nothing of what is built.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def kustomize(needs: Callable[[str], str]) -> None:
    """kubectl, or kustomize where there is none."""
    if shutil.which("kustomize") is None:
        needs("kubectl")
