"""Comparing heads, against the plainest model: two sets of changesets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.store import Head
from node.sync.heads import by_chain, count_waiting, forks, say_heads, they_lack, we_lack

SITES = [bytes([n]) * 16 for n in range(3)]
SCOPES = ("house", "quarter", "fleet")
chains = st.tuples(st.sampled_from(SITES), st.sampled_from(SCOPES))
held = st.dictionaries(chains, st.integers(1, 5))
shared = st.sets(st.sampled_from(SCOPES)).map(frozenset)
blocked = st.sets(chains, max_size=3)


def heads_of(numbers: dict) -> dict:
    return {chain: Head(n, bytes([n]) * 32, n) for chain, n in numbers.items()}


def changesets(numbers: dict, scopes: frozenset) -> set:
    return {
        (chain, i) for chain, n in numbers.items() if chain[1] in scopes for i in range(1, n + 1)
    }


@given(held, held, shared)
def test_what_each_lacks_is_the_difference_of_what_both_hold(
    mine: dict, theirs: dict, scopes: frozenset
) -> None:
    heads, said = heads_of(mine), by_chain(say_heads(heads_of(theirs), scopes=scopes, blocked=()))
    we, they = we_lack(heads, said, scopes=scopes), they_lack(heads, said, scopes=scopes)
    ours, others = changesets(mine, scopes), changesets(theirs, scopes)
    assert {(c, i) for c, n in we.items() for i in range(n + 1, theirs[c] + 1)} == others - ours
    assert {(c, i) for c, n in they.items() for i in range(n + 1, mine[c] + 1)} == ours - others
    assert count_waiting(heads, said, scopes=scopes) == (len(ours - others), len(others - ours))
    assert forks(heads, said) == []


@given(held, shared, blocked)
def test_nothing_is_said_of_other_scopes_and_blocked_chains_take_nothing(
    mine: dict, scopes: frozenset, stopped: set
) -> None:
    said = by_chain(say_heads(heads_of(mine), scopes=scopes, blocked=stopped))
    assert {scope for _, scope in said} <= scopes
    assert {chain for chain, head in said.items() if not head.takes} == {
        chain for chain in stopped if chain[1] in scopes
    }
    more = heads_of({chain: n + 1 for chain, n in {**mine, **dict.fromkeys(stopped, 0)}.items()})
    assert not set(they_lack(more, said, scopes=frozenset(SCOPES))) & (
        {c for c in stopped if c[1] in scopes}
    )


def test_the_same_length_with_another_hash_is_a_fork() -> None:
    chain = (SITES[0], "house")
    heads = {chain: Head(3, b"a" * 32, 3)}
    for hash_, n, found in ((b"a", 3, []), (b"b", 3, [chain]), (b"b", 4, [])):
        other = {chain: Head(n, hash_ * 32, n)}
        said = by_chain(say_heads(other, scopes={"house"}, blocked=()))
        assert forks(heads, said) == found
