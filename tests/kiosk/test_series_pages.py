"""However much could be had instead of dates: each stands on one page, and pages fit the screen."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from node.kiosk.series import LINES_A_PAGE, firsts_of


@given(st.lists(st.integers(0, 9), max_size=60))
def test_pages_hold_every_date_once_and_no_more_than_fits(instead: list[int]) -> None:
    rows: list[dict[str, Any]] = [{"instead": [{}] * count} for count in instead]
    firsts = firsts_of(rows)
    assert firsts[0] == 0
    assert firsts == sorted(set(firsts))
    for first, after in zip(firsts, [*firsts[1:], len(rows)], strict=True):
        heights = [1 + count for count in instead[first:after]]
        assert sum(heights) <= LINES_A_PAGE or len(heights) == 1
