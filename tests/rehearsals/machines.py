"""Three machines of their own for tests: network namespaces on one switch, cut off from each other when asked to."""

from __future__ import annotations

import ctypes
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from tests.rehearsals.conftest import LoggingTarget, fetch, listening

NET = "10.77.0"
PLACES = Path("/run/netns")
_NEW_NET = 0x40000000


def run(*command: str) -> None:
    """A command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stderr)


@dataclass(frozen=True)
class Machine:
    """One machine: ``name`` of its namespace and ``address`` on the switch."""

    name: str
    address: str

    @property
    def within(self) -> list[str]:
        """What goes before a command that is to run there."""
        return ["ip", "netns", "exec", self.name]

    def hear_nothing_from(self, other: Machine) -> None:
        """From now on, nothing that ``other`` sends arrives here."""
        self._drop_from(other)

    def hear_no_requests_from(self, other: Machine, port: int) -> None:
        """From now on ``other`` connects to ``port`` here, but what it asks does not arrive."""
        self._drop_from(other, "-p", "tcp", "--dport", str(port), "-m", "length", "--length", "100:65535")

    def _drop_from(self, other: Machine, *which: str) -> None:
        run(*self.within, "iptables", "-A", "INPUT", "-s", other.address, *which, "-j", "DROP")

    def hear_everybody(self) -> None:
        """Everything arrives again."""
        run(*self.within, "iptables", "-F", "INPUT")

    def fetch(self, url: str) -> Any:
        """JSON behind ``url``, asked for from this machine."""
        found: list[Any] = []

        def ask() -> None:
            libc = ctypes.CDLL(None, use_errno=True)
            with (PLACES / self.name).open("rb") as place:
                assert libc.setns(place.fileno(), _NEW_NET) == 0, os.strerror(ctypes.get_errno())
            found.append(fetch(url))

        thread = Thread(target=ask)
        thread.start()
        thread.join()
        return found[0]


@dataclass
class TargetOn(LoggingTarget):
    """A logging target on a machine of its own."""

    machine: Machine

    def log(self) -> list[list[Any]]:
        """See LoggingTarget."""
        found: list[list[Any]] = self.machine.fetch(f"{self.url}/log")
        return found

    def count(self) -> int:
        """See LoggingTarget."""
        return int(self.machine.fetch(f"{self.url}/count"))


class Machines:
    """Three machines on one switch, until :meth:`close`."""

    def __init__(self) -> None:
        stem = f"esr{os.getpid()}"
        self._switch = f"{stem}s"
        self._targets: list[subprocess.Popen[bytes]] = []
        self.three = tuple(Machine(f"{stem}m{number}", f"{NET}.{number}") for number in (1, 2, 3))
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    def _make(self) -> None:
        run("ip", "netns", "add", self._switch)
        run("ip", "-n", self._switch, "link", "add", "wire0", "type", "bridge")
        run("ip", "-n", self._switch, "link", "set", "wire0", "up")
        for number, machine in enumerate(self.three, 1):
            run("ip", "netns", "add", machine.name)
            port, place = f"port{number}", ("-n", self._switch)
            peer = ("peer", "name", "eth0", "netns", machine.name)
            run("ip", *place, "link", "add", port, "type", "veth", *peer)
            run("ip", *place, "link", "set", port, "master", "wire0", "up")
            run("ip", "-n", machine.name, "address", "add", f"{machine.address}/24", "dev", "eth0")
            run("ip", "-n", machine.name, "link", "set", "lo", "up")
            run("ip", "-n", machine.name, "link", "set", "eth0", "up")

    def target_on(self, machine: Machine, ready: Path) -> TargetOn:
        """A target whose log is the truth, there."""
        process, port = listening(ready, "0", "0", machine.address, before=machine.within)
        self._targets.append(process)
        return TargetOn(f"http://{machine.address}:{port}", machine)

    def close(self) -> None:
        """Leave nothing behind."""
        for target in self._targets:
            target.kill()
            target.wait()
        for name in (self._switch, *(machine.name for machine in self.three)):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
