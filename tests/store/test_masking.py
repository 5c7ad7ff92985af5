"""Facts about secrets in what is written."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import quote, quote_plus, urlencode

import pytest

from hms_esr import formatting
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


def _lower(text: str) -> str:
    """Percent-encoding in small letters."""
    return re.sub("%..", lambda found: found[0].lower(), text)


@pytest.mark.parametrize("secret", ["p&ss w/rd<1>", "a\"b\\c'd", "größe 100%", "tab\there", "a+b=c?d#e"])
def test_a_secret_is_masked_however_it_is_spelled(secret: str) -> None:
    """As addresses, forms, JSON, HTML and Python's quotes spell it, in capitals or not."""
    texts = {
        "plain": secret,
        "path": f"http://x/{quote(secret)}",
        "query": "http://x/?" + urlencode({"k": secret}),
        "lower": f"k={_lower(quote_plus(secret))}",
        "json": json.dumps({"k": secret}),
        "JSON": json.dumps({"k": secret}, ensure_ascii=False),
        "html": f"<b>{html.escape(secret)}</b>",
        "text": html.escape(secret, quote=False),
        "said": f"found {secret!r}",
    }
    mask = Mask([secret])
    masked = {kind: mask.text(text) for kind, text in texts.items()}
    assert masked == {
        "plain": "***",
        "path": "http://x/***",
        "query": "http://x/?k=***",
        "lower": "k=***",
        "json": '{"k": "***"}',
        "JSON": '{"k": "***"}',
        "html": "<b>***</b>",
        "text": "***",
        "said": f"found {repr(secret)[0]}***{repr(secret)[0]}",
    }


def test_short_secrets_are_masked_where_that_is_asked_for() -> None:
    """An empty one never: it is everywhere."""
    assert Mask(["", "pw"], shortest=0).text("pw=pw") == "***=***"
    assert Mask({"A": "hunter2"}.values()).text("before: hunter2 failed") == "before: *** failed"


def test_a_secret_is_masked_in_an_error_whose_numbers_are_gone() -> None:
    """Messages lose their numbers before they are written; a number alone is not looked for as ``#``."""
    mask = Mask(["hunter2", "12345678"])
    assert mask.text(formatting.mask("no such key: hunter2")) == "no such key: ***"
    assert mask.text("error # of #") == "error # of #"
