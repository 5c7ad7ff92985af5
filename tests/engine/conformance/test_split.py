"""Any answer, cut anywhere by the network, is the answer the server wrote."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.engine.client.tcp_socket import Broken
from tests.each import each
from tests.engine.conformance.answers import Written, cut_up, written
from tests.engine.conformance.hearing import Hearing, heard

KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BEGINNINGS = st.integers(1, len(KEPT)).map(lambda length: KEPT[:length])
many = settings(deadline=None, max_examples=100)
few = settings(deadline=None, max_examples=25)


@many
@given(st.data(), written())
def test_an_answer_cut_anywhere_is_what_was_written(data: st.DataObject, one: Written) -> None:
    """Status, headers, body, whether the connection goes on; announcements, extensions, trailers leave no trace."""
    answer, again = heard(Hearing(data.draw(cut_up(one.raw))))
    assert (answer.status, tuple(answer.headers), answer.body) == (one.status, one.headers, one.body)
    assert again is one.kept
    assert answer.bytes_received == len(one.raw)


@few
@given(written())
def test_an_answer_cut_at_every_single_byte_is_the_same(one: Written) -> None:
    """Two pieces, for each place between two bytes."""
    for at in range(1, min(len(one.raw), 400)):
        answer, again = heard(Hearing([one.raw[:at], one.raw[at:]]))
        assert (answer.status, tuple(answer.headers), answer.body) == (one.status, one.headers, one.body), at
        assert again is one.kept, at


@few
@given(st.lists(written().filter(lambda one: one.kept), min_size=2, max_size=4), st.data())
def test_answers_in_a_row_on_one_connection_never_mix(row: list[Written], data: st.DataObject) -> None:
    """Each request gets its own answer."""
    connection = Hearing([piece for one in row for piece in data.draw(cut_up(one.raw))])
    for one in row:
        answer, again = heard(connection)
        assert (answer.status, tuple(answer.headers), answer.body, again) == (
            one.status, one.headers, one.body, True
        )  # fmt: skip


@many
@given(written().filter(lambda one: not one.to_the_end), st.data())
def test_an_answer_that_ends_early_is_no_answer(one: Written, data: st.DataObject) -> None:
    """Every true beginning of an answer with a length, followed by the end of the connection, is a failure."""
    part = one.raw[: data.draw(st.integers(0, len(one.raw) - 1))]
    with pytest.raises(Broken, match=r"ended (inside the|without an) answer"):
        heard(Hearing(data.draw(cut_up(part)) if part else []))


@many
@given(written().filter(lambda one: one.kept), st.binary(min_size=1, max_size=30) | BEGINNINGS, st.data())
def test_bytes_after_an_answer_never_reach_the_next_one(one: Written, surplus: bytes, data: st.DataObject) -> None:
    """Whatever comes with the end of an answer without being asked for, the connection is given up."""
    tail = surplus.lstrip(b"\r\n")
    last = data.draw(st.integers(0, max(0, len(one.raw) - 1)))
    answer, again = heard(Hearing([one.raw[:last], one.raw[last:] + surplus] if last else [one.raw + surplus]))
    assert (answer.status, tuple(answer.headers), answer.body) == (one.status, one.headers, one.body)
    assert again is not (tail != b"")


@many
@given(st.binary(max_size=300), st.binary(max_size=40), st.data())
def test_bytes_that_are_no_answer_end_in_plain_words(noise: bytes, between: bytes, data: st.DataObject) -> None:
    """Noise alone, or inside an answer: a status that was written, or a failure with words; nothing else is raised."""
    raw = data.draw(st.sampled_from([noise, KEPT[:30] + noise + KEPT[30:], b"HTTP/1.1 " + noise, KEPT[:17] + between]))
    try:
        answer, _ = heard(Hearing(data.draw(cut_up(raw)) if raw else []))
    except Broken as broken:
        said = broken.text.partition(": ")[0]
        assert said in (
            "the answer is not HTTP", "the connection ended inside the answer",
            "the connection ended without an answer", "the answer switches to a protocol that was not asked for",
        )  # fmt: skip
    else:
        assert not 100 <= answer.status <= 199 and b"%03d" % answer.status in raw


@many
@given(st.sampled_from([b"", b"ok", b"x" * 200]), st.booleans(), st.data())
def test_a_body_after_head_is_not_taken_for_the_next_answer(body: bytes, chunks: bool, data: st.DataObject) -> None:
    """HEAD is over with its head; a server that sends a body all the same costs the connection, not the next answer."""
    form = b"Transfer-Encoding: chunked" if chunks else b"Content-Length: 200"
    head = b"HTTP/1.1 200 OK\r\n" + form + b"\r\n\r\n"
    answer, again = heard(Hearing([head + body]), "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert again is (body == b"")


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 9\r\n\r\n", True),
    ],
)
def test_after_head_the_connection_goes_on_as_the_head_says(head: bytes, kept: bool) -> None:
    """No length is needed for that: there is no body."""
    assert heard(Hearing([head]), "HEAD")[1] is kept


@each(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/9.9.9 200 OK\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(raw: bytes) -> None:
    """Two lengths, lengths that are none, what is no answer: never a body that another reader would not see."""
    with pytest.raises(Broken, match="the answer is not HTTP"):
        heard(Hearing([raw]))


def test_a_head_without_end_stops_at_the_limit() -> None:
    """Headers, announcements and chunks count towards the most an answer may have."""
    for raw in (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5000, b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2000):
        with pytest.raises(Broken, match="larger than"):
            heard(Hearing([raw[at : at + 1000] for at in range(0, len(raw), 1000)], largest_bytes=20_000))
