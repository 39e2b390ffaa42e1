"""How much of a page one transaction takes: so much that people's writes wait a moment at most.

What a box writes in a moment differs tenfold from box to box, and between rows that are new and
rows that must be merged. So the size follows what the last pieces took.
"""

from __future__ import annotations

from node.store.changeset import PART_BYTES

PIECE_SECONDS = 0.05
"""What a person's write may have to wait for; less would be spent on waiting for the disk."""

SMALLEST_BYTES = 8_000
LARGEST_BYTES = 256 * 1024
"""Half a page: larger transactions need more memory and are no faster."""

_STEP = 1.5
"""One piece that waited for a busy disk must not throw the size over."""


class Pace:
    """The size of the next piece."""

    def __init__(self) -> None:
        self.size = PART_BYTES

    def learn(self, size: int, seconds: float) -> None:
        """A piece of this size took so long. Much smaller ones, the ends of pages, tell little."""
        if size < self.size / 2:
            return
        wanted = size * PIECE_SECONDS / max(seconds, 1e-6)
        kept = min(max(wanted, self.size / _STEP), self.size * _STEP)
        self.size = int(min(max(kept, SMALLEST_BYTES), LARGEST_BYTES))
