"""What import contracts cannot say: who reads the environment, who ends the process, what the core may touch."""

from __future__ import annotations

import ast

import pytest

from tests.house.sources import calls, imports, python_files, tree

READS_ENVIRONMENT = ("hms_esr/cli/", "hms_esr/control/", "hms_esr_client/", "locustfiles/")
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "os.putenv"}
ENDS = {"sys.exit", "os._exit", "os.abort"}
CORE = (
    *("schema", "expressions", "steps", "profiles", "personas", "faults", "probes", "scenario", "schedule", "record"),
    *("verdicts", "charts", "validation"),
)
OUTSIDE = {
    "os",
    "socket",
    "ssl",
    "select",
    "subprocess",
    "threading",
    "multiprocessing",
    "asyncio",
    "time",
    "tempfile",
    "shutil",
    "http",
    "signal",
}


def _all() -> list[str]:
    return python_files("hms_esr", "hms_edu", "hms_esr_client", "esr", "locustfiles")


def _core() -> list[str]:
    flat = [
        "hms_esr/histogram.py",
        "hms_esr/formatting.py",
        "hms_esr/units.py",
        "hms_esr/seeded.py",
        "hms_esr/clock.py",
        "hms_esr/errors.py",
    ]
    return python_files(*(f"hms_esr/{folder}" for folder in CORE)) + [name for name in _all() if name in flat]


def test_only_the_edge_reads_the_environment() -> None:
    """Environment variables are read in cli/, control/, the client and locustfiles/, nowhere else."""
    found = [
        f"{name}:{line}  {what}"
        for name in _all()
        if not name.startswith(READS_ENVIRONMENT)
        for what, line in calls(name)
        if what in ENVIRONMENT
    ]
    assert not found


def test_only_the_command_line_ends_the_process() -> None:
    """sys.exit and its kin appear in cli/ alone."""
    found = [
        f"{name}:{line}  {what}"
        for name in _all()
        if not name.startswith("hms_esr/cli/")
        for what, line in calls(name)
        if what in ENDS
    ]
    assert not found


def test_only_the_engine_names_locust() -> None:
    """Locust and gevent are imported in engine/ and locustfiles/, not even inside a function elsewhere."""
    found = [
        f"{name}:{line}  {module}"
        for name in _all()
        if not name.startswith(("hms_esr/engine/", "locustfiles/"))
        for module, line in imports(name)
        if module.split(".")[0] in {"locust", "gevent", "greenlet"}
    ]
    assert not found


def test_the_core_touches_no_clock_socket_process_or_disk() -> None:
    """Files of the core import nothing that reaches outside the program."""
    found = [
        f"{name}:{line}  {module}"
        for name in _core()
        for module, line in imports(name)
        if module.split(".")[0] in OUTSIDE
    ]
    assert not found


@pytest.mark.parametrize("call", ["now", "utcnow", "today"])
def test_the_core_never_asks_what_time_it_is(call: str) -> None:
    """Time comes into the core as an argument."""
    found = [
        f"{name}:{line}"
        for name in _core()
        for what, line in calls(name)
        if what in {f"datetime.{call}", f"date.{call}"}
    ]
    assert not found


def test_the_core_opens_no_file() -> None:
    """Nothing in the core calls open()."""
    found = [
        f"{name}:{node.lineno}"
        for name in _core()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]
    assert not found
