"""Facts about ticks' texts as they lie in the record."""

from __future__ import annotations

import pytest

from hms_esr.store import packing
from hms_esr.store.tick_text import tick_text
from tests.records import Day, made_up_ticks


def test_a_text_comes_back_from_its_bytes_and_from_itself() -> None:
    """Packed text is read back sign by sign; text of a record of the first version is taken as it is."""
    text = '{"worker":"Zoë","seq":0}'
    assert packing.plain(packing.packed([text])) == packing.plain(text) == text


def test_packed_seconds_take_under_half() -> None:
    """A busy second packs to under half of its text."""
    texts = [tick_text(tick) for tick in made_up_ticks(Day(people=1200, length_s=20, fault=None))]
    assert sum(len(packing.packed([text])) for text in texts) < 0.5 * sum(map(len, texts))


@pytest.mark.parametrize("body", [b"", b"no", packing.packed(["a" * 999])[:-3]])
def test_what_is_not_whole_is_refused(body: bytes) -> None:
    """Damaged or cut bytes are a ValueError, as other damage of a record is."""
    with pytest.raises(ValueError, match="a second is"):
        packing.plain(body)


def test_a_small_packet_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that would inflate to more than a tick can be are refused, not inflated."""
    monkeypatch.setattr(packing, "MOST_BYTES", 1000)
    assert packing.plain(packing.packed(["a" * 1000])) == "a" * 1000
    with pytest.raises(ValueError, match="far too long"):
        packing.plain(packing.packed(["a" * 100_000]))
