"""Made-up files are what their ending says, as large as asked, and the same for the same number."""

from __future__ import annotations

import re
import subprocess
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from struct import unpack

import pytest
from PIL import Image

from hms_esr.city.uploads import problem
from hms_esr.errors import StepFailed
from hms_esr.html.generated_files import is_valid, made_up
from tests.each import each

NAMES = (
    "form.pdf",
    "photo.jpg",
    "photo.JPEG",
    "scan.png",
    "old.gif",
    "new.webp",
    "rows.csv",
    "note.txt",
    "letter.docx",
    "noending",
)


@each("name", NAMES)
@each("size_kb", [1, 2.5, 64, 420])
def test_a_file_has_exactly_the_wanted_size(name: str, size_kb: float) -> None:
    """In bytes: size × 1024."""
    assert len(made_up(name, size_kb, 7).content) == size_kb * 1024


@each("name", NAMES)
def test_a_file_is_a_function_of_name_size_and_number(name: str) -> None:
    """The same number gives the same bytes, another number others of the same length."""
    one, again, other = made_up(name, 3, 1), made_up(name, 3, 1), made_up(name, 3, 2**64 - 1)
    assert one == again
    assert one.content != other.content
    assert len(one.content) == len(other.content)
    assert one.filename == name


@pytest.mark.parametrize("size_kb", [0, 1, 420, None])
def test_the_table_of_a_pdf_is_right(size_kb: float | None) -> None:
    """Each offset of the cross-reference table points at its object."""
    content = made_up("x.pdf", size_kb, 99).content
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", content)[1])  # type: ignore[index]
    assert content[start : start + 4] == b"xref"
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n \n", content[start:]), 1):
        assert content[int(offset) :].startswith(b"%d 0 obj" % number)
    assert problem("pdf", "x", content) is None


def test_a_pdf_opens(needs: Callable[[str], str], tmp_path: Path) -> None:
    """pdftoppm draws the page without a word of complaint, small and large."""
    program = needs("pdftoppm")
    for size_kb in (0, 420):
        (tmp_path / "x.pdf").write_bytes(made_up("x.pdf", size_kb, 99).content)
        shown = subprocess.run(
            [program, "-r", "10", "x.pdf", f"p{size_kb}"], cwd=tmp_path, capture_output=True, check=True
        )
        assert (shown.stderr, len(list(tmp_path.glob(f"p{size_kb}*.ppm")))) == (b"", 1)


@pytest.mark.parametrize("size_kb", [0, 1, 100, None])
def test_a_jpeg_is_whole(size_kb: float | None) -> None:
    """Every segment's length leads to the next marker, from start to scan, and the end is there."""
    content = made_up("x.jpg", size_kb, 5).content
    assert problem("jpeg", "x", content) is None
    at, kinds = 2, []
    while content[at + 1] != 0xDA:
        assert content[at] == 0xFF
        kinds.append(content[at + 1])
        at += 2 + unpack(">H", content[at + 2 : at + 4])[0]
    assert {0xE0, 0xFE, 0xDB, 0xC0, 0xC4} == set(kinds)
    assert content.endswith(b"\x3f\xff\xd9")


@pytest.mark.parametrize("size_kb", [0, 1, 100, None])
def test_a_png_is_whole(size_kb: float | None) -> None:
    """Every chunk's checksum is right, and the picture has all its rows."""
    content = made_up("x.png", size_kb, 5).content
    at, kinds, rows = 8, [], b""
    while at < len(content):
        length = unpack(">I", content[at : at + 4])[0]
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + data) == unpack(">I", content[at + 8 + length : at + 12 + length])[0]
        rows += zlib.decompress(data) if kind == b"IDAT" else b""
        kinds.append(kind)
        at += 12 + length
    assert (kinds[0], kinds[-1], len(rows)) == (b"IHDR", b"IEND", 16 * 17)


@each("name", ["x.png", "x.jpg", "x.gif", "x.webp"])
@each("size_kb", [0, 0.3, 0.351, 1, 100, None])
def test_a_picture_opens(name: str, size_kb: float | None) -> None:
    """Another program reads every pixel, all of one grey, whatever fills the file up to its size."""
    with Image.open(BytesIO(made_up(name, size_kb, 5).content)) as picture:
        assert picture.convert("RGB").getcolors() == [(picture.width * picture.height, (128, 128, 128))]


def test_files_nobody_would_open_are_known() -> None:
    """Only what is a whole file of its kind counts as one."""
    assert [name for name in NAMES if not is_valid(name)] == ["letter.docx", "noending"]


def test_media_types_go_by_the_ending() -> None:
    """What a browser would say, octets when it would not know; a folder in the name is left out."""
    types = {
        name: made_up(name, 1, 1).media_type for name in ("a.pdf", "a.jpg", "a.png", "a.webp", "a.csv", "a.txt", "a")
    }
    assert list(types.values()) == [
        "application/pdf", "image/jpeg", "image/png", "image/webp", "text/csv", "text/plain", "application/octet-stream"
    ]  # fmt: skip
    assert made_up("../up/x.pdf", 1, 1).filename == "x.pdf"


def test_nobody_gets_a_file_larger_than_is_sensible() -> None:
    """64 MB at most, and never less than nothing."""
    for size_kb in (-1, 65_537, float("nan")):
        with pytest.raises(StepFailed, match="0 to 65536 are allowed"):
            made_up("x.pdf", size_kb, 1)
