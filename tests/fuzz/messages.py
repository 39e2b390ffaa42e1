"""Messages for Hypothesis: proper ones with improper values, mangled ones, and bare bytes."""

from __future__ import annotations

import msgspec
import zstandard
from hypothesis import strategies as st

from node.store import SignedChangeset
from node.sync.wire import (
    Challenge,
    Compare,
    Fetch,
    Give,
    HeadSaid,
    Listen,
    Want,
    pack,
)
from tests.sync.hand import EPOCH, QUARTER

sites = st.sampled_from((b"S" * 16, b"", bytes(16), b"x" * 17)) | st.binary(max_size=40)
scopes = st.sampled_from(("house", "quarter", "sealed", "fleet", "", "x" * 300))
numbers = st.sampled_from((0, 1, -1, 2**31, 2**63 - 1, 2**64 - 1)) | st.integers(0, 9)
hashes = st.binary(min_size=16, max_size=16) | st.binary(max_size=70)
heads = st.builds(HeadSaid, sites, scopes, numbers, hashes, st.booleans())
wants = st.builds(Want, sites, scopes, numbers)

values = st.none() | st.booleans() | numbers | st.floats() | st.text(max_size=9) | hashes
cells = st.tuples(
    st.sampled_from(("text", "what", "-1", "id", "")) | st.text(max_size=9), numbers, values
)
rows = st.tuples(
    st.binary(max_size=30) | st.just(b"\x01\x0c\x10" + b"k" * 16),
    numbers,
    st.lists(cells, max_size=4),
)
tables = st.tuples(
    st.sampled_from(("wish", "plan", "rule", "meta", "x", "")), st.lists(rows, max_size=4)
)
changesets = st.tuples(
    numbers,
    st.just(QUARTER) | sites,
    st.just(EPOCH) | sites,
    sites,
    scopes,
    numbers,
    st.just(bytes(32)) | hashes,
    numbers,
    numbers,
    st.booleans(),
    st.lists(tables, max_size=4),
).map(msgspec.msgpack.encode)
signed = st.builds(SignedChangeset, changesets | st.binary(max_size=99), st.binary(max_size=70))

requests = st.one_of(
    st.just(Challenge()),
    st.builds(Compare, st.lists(heads, max_size=5).map(tuple), numbers),
    st.builds(Listen, st.lists(heads, max_size=5).map(tuple), st.just(0)),
    st.builds(Fetch, st.lists(wants, max_size=5).map(tuple), numbers),
    st.builds(Give, st.lists(signed, max_size=5).map(tuple)),
).map(pack)


def mangled(body: bytes, at: int, byte: int, cut: int) -> bytes:
    """One byte another, and the end gone."""
    if not body:
        return body
    at %= len(body)
    return (body[:at] + bytes([byte]) + body[at + 1 :])[: len(body) - cut % 3]


nested = st.recursive(values, lambda inner: st.lists(inner, max_size=5), max_leaves=30)
anything = nested.map(msgspec.msgpack.encode)
bodies = st.one_of(
    requests,
    st.builds(mangled, requests, st.integers(0, 10**4), st.integers(0, 255), st.integers(0, 9)),
    anything.map(lambda raw: b"\x00" + raw),
    anything.map(lambda raw: b"\x01" + zstandard.compress(raw)),
    st.binary(max_size=300),
)
thrown = st.one_of(
    st.builds(bytes.__add__, st.sampled_from((b"\x00", b"\x01")), bodies),
    st.builds(bytes.__add__, st.just(b"\x02"), changesets),
)
"""As `Target.throw` takes them."""
