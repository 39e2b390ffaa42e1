"""The SQL of erasures, what the desk told and what counts no more; the rest is in `tables`."""

from __future__ import annotations

from typing import Any

from node.people.schema import EMPTIED, GONE_HOUSEHOLDS
from node.people.tables import card_table
from node.store import Read, Write

Row = Any


def select_erased(read: Read) -> frozenset[bytes]:
    """Who was erased, and the households of which everybody was."""
    persons = read.rows("select person_id as id from erased_person")
    households = read.rows(GONE_HOUSEHOLDS)
    return frozenset(row[0] for row in (*persons, *households))


_ENDED = (
    "coalesce({ended}, (select min(w.at) from erasure_withdrawal as w where w.erasure_id = {id}))"
)
_ERASURES = (
    "select id, person_id, site, at, staff_id, reason, due_at, done_at, ended_by, ended_why,"
    f" {_ENDED.format(ended='ended_at', id='erasure_ruling.id')} as ended_at from erasure_ruling"
    " union all select id, person_id, x'', at, staff_id, reason, null, null, null, '',"
    f" {_ENDED.format(ended='null', id='erasure.id')} from erasure where not exists"
    " (select 1 from erasure_ruling as r where r.id = erasure.id)"
)
"""As the home node has ruled, or, where its word is not here yet, as somebody asked."""


def select_erasures(read: Read) -> list[Row]:
    """All erasures, asked for or carried out, the newest first."""
    return read.rows(f"select * from ({_ERASURES}) order by at desc, id")


def select_erasures_of(read: Read, person_id: bytes) -> list[Row]:
    """Those of one person, the newest first."""
    return read.rows(
        f"select * from ({_ERASURES}) where person_id = :id order by at desc, id", id=person_id
    )


def select_done(read: Read) -> dict[bytes, int]:
    """Who was erased by the home node's word, and when."""
    rows = read.rows(
        "select person_id, min(done_at) as at from erasure_ruling"
        " where done_at is not null group by person_id"
    )
    return {row["person_id"]: row["at"] for row in rows}


def select_unruled(read: Read) -> list[Row]:
    """What was asked for and not ruled on."""
    return read.rows(
        "select * from erasure where not exists"
        " (select 1 from erasure_ruling as r where r.id = erasure.id) order by at, id"
    )


def select_withdrawn(read: Read) -> list[Row]:
    """What was taken back and has not ended."""
    return read.rows(
        "select r.id, w.staff_id from erasure_ruling as r join erasure_withdrawal as w"
        " on w.erasure_id = r.id where r.done_at is null and r.ended_at is null order by w.at, w.id"
    )


def select_open_rulings(read: Read) -> list[Row]:
    """What waits to be carried out."""
    return read.rows(
        "select * from erasure_ruling where done_at is null and ended_at is null order by due_at"
    )


def insert_ruling(write: Write, **columns: Any) -> None:
    """The home node's word on what somebody asked for."""
    write.insert_new("erasure_ruling", **columns)


def end_ruling(write: Write, ruling_id: bytes, why: str, *, by: bytes | None, at: int) -> None:
    """It is not carried out."""
    write.execute(
        "update erasure_ruling set ended_at = :at, ended_why = :why, ended_by = :by"
        " where id = :id and done_at is null and ended_at is null",
        id=ruling_id,
        at=at,
        why=str(why),
        by=by,
    )


def mark_done(write: Write, person_id: bytes, at: int) -> None:
    """All that was asked for this person is carried out now."""
    write.execute(
        "update erasure_ruling set done_at = :at"
        " where person_id = :id and done_at is null and ended_at is null",
        id=person_id,
        at=at,
    )


def select_emptied(read: Read) -> list[Row]:
    """Which rulings seem to have emptied which household."""
    return read.rows(EMPTIED)


def name_household(write: Write, ruling_id: bytes, household_id: bytes) -> None:
    """The home node's word that nobody of a household is left."""
    write.execute(
        "update erasure_ruling set household_id = :household_id where id = :id",
        id=ruling_id,
        household_id=household_id,
    )


def is_erased(read: Read, person_id: bytes) -> bool:
    """Whether this box knows somebody to be erased."""
    found = read.value("select 1 from erased_person where person_id = :id", id=person_id)
    return found is not None


def select_unanswered(read: Read, *, since: int) -> list[Row]:
    """The erasures that were carried out and of which this node has not said anything that counts;
    of those before `since` only whether it has said anything.
    """
    done = read.rows(
        "select id, done_at, exists (select 1 from erasure_receipt as r where r.erasure_id ="
        " erasure_ruling.id and r.site = :site) as is_answered from erasure_ruling"
        " where done_at is not null and (done_at >= :since or not is_answered)",
        site=read.site_id,
        since=since,
    )
    return [
        row
        for row in done
        if not row["is_answered"] or read.site_id not in select_receipts(read, row["id"])
    ]


def select_receipts(read: Read, erasure_id: bytes) -> dict[bytes, Row]:
    """What the nodes have said of an erasure, each of itself: what another wrote there, or wrote
    over, is nobody's word.
    """
    rows = read.rows(
        "select * from erasure_receipt where erasure_id = :id order by id desc", id=erasure_id
    )
    return {
        row["site"]: row
        for row in rows
        if read.sites_behind("erasure_receipt", row["id"]) == {row["site"]}
    }


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


def select_voided(read: Read, person_id: bytes, household_id: bytes, *, most: int) -> list[Row]:
    """What was voided of a person's cards, sessions and calendars and of a household's codes,
    the latest first.
    """
    return read.rows(
        "select 'card' as kind, gone.id, gone.at, gone.staff_id from card_revocation as gone"
        f" join {card_table(read, person_id)} as card on card.id = gone.card_id"
        " where card.person_id = :person"
        " union all select 'code', id, at, staff_id from code_revocation"
        " where household_id = :household"
        " union all select 'sessions', id, at, staff_id from sign_out where person_id = :person"
        " union all select 'calendar', gone.id, gone.at, gone.staff_id"
        " from calendar_feed_revocation as gone"
        " join calendar_feed as feed on feed.id = gone.feed_id where feed.person_id = :person"
        " order by 3 desc, 2 limit :most",
        person=person_id,
        household=household_id,
        most=most,
    )


def upsert_erased(write: Write, person_id: bytes, at: int) -> None:
    """Know of somebody who was erased, whatever becomes of the fact."""
    write.execute(
        "insert into erased_person (person_id, at) values (:id, :at)"
        " on conflict (person_id) do update set at = min(at, :at)",
        id=person_id,
        at=at,
    )
