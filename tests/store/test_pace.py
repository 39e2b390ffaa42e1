"""How large a piece is follows what the pieces before it took."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.store import SignedChangeset
from node.store.changeset import part_of, parts_of
from node.store.pace import LARGEST_BYTES, PIECE_SECONDS, SMALLEST_BYTES, Pace

sizes = st.lists(st.integers(0, 90_000), max_size=12)


def settled(bytes_a_second: float) -> int:
    pace = Pace()
    for _ in range(40):
        pace.learn(pace.size, pace.size / bytes_a_second)
    return pace.size


def test_a_piece_comes_to_take_the_time_it_may() -> None:
    assert abs(settled(1_000_000) - 1_000_000 * PIECE_SECONDS) < 10


def test_the_slowest_box_still_gets_on_and_the_fastest_stays_within_a_page() -> None:
    assert settled(100) == SMALLEST_BYTES
    assert settled(10**9) == LARGEST_BYTES


def test_one_slow_disk_and_the_end_of_a_page_change_little() -> None:
    pace = Pace()
    before = pace.size
    pace.learn(1000, 5.0)
    assert pace.size == before
    pace.learn(before, 5.0)
    assert pace.size > before / 2


@given(sizes, st.integers(1, 200_000))
def test_pieces_are_the_batch_in_its_order_and_none_is_empty(listed: list[int], most: int) -> None:
    batch = [SignedChangeset(bytes(size), bytes([n])) for n, size in enumerate(listed)]
    start, found = 0, []
    while start < len(batch):
        end = part_of(batch, start, max_bytes=most)
        part = batch[start:end]
        assert part
        assert sum(len(one.body) for one in part[:-1]) <= most
        found += part
        start = end
    assert found == batch
    assert [one for part in parts_of(batch) for one in part] == batch
