"""Makes a list of steps that fails as short as can be: what is left tells why."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from typing import TypeVar

S = TypeVar("S")

SHRINKS_FOR_SECONDS = 60.0
"""A test ends after two minutes; what has been left out by then is enough to look at."""


def kind_of(error: BaseException) -> tuple[object, ...]:
    """By what two failures count as the same: what was raised, and where."""
    frames = traceback.extract_tb(error.__traceback__)
    return (type(error), frames[-1].filename, frames[-1].name)


def shrink(steps: Sequence[S], fails: Callable[[Sequence[S]], bool], *, seconds: float) -> list[S]:
    """The shortest list found in this time that still fails: leaves out ever smaller pieces."""
    ends = time.monotonic() + seconds
    left = list(steps)
    size = len(left) // 2
    while size and time.monotonic() < ends:
        before = len(left)
        left = _without(left, size, fails, ends)
        # Single steps that were needed may not be any more once others have gone.
        size = size // 2 if size > 1 or len(left) == before else 1
    return left


def _without(
    left: list[S], size: int, fails: Callable[[Sequence[S]], bool], ends: float
) -> list[S]:
    at = 0
    while at < len(left) and time.monotonic() < ends:
        fewer = left[:at] + left[at + size :]
        if fewer and fails(fewer):
            left = fewer
        else:
            at += size
    return left
