"""Which node decides about places, and under which term.

A *term* is the time of one authority: every decision carries it, and the highest counts. A node
opens a new one when it becomes a home: at the first import, in the place of a dead node, and after
it was restored, for it may have decided what its backup does not know.
"""

from __future__ import annotations

from collections.abc import Collection

from node.base.ids import derived_id
from node.spaces import place_tables
from node.store import Write


def begin_first_term(write: Write) -> None:
    """At the node that imported places: term 1, once."""
    if place_tables.select_term(write, write.site_id) == 0:
        _open_term(write, 1)


def assume_homes(write: Write, gone: Collection[bytes]) -> list[bytes]:
    """Decide from now on about every place whose home is one of these nodes, under a new term.

    Answers the places taken over; where there are none nothing happens.
    """
    taken = [space for space, site in place_tables.select_homes(write).items() if site in gone]
    for space in taken:
        place_tables.update_home(write, space, write.site_id)
    if taken:
        _open_term(write, place_tables.select_latest_term(write) + 1)
    return taken


def renew_term(write: Write) -> None:
    """At a home node that was restored and has caught up: a term above all that it may have had."""
    if write.site_id in place_tables.select_homes(write).values():
        _open_term(write, place_tables.select_latest_term(write) + 1)


def _open_term(write: Write, term: int) -> None:
    term_id = derived_id(write.site_id, "term", term)
    write.insert_new("home_term", id=term_id, site=write.site_id, term=term)
