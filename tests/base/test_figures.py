"""A number is what somebody could have written in plain figures, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.figures import whole_number


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 3))
def test_figures_are_read_as_far_as_they_may_go(number: int, most: int, zeros: int) -> None:
    found = whole_number("0" * zeros + str(number), most=most)
    assert found == (number if number <= most else None)


@given(st.text())
def test_whatever_is_read_is_in_bounds(text: str) -> None:
    found = whole_number(text, most=99)
    assert found is None or (0 <= found <= 99 and set(text) <= set("0123456789"))


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1_0", "1.0", "²", "٣", "9" * 5000])
def test_what_only_python_reads_is_no_number(text: str) -> None:
    assert whole_number(text, most=10**12) is None
