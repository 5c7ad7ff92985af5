"""Facts about secrets in what is written."""

from __future__ import annotations

import pytest

from hms_esr.store.masking import Mask


@pytest.mark.parametrize(
    ("secrets", "text", "masked"),
    [
        ((), "nothing secret", "nothing secret"),
        (("hunter2",), "pw=hunter2&again=hunter2", "pw=***&again=***"),
        (("abcd", "abcdefgh"), "abcdefgh abcd", "*** ***"),
        (("", "a", "abc"), "abc a", "abc a"),
        (('quo"te',), 'he said quo"te', "he said ***"),
    ],
)
def test_secrets_are_replaced(secrets: tuple[str, ...], text: str, masked: str) -> None:
    """Every occurrence goes, the longest first; texts under four characters are no secrets that could be told."""
    assert Mask(secrets).text(text) == masked


def test_values_are_masked_at_every_depth_but_names_stay() -> None:
    """Texts in lists and mappings are masked; keys and names keep a scenario readable."""
    value = {"name": "hunter2", "hunter2": [{"url": "http://x/?k=hunter2"}, 7, None, True, ("hunter2",)]}

    masked = Mask(["hunter2"]).whole(value)

    assert masked == {"name": "hunter2", "hunter2": [{"url": "http://x/?k=***"}, 7, None, True, ["***"]]}
