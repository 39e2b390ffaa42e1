"""What of the quarter's own data this box cannot read: it is left out wherever it is shown.

A newer release may have written it, or a faulty box. Pages go on without it, so somebody is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from node.quarter import tables
from node.quarter.model import BookOfRules, DeskProfile, LocalText, TargetKind
from node.quarter.reads import building_of_row, flat_of_row, profile_of
from node.store import Read, decoded_cell

NAME_CHARS = 8


def unreadable(read: Read) -> list[tuple[str, str]]:
    """The tables with what in each cannot be read: a column, or the beginning of a row's id."""
    return [*_of_quarter(read), *_of_rows(read)]


def _of_quarter(read: Read) -> Iterator[tuple[str, str]]:
    texts = {
        "profile": (tables.select_profile(read), profile_of),
        "desk": (tables.select_desk(read), lambda text: decoded_cell(text, DeskProfile)),
        "rules": (tables.select_rules(read), lambda text: decoded_cell(text, BookOfRules)),
    }
    for name, (text, reader) in texts.items():
        if text is not None and reader(text) is None:
            yield "quarter_profile", name


def _of_rows(read: Read) -> Iterator[tuple[str, str]]:
    for row in tables.select_buildings(read):
        if building_of_row(row) is None:
            yield "building", named(row["id"])
    for row in tables.select_all_flats(read):
        if flat_of_row(row) is None:
            yield "flat", named(row["id"])
    for row in tables.select_all_closures(read):
        known = row["target_kind"] in set(TargetKind)
        if not known or decoded_cell(row["reason"], LocalText) is None:
            yield "closure", named(row["id"])


def named(row_id: bytes) -> str:
    """A row whose own name cannot be read, as people can tell it apart."""
    return bytes(row_id).hex()[:NAME_CHARS]
