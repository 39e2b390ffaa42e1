"""What changesets say of rows, read before their turn at intake comes.

Rows follow from the changesets, the schema and the writer's role alone, and the last hash of a run
stands for every byte of it. So whoever waits with a page while the writer takes the one before may
read it already, on another thread; what intake does not find here it reads itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from node.store.changeset import part_of
from node.store.law import LawBrokenError, Rows, read_rows
from node.store.proof import Offered, Opened, runs_of
from node.store.roles import Members, NodeRole
from node.store.schema import Registry


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The rows of runs by last hash, length and the writer's role, and how large the pieces are."""

    first: Offered | None = None
    piece_bytes: int = 0
    runs: Mapping[tuple[bytes, int, NodeRole], list[Rows]] = field(default_factory=dict)

    def is_of(self, batch: Sequence[Offered]) -> bool:
        """Whether it was this batch that was read, so that it must be cut in the same pieces."""
        return bool(batch) and batch[0] is self.first

    def rows_of(self, run: Sequence[Opened], role: NodeRole, *, start: int) -> list[Rows] | None:
        """As `read_rows` of the run; None where it was not foreseen."""
        listed = self.runs.get((run[-1].hash, len(run), role))
        if listed is None or _is_withheld(run):
            return None
        if not start:
            return listed
        return [replace(each, places=[place + start for place in each.places]) for each in listed]


NOTHING = Foreseen()


def _is_withheld(run: Sequence[Opened]) -> bool:
    """Whether anything of a run is gone, though its hash is what it was."""
    return any(each.is_withheld for each in run)


def foresee(
    batch: Sequence[Offered], registry: Registry, members: Members, *, piece_bytes: int
) -> Foreseen:
    """Read what can be read of a batch. Nothing of it is checked but what `read_rows` checks."""
    runs = {}
    start = 0
    while start < len(batch):
        end = part_of(batch, start, max_bytes=piece_bytes)
        for run in runs_of([each for each in batch[start:end] if isinstance(each, Opened)]):
            who = members.get(run[0].changeset.site)
            if who is not None and not _is_withheld(run):
                with suppress(LawBrokenError):
                    said = [each.changeset for each in run]
                    runs[run[-1].hash, len(run), who.role] = read_rows(said, registry, who.role)
        start = end
    return Foreseen(batch[0], piece_bytes, runs) if batch else NOTHING
