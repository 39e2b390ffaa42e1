"""The SQL of what was taken back: which facts of a reservation do not count any more."""

from __future__ import annotations

from node.base.ids import derived_id
from node.spaces.tables import COUNTS, UNDONE_OF, decoded, encoded
from node.spaces.undone import Undone, UndoneFact
from node.store import Read, Write


def insert_undone(write: Write, reservation_id: bytes, fact: UndoneFact) -> None:
    """Take back all that counts of a kind; each row names one fact, where there is one."""
    if fact.what is Undone.NO_SHOW:
        named = [(_kept_id(reservation_id), b"")]
    else:
        counting = _counting(write, reservation_id, fact.what)
        named = [(derived_id(of_id, "undone"), of_id) for of_id in counting]
    for undo_id, of_id in named:
        write.insert_new(
            "reservation_undo",
            id=undo_id,
            reservation_id=reservation_id,
            of_id=of_id,
            kind=str(fact.what),
            fact=encoded(fact),
        )


def _counting(read: Read, reservation_id: bytes, what: Undone) -> list[bytes]:
    """The facts of a kind that nobody has taken back."""
    table, condition = UNDONE_OF[what]
    rows = read.rows(
        f"select id from {table} as fact where reservation_id = :id and {condition} and {COUNTS}",
        id=reservation_id,
    )
    return [row[0] for row in rows]


def select_undone(read: Read, reservation_id: bytes) -> list[UndoneFact]:
    """What was taken back of a reservation, the earliest first."""
    rows = read.rows(
        "select fact from reservation_undo where reservation_id = :id", id=reservation_id
    )
    found = (decoded(row[0], UndoneFact) for row in rows)
    return sorted((each for each in found if each is not None), key=lambda each: each.at)


def count_undone(read: Read, reservation_id: bytes, what: Undone) -> int:
    """How often something of a kind was taken back of a reservation."""
    found: int = read.value(
        "select count(*) from reservation_undo where reservation_id = :id and kind = :kind",
        id=reservation_id,
        kind=str(what),
    )
    return found


def is_kept(read: Read, reservation_id: bytes) -> bool:
    """Whether the desk took back that nobody came."""
    said = "select 1 from reservation_undo where id = :id and kind = :kind"
    return bool(read.value(said, id=_kept_id(reservation_id), kind=str(Undone.NO_SHOW)))


def _kept_id(reservation_id: bytes) -> bytes:
    """The id of the one fact that a reservation's people are no no-show: time alone had made them
    one, so there is no fact to name."""
    return derived_id(reservation_id, str(Undone.NO_SHOW), "undone")
