"""The SQL of erasures and of what the desk told; the rest of the room's is in `tables`."""

from __future__ import annotations

from typing import Any

from node.people.schema import GONE_HOUSEHOLDS
from node.store import Read, Write

Row = Any


def select_erased(read: Read) -> frozenset[bytes]:
    """Who was erased, and the households of which everybody was."""
    persons = read.rows("select person_id as id from erased_person")
    households = read.rows(GONE_HOUSEHOLDS)
    return frozenset(row[0] for row in (*persons, *households))


def select_erasures(read: Read) -> list[Row]:
    """All erasures, the newest first."""
    return read.rows("select * from erasure order by at desc, id")


def select_unanswered(read: Read) -> list[Row]:
    """The erasures of which this node has not said anything yet."""
    return read.rows(
        "select id from erasure where not exists (select 1 from erasure_receipt as r"
        " where r.erasure_id = erasure.id and r.site = :site)",
        site=read.site_id,
    )


def select_receipts(read: Read, erasure_id: bytes) -> list[Row]:
    """What the nodes have said of an erasure."""
    return read.rows("select * from erasure_receipt where erasure_id = :id", id=erasure_id)


def delete_local(write: Write, person_id: bytes) -> None:
    """Forget what only this box knows of a person."""
    write.execute("delete from session where person_id = :id", id=person_id)
    write.execute("delete from known_device where person_id = :id", id=person_id)
    write.execute("delete from person_word where person_id = :id", id=person_id)


def select_acts(read: Read, person_id: bytes) -> list[Row]:
    """When a person was signed out everywhere or given what is held about them, and by whom."""
    return read.rows(
        "select 'signed_out' as what, at, staff_id from sign_out where person_id = :id"
        " union all select 'disclosed', at, staff_id from disclosure where person_id = :id"
        " order by at",
        id=person_id,
    )


def upsert_erased(write: Write, person_id: bytes, at: int) -> None:
    """Know of somebody who was erased, whatever becomes of the fact."""
    write.execute(
        "insert into erased_person (person_id, at) values (:id, :at)"
        " on conflict (person_id) do update set at = min(at, :at)",
        id=person_id,
        at=at,
    )
