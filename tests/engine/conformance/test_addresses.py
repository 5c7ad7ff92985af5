"""References as pages write them: an address that can be carried, or a refusal in words; nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.errors import StepFailed
from hms_esr.http.url import join
from tests.each import each
from tests.engine.people import session
from tests.engine.target import ok, target

BROKEN = ["//[x", "//[x]/", "//[::1", "//]x[", "http://[::1", "//[::1]:x", "//h:99999999999/", "//[v1.x]/"]


@each("reference", BROKEN)
def test_broken_brackets_are_refused_in_words(reference: str) -> None:
    """They are no place, whatever the page they stand on."""
    for base in ("http://h.test/a", "http://[::1]:81/"):
        with pytest.raises(StepFailed) as caught:
            join(base, reference)
        assert caught.value.kind == "refused"


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from(["", "//", "http://", "HTTPS:", "/", "?", "\\\\", "//[", "http://["]),
    st.text(st.characters(max_codepoint=0x2FF), max_size=30),
)
def test_any_text_is_an_address_or_refused(start: str, text: str) -> None:
    """What comes out is one line of visible ASCII on a host that was named."""
    try:
        address = join("http://h.test/a?b", start + text)
    except StepFailed as failure:
        assert failure.kind == "refused"
    else:
        assert address.target.startswith("/")
        assert all(33 <= ord(letter) <= 126 for letter in address.url)
        assert address.origin.scheme in ("http", "https")


def test_a_person_meets_a_refusal_and_goes_on() -> None:
    """The step fails; the next request works."""
    with target(lambda got: ok()) as there:
        person, hops = session(there.url)
        for reference in ("//[x", "http://[::1"):
            with pytest.raises(StepFailed, match="is not"):
                person.fetch("GET", reference, base=there.url)
        assert person.fetch("GET", "/", base=there.url).status == 200
    assert len(hops) == 1
