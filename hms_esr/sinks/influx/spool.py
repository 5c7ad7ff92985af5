"""Owns points that wait on disk: frames of length and CRC in segments, a mark of what was sent, a most that may wait.

Knows nothing of points or servers. Whatever moment a process is killed at, whole frames are kept and a torn one is cut.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

_HEAD = struct.Struct("<II")
_MARK = struct.Struct("<QQI")
SEGMENT_BYTES = 8 * 1024**2
_NAME = "{:08d}.spool"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Between two frames: segment and bytes into it."""

    segment: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; ``end`` is the place after it."""

    body: bytes
    end: Place


class Spool:
    """Frames in the order they were added, in ``folder``. One thread may add while another reads and marks.

    Opening it cuts a torn frame off the end. ``most_bytes``: :meth:`add` refuses what would not fit.
    """

    def __init__(self, folder: Path, *, most_bytes: int = 1024**3, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._most = most_bytes
        self._segment_bytes = segment_bytes
        self._lock = Lock()
        folder.mkdir(parents=True, exist_ok=True)
        segments = self._segments()
        last = segments[-1] if segments else 0
        self._sent = max(self._read_mark(), Place(segments[0] if segments else 0, 0))
        whole = _whole_bytes(self._path(last))
        if self._sent > Place(last, whole):
            last, whole = self._sent.segment + 1, 0
            self._sent = Place(last, 0)
        self._file = self._open(last, whole)
        self._end = Place(last, whole)
        self._forget()

    def _segments(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.spool") if path.stem.isdigit())

    def _path(self, segment: int) -> Path:
        return self._folder / _NAME.format(segment)

    def _open(self, segment: int, size: int) -> int:
        file = os.open(self._path(segment), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(file, size)
        os.lseek(file, size, os.SEEK_SET)
        return file

    @property
    def sent(self) -> Place:
        """Everything before it was sent."""
        return self._sent

    @property
    def end(self) -> Place:
        """Everything before it is on disk."""
        return self._end

    @property
    def waiting_bytes(self) -> int:
        """Bytes added and not yet marked as sent."""
        sent, end = self._sent, self._end
        if sent.segment == end.segment:
            return end.offset - sent.offset
        sizes = sum(self._size(number) for number in range(sent.segment, end.segment))
        return sizes - sent.offset + end.offset

    def _size(self, segment: int) -> int:
        try:
            return self._path(segment).stat().st_size
        except OSError:
            return 0

    def add(self, body: bytes) -> bool:
        """Append one frame and bring it to the disk (fsync); False when it would be more than may wait.

        OSError when the disk takes nothing; what was there before stays whole.
        """
        frame = _HEAD.pack(len(body), _crc(body)) + body
        if self.waiting_bytes + len(frame) > self._most:
            return False
        with self._lock:
            if self._end.offset >= self._segment_bytes:
                file = self._open(self._end.segment + 1, 0)
                os.close(self._file)
                self._file, self._end = file, Place(self._end.segment + 1, 0)
            try:
                _write_all(self._file, frame)
                os.fsync(self._file)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._file, self._end.offset)
                    os.lseek(self._file, self._end.offset, os.SEEK_SET)
                raise
            self._end = Place(self._end.segment, self._end.offset + len(frame))
        return True

    def frames(self, start: Place | None = None) -> Iterator[Frame]:
        """Frames from ``start`` (else: from the first that was not sent) to the end as it is now."""
        at, end = start or self._sent, self._end
        while at < end:
            with self._path(at.segment).open("rb") as file:
                file.seek(at.offset)
                while body := _read_frame(file):
                    at = Place(at.segment, at.offset + _HEAD.size + len(body))
                    yield Frame(body, at)
                    if at >= end:
                        return
            at = Place(at.segment + 1, 0)

    def last(self) -> bytes:
        """The body of the last frame of the last segment; empty when there is none."""
        body = b""
        for frame in self.frames(Place(self._end.segment, 0)):
            body = frame.body
        return body

    def mark_sent(self, place: Place) -> None:
        """Everything before ``place`` was sent; segments that are wholly sent go."""
        self._sent = place
        text = _MARK.pack(place.segment, place.offset, _crc(_MARK.pack(place.segment, place.offset, 0)))
        draft = self._folder / "sent.part"
        draft.write_bytes(text)
        draft.replace(self._folder / "sent")
        self._forget()

    def _forget(self) -> None:
        for number in self._segments():
            if number < self._sent.segment:
                self._path(number).unlink(missing_ok=True)

    def _read_mark(self) -> Place:
        """A mark that is torn or not there: nothing was sent, which only means that points are written again."""
        try:
            segment, offset, crc = _MARK.unpack((self._folder / "sent").read_bytes())
        except (OSError, struct.error):
            return Place()
        return Place(segment, offset) if crc == _crc(_MARK.pack(segment, offset, 0)) else Place()

    def remove(self) -> None:
        """Nothing waits and nothing will: close it, and take its files away."""
        self.close()
        remove_spool(self._folder)

    def close(self) -> None:
        """Give the file back; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


def remove_spool(folder: Path) -> None:
    """Take away what a spool left in ``folder``, if there is any."""
    for path in (*folder.glob("*.spool"), folder / "sent"):
        path.unlink(missing_ok=True)


def _crc(body: bytes) -> int:
    return zlib.crc32(body, len(body) & 0xFFFFFFFF)


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _read_frame(file: object) -> bytes:
    """The next whole frame's body; empty when there is none or it is damaged."""
    read = file.read  # type: ignore[attr-defined]
    head = read(_HEAD.size)
    if len(head) < _HEAD.size:
        return b""
    length, crc = _HEAD.unpack(head)
    if not length or length > 256 * 1024**2:
        return b""
    body: bytes = read(length)
    return body if len(body) == length and _crc(body) == crc else b""


def _whole_bytes(path: Path) -> int:
    """Bytes of whole frames at the beginning of a segment."""
    size = 0
    with suppress(FileNotFoundError), path.open("rb") as file:
        while body := _read_frame(file):
            size += _HEAD.size + len(body)
    return size
