"""What is refused before a run gets a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.errors import BadInput
from hms_esr.launch.subprocess_run import arguments, last_words, start


@pytest.mark.parametrize("target", ["", " "])
def test_an_empty_target_never_means_none(target: str, tmp_path: Path) -> None:
    """A variable that is not set is told, before a folder is made."""
    with pytest.raises(BadInput, match=r"^target  is given, but empty"):
        start("schedule_f", target=target, out=tmp_path / "results")
    assert not list(tmp_path.iterdir())


def test_options_are_written_as_on_a_command_line() -> None:
    """A flag is there or not, a mapping and a list are given entry by entry, None is not given."""
    options = {"max_late": "5%", "strict": True, "watch": False, "env": None, "var": {"a": 1}, "tag": ["x", "y"]}
    said = "--max-late 5% --strict --var a=1 --tag x --tag y"
    assert arguments(options) == said.split()


def test_the_last_words_are_the_end_of_what_was_printed(tmp_path: Path) -> None:
    """As many lines as asked for; bytes that are no UTF-8 do no harm; nothing printed is nothing said."""
    assert last_words(tmp_path) == ""
    (tmp_path / "console.txt").write_bytes(b"one\n" * 5000 + b"two \xff\n  three\n\n")
    assert last_words(tmp_path) == "three"
    assert last_words(tmp_path, 3) == "one / two \ufffd / three"
