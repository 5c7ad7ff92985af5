"""Results wait beside their run until they are fetched, and travel as a tar."""

from __future__ import annotations

import socket
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from hms_esr.launch.kubernetes.job_follower import unpack
from hms_esr.launch.kubernetes.results_keeper import hand_over, keep, listens


def test_a_run_that_goes_on_is_seen_by_its_port() -> None:
    """A port somebody listens on is found in the kernel's table, and is gone when it is closed."""
    with socket.socket() as master:
        master.bind(("127.0.0.1", 0))
        port = master.getsockname()[1]
        assert not listens(port)
        master.listen()
        assert listens(port)
    assert not listens(port)


def test_a_table_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    """A machine without IPv6 has no table of it."""
    assert not listens(1, (tmp_path / "tcp6",))


def test_the_keeper_stays_for_a_while_after_the_run() -> None:
    """The time counts from the run's end, not from the keeper's start."""
    now_s = [0.0]

    def rest(for_s: float) -> None:
        now_s[0] += for_s

    keep(lambda: now_s[0] < 100, 60, lambda: now_s[0], rest)
    assert 158 <= now_s[0] <= 162


def test_results_arrive(tmp_path: Path) -> None:
    """A run's folder and the copy of its report arrive byte for byte; links and hidden files stay."""
    inside = tmp_path / "in"
    (inside / "r1").mkdir(parents=True)
    (inside / "r1" / "record.db").write_bytes(bytes(range(256)) * 9)
    (inside / "look_report.html").write_text("<p>", encoding="utf-8")
    (inside / ".draft").write_text("x", encoding="utf-8")
    (inside / "latest").symlink_to("r1")
    packed = BytesIO()
    hand_over(inside, packed)
    packed.seek(0)
    unpack(packed, tmp_path / "out")
    assert (tmp_path / "out" / "r1" / "record.db").read_bytes() == bytes(range(256)) * 9
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"r1", "look_report.html"}


def test_nothing_is_written_outside_of_the_folder(tmp_path: Path) -> None:
    """A tar that leads elsewhere is refused."""
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../evil"), BytesIO())
    packed.seek(0)
    with pytest.raises(tarfile.TarError):
        unpack(packed, tmp_path / "out")
    assert not (tmp_path / "evil").exists()
