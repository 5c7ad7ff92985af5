"""What this machine has is seen as it is."""

from __future__ import annotations

import resource

from hms_esr.execution.machine import measured_speed, open_files, this_machine


def test_this_machine_is_seen() -> None:
    """All figures of a real machine are there, and the speed is measured in a moment."""
    machine = this_machine()
    assert machine.cores >= 1
    assert machine.ports > 1000
    assert machine.port_held_s in (1.0, 60.0)
    assert machine.free_bytes > 0
    assert 0.01 < measured_speed() < 100


def test_the_limit_of_open_files_is_raised() -> None:
    """As far as the system allows without asking."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    low = min(soft, 512)
    resource.setrlimit(resource.RLIMIT_NOFILE, (low, hard))
    try:
        assert open_files() == (65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
