"""Bytes between nodes: what is packed is unpacked, everything else is refused at bounded cost."""

from __future__ import annotations

import contextlib
import os
import tracemalloc

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from node.store import Opened, SignedChangeset, read_offered
from node.store.changeset import FORMAT, Changeset, RowChange, TableChange, sign
from node.store.identity import new_identity
from node.sync.claims import claim_of, outline
from node.sync.wire import (
    BODY_BYTES_MAX,
    HEADS_MAX,
    Challenge,
    Compare,
    Compared,
    Fetch,
    Give,
    Given,
    HeadSaid,
    Listen,
    News,
    Nonce,
    Page,
    Sorry,
    Want,
    WireError,
    pack,
    unpack_greeting,
    unpack_reply,
    unpack_request,
)

ids = st.binary(min_size=16, max_size=16)
scopes = st.sampled_from(("house", "quarter", "fleet"))
numbers = st.integers(0, 2**53)
heads = st.lists(
    st.builds(HeadSaid, ids, scopes, numbers, st.binary(max_size=16), st.booleans()), max_size=20
).map(tuple)
changesets = st.lists(
    st.builds(SignedChangeset, st.binary(max_size=300), st.binary(max_size=64)), max_size=8
).map(tuple)
requests = st.one_of(
    st.just(Challenge()),
    st.builds(Compare, heads, numbers),
    st.builds(Fetch, st.lists(st.builds(Want, ids, scopes, numbers)).map(tuple), numbers),
    st.builds(Give, changesets),
    st.builds(Listen, heads, numbers),
)
replies = st.one_of(
    st.builds(Nonce, st.binary(max_size=64)),
    st.builds(Compared, heads, numbers),
    st.builds(Page, changesets),
    st.builds(Given, heads),
    st.builds(News, heads, numbers),
    st.builds(Sorry, st.text(max_size=20)),
)


@given(requests)
def test_a_request_comes_back_as_it_was(request) -> None:
    assert unpack_request(pack(request)) == request


@given(replies)
def test_a_reply_comes_back_as_it_was(reply) -> None:
    assert unpack_reply(pack(reply)) == reply


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_a_wire_error(data: bytes) -> None:
    for unpacked in (unpack_request, unpack_reply, unpack_greeting, _outline):
        for prefix in (b"", b"\x00", b"\x01"):
            with contextlib.suppress(WireError):
                unpacked(prefix + data)


def _outline(data: bytes) -> object:
    return outline(SignedChangeset(data, b""))


IDENTITY = new_identity()
HISTORY = (b"Q" * 16, b"E" * 16, b"S" * 16, "house", 1, bytes(32))
TOLD = [TableChange("note", [RowChange(b"k", 1, [("text", 1, "a")])])]


@given(
    st.one_of(ids, st.binary(max_size=20)),
    st.one_of(scopes, st.text(max_size=25)),
    st.one_of(numbers, st.integers(-(2**63), 2**64 - 1)),
)
def test_a_changeset_that_was_read_claims_what_its_outside_says(
    site: bytes, scope: str, n: int
) -> None:
    history = (*HISTORY[:2], site, scope, n, bytes(32))
    signed = sign(Changeset(FORMAT, *history, 1, 0, True, TOLD), IDENTITY.key)
    read = read_offered(signed)
    assert isinstance(read, Opened)
    assert _claim(read) == _claim(signed)


def _claim(offered: Opened | SignedChangeset) -> object:
    try:
        return claim_of(offered)
    except WireError:
        return None


def test_what_cannot_be_read_is_offered_as_it_came() -> None:
    good = sign(Changeset(FORMAT, *HISTORY, 1, 0, True, TOLD), IDENTITY.key)
    rubbish = SignedChangeset(b"\x93\x01", good.signature)
    unsigned = SignedChangeset(good.body, b"")
    page = unpack_reply(pack(Page((good, rubbish, unsigned))))
    assert isinstance(page, Page)
    read, *others = page.offered
    assert isinstance(read, Opened)
    assert (read.signed, read.hash) == (good, good.hash)
    assert others == [rubbish, unsigned]
    assert page == Page((good, rubbish, unsigned))


@given(requests, st.data())
def test_a_changed_byte_is_a_message_or_a_wire_error(request, data) -> None:
    raw = bytearray(pack(request))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        unpack_request(bytes(raw))


@pytest.mark.parametrize("fill", [b"\0", b"\x91", b"\xc4\xff"])
def test_a_bomb_costs_no_more_than_what_is_allowed(fill: bytes) -> None:
    bomb = b"\x01" + zstandard.compress(fill * 150_000_000, level=1)
    assert len(bomb) < BODY_BYTES_MAX
    tracemalloc.start()
    with pytest.raises(WireError, match="more than allowed"):
        unpack_request(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * BODY_BYTES_MAX


def test_sizes_and_counts_are_bounded() -> None:
    too_many = tuple(HeadSaid(os.urandom(16), "house", 1, b"") for _ in range(HEADS_MAX + 1))
    for message in (Compare(too_many, 1), Listen(too_many, 1)):
        with pytest.raises(WireError, match="heads"):
            unpack_request(pack(message))
    wants = tuple(Want(os.urandom(16), "house", 1) for _ in range(HEADS_MAX + 1))
    with pytest.raises(WireError, match="chains"):
        unpack_request(pack(Fetch(wants, 1)))
    with pytest.raises(WireError, match="larger"):
        unpack_request(bytes(BODY_BYTES_MAX + 1))


@pytest.mark.parametrize("n", [-1, 2**53 + 1, 2**64 - 1])
def test_numbers_that_a_database_could_not_hold_are_refused(n: int) -> None:
    said = msgspec.structs.replace(HeadSaid(b"S" * 16, "house", 1, b""), n=n)
    with pytest.raises(WireError):
        unpack_request(pack(Compare((said,), 1)))
    with pytest.raises(WireError):
        unpack_request(pack(Fetch((Want(b"S" * 16, "house", n),), 1)))


def test_small_rows_travel_in_few_bytes() -> None:
    """100 rows of one column in one changeset: the bound of the bulk figure, on the wire."""
    raw = [[os.urandom(16), 1, [["text", 1, f"Zeile {number}"]]] for number in range(100)]
    body = msgspec.msgpack.encode([1, b"", b"", b"", "house", 1, b"", 1, 1, True, [["wish", raw]]])
    page = pack(Page((SignedChangeset(body, os.urandom(64)),)))
    assert len(page) / 100 <= 40
