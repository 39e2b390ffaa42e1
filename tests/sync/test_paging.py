"""Pages grow on a quick line and shrink on a slow one."""

from __future__ import annotations

from node.sync.paging import FIRST_BYTES, LEAST_BYTES, SLOW_SECONDS, Paging
from node.sync.wire import PAGE_BYTES


def sizes(bytes_a_second: float, *, pages: int = 20, most: int = PAGE_BYTES) -> list[int]:
    paging, found = Paging(most), []
    for _ in range(pages):
        found.append(paging.size)
        paging.took(paging.size / bytes_a_second)
    return found


def test_a_quick_line_soon_has_the_largest_pages() -> None:
    assert sizes(10_000_000, pages=5)[-1] == PAGE_BYTES
    assert max(sizes(10_000_000, most=2 * PAGE_BYTES)) == 2 * PAGE_BYTES


def test_on_any_slower_line_a_page_comes_to_take_a_few_seconds() -> None:
    for bytes_a_second in (600, 2_000, 7_000, 30_000):
        last = sizes(bytes_a_second)[-1]
        assert last / bytes_a_second <= SLOW_SECONDS, bytes_a_second
        assert last >= LEAST_BYTES


def test_a_page_that_did_not_arrive_makes_the_next_one_smaller_but_never_nothing() -> None:
    paging = Paging()
    paging.was_cut()
    assert paging.size == FIRST_BYTES // 2
    for _ in range(20):
        paging.was_cut()
    assert paging.size == LEAST_BYTES
