"""Facts about points that wait on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hms_esr.sinks.influx.spool import Place, Spool


def _bodies(spool: Spool, start: Place | None = None) -> list[bytes]:
    return [frame.body for frame in spool.frames(start)]


def test_frames_come_back_in_order_until_they_are_marked(tmp_path: Path) -> None:
    """What was sent is not read again, by this process or the next."""
    spool = Spool(tmp_path)
    for body in (b"one", b"two", b"three"):
        assert spool.add(body)
    first = next(spool.frames())
    spool.mark_sent(first.end)
    assert _bodies(spool) == [b"two", b"three"]
    spool.close()
    again = Spool(tmp_path)
    assert _bodies(again) == [b"two", b"three"]
    assert again.last() == b"three"
    again.close()


def test_a_last_frame_torn_at_any_byte_is_cut_and_the_rest_kept(tmp_path: Path) -> None:
    """Whatever the moment of a kill, whole frames are read and what is added next is whole."""
    spool = Spool(tmp_path / "whole")
    spool.add(b"first " * 5)
    spool.add(b"second " * 6)
    before = spool.end
    spool.add(b"torn " * 9)
    spool.close()
    content = (tmp_path / "whole" / "00000000.spool").read_bytes()
    for size in range(before.offset, len(content)):
        folder = tmp_path / f"torn{size}"
        folder.mkdir()
        (folder / "00000000.spool").write_bytes(content[:size])
        again = Spool(folder)
        assert _bodies(again) == [b"first " * 5, b"second " * 6], size
        assert again.add(b"after")
        again.close()
        more = Spool(folder)
        assert _bodies(more) == [b"first " * 5, b"second " * 6, b"after"], size
        more.close()


def test_a_damaged_byte_of_the_last_frame_is_seen(tmp_path: Path) -> None:
    """Any byte of it, its length and its check sum too."""
    spool = Spool(tmp_path / "whole")
    spool.add(b"kept")
    before = spool.end
    spool.add(b"damaged")
    spool.close()
    content = bytearray((tmp_path / "whole" / "00000000.spool").read_bytes())
    for at in range(before.offset, len(content)):
        folder = tmp_path / f"damaged{at}"
        folder.mkdir()
        (folder / "00000000.spool").write_bytes(bytes([*content[:at], content[at] ^ 0x41, *content[at + 1 :]]))
        again = Spool(folder)
        assert _bodies(again) == [b"kept"], at
        again.close()


def test_segments_that_were_sent_go(tmp_path: Path) -> None:
    """The disk holds what waits, not what was ever sent."""
    spool = Spool(tmp_path, segment_bytes=100)
    for n in range(50):
        spool.add(b"%04d" % n * 10)
    assert len(list(tmp_path.glob("*.spool"))) > 10
    frames = list(spool.frames())
    assert [frame.body[:4] for frame in frames] == [b"%04d" % n for n in range(50)]
    spool.mark_sent(frames[40].end)
    assert [frame.body[:4] for frame in spool.frames()] == [b"%04d" % n for n in range(41, 50)]
    spool.mark_sent(frames[-1].end)
    assert len(list(tmp_path.glob("*.spool"))) == 1
    assert spool.waiting_bytes == 0
    spool.close()


def test_no_more_waits_than_may(tmp_path: Path) -> None:
    """What does not fit is refused and counted by who adds it; when there is room again, it is taken."""
    spool = Spool(tmp_path, most_bytes=100)
    assert spool.add(b"x" * 40)
    assert spool.add(b"y" * 40)
    assert not spool.add(b"z" * 40)
    assert spool.waiting_bytes == 96
    spool.mark_sent(next(spool.frames()).end)
    assert spool.add(b"z" * 40)
    assert _bodies(spool) == [b"y" * 40, b"z" * 40]
    spool.close()


@pytest.mark.parametrize("mark", [b"", b"x", b"\xff" * 20, b"\0" * 20])
def test_a_damaged_mark_sends_again(tmp_path: Path, mark: bytes) -> None:
    """Twice is the same as once; not at all would be lost."""
    spool = Spool(tmp_path)
    spool.add(b"one")
    spool.mark_sent(spool.end)
    spool.close()
    (tmp_path / "sent").write_bytes(mark)
    again = Spool(tmp_path)
    assert _bodies(again) == [b"one"]
    again.close()


def test_a_mark_past_a_torn_end_goes_on_in_a_new_segment(tmp_path: Path) -> None:
    """Frames that were sent and then lost from the disk are not waited for."""
    spool = Spool(tmp_path)
    spool.add(b"one")
    spool.mark_sent(spool.end)
    spool.close()
    os.truncate(tmp_path / "00000000.spool", 3)
    again = Spool(tmp_path)
    assert _bodies(again) == []
    again.add(b"two")
    assert _bodies(again) == [b"two"]
    again.close()


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails half-way is taken back."""
    spool = Spool(tmp_path)
    spool.add(b"one")
    real = os.write

    def half(file: int, data: memoryview) -> int:
        if len(data) > 4:
            return real(file, data[:4])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space"):
        spool.add(b"abcd")
    monkeypatch.undo()
    assert spool.add(b"two")
    assert _bodies(spool) == [b"one", b"two"]
    spool.close()
