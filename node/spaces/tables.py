"""The SQL of the facts; that of the projections is in `projections.py`, tables in `schema.py`."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec

from node.base.ids import derived_id
from node.base.periods import Period, from_epoch, to_epoch
from node.spaces.model import (
    CancellationFact,
    DecisionFact,
    Instant,
    PassageFact,
    RequestDetails,
    RequestFact,
    Ruling,
    Verdict,
)
from node.spaces.terms import FREE, Bill, Terms
from node.spaces.undone import Undone
from node.store import Read, Write, decoded_cell

T = TypeVar("T")

FACTS = {
    "reservation_request": "id",
    "reservation_decision": "reservation_id",
    "reservation_cancellation": "reservation_id",
    "cancellation_ruling": "reservation_id",
    "passage": "reservation_id",
    "reservation_undo": "reservation_id",
}
"""The tables that a reservation is folded from, and the column that names the reservation."""


UNDONE_OF = {
    Undone.CHECK_IN: ("passage", "kind = 'in'"),
    Undone.CHECK_OUT: ("passage", "kind = 'out'"),
    Undone.CANCELLATION: ("cancellation_ruling", "fact ->> 'stands'"),
    Undone.DECLINE: ("reservation_decision", "fact ->> 'verdict' = 'declined'"),
}
"""Where the facts are that can be taken back."""


def encoded(value: object) -> str:
    """A fact's details as the JSON text of their one column."""
    return msgspec.json.encode(value).decode()


def decoded(text: str, kind: type[T]) -> T | None:
    """What `encoded` wrote, or None where this release cannot read it."""
    return decoded_cell(text, kind)


# Spaces


# Facts


def insert_request(write: Write, request: RequestFact) -> bool:
    """Add a request; False if it is there already."""
    return write.insert_new(
        "reservation_request",
        id=request.id,
        fact=written_asked(request),
    )


def insert_decision(write: Write, decision: DecisionFact, *, space_id: bytes) -> None:
    """Add a decision."""
    said = _Decision(
        site=decision.site,
        verdict=decision.verdict,
        reason=decision.reason,
        hold_until=decision.hold_until,
        bill=decision.bill,
        pass_=decision.pass_,
        upon=_Request.of(decision.upon) if decision.upon else None,
        terms=decision.terms,
        by_team_at=decision.by_team_at,
    )
    write.insert_new(
        "reservation_decision",
        id=decision.id,
        reservation_id=decision.reservation_id,
        space_id=space_id,
        term=decision.term,
        number=decision.number,
        fact=encoded(said),
    )


LATEST = 2**33
"""The year 2242 in seconds since 1970: nobody reserves later, and calendars still count there."""

_Id = Annotated[bytes, msgspec.Meta(max_length=16)]
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=LATEST)]


class _Request(msgspec.Struct, omit_defaults=True):
    """A request as its one cell says it; ids in base 64, instants in seconds UTC."""

    space: _Id
    starts_at: _Seconds
    ends_at: _Seconds
    requested_at: _Seconds
    household: _Id = b""
    person: _Id = b""
    details: RequestDetails = RequestDetails()

    @classmethod
    def of(cls, request: RequestFact) -> _Request:
        """What a request says, its own id left out."""
        return cls(
            space=request.space_id,
            household=request.household_id,
            person=request.person_id,
            starts_at=to_epoch(request.period.starts_at),
            ends_at=to_epoch(request.period.ends_at),
            requested_at=to_epoch(request.requested_at),
            details=request.details,
        )

    def fact(self, reservation_id: bytes) -> RequestFact | None:
        """The request, or None where it makes no sense."""
        if self.ends_at <= self.starts_at:
            return None
        return RequestFact(
            id=reservation_id,
            space_id=self.space,
            household_id=self.household,
            person_id=self.person,
            period=Period(from_epoch(self.starts_at), from_epoch(self.ends_at)),
            requested_at=from_epoch(self.requested_at),
            details=self.details,
        )


def written_asked(request: RequestFact) -> str:
    """What somebody asks for as one cell, its own id left out."""
    return encoded(_Request.of(request))


def read_asked(text: str, own_id: bytes) -> RequestFact | None:
    """What `written_asked` wrote, or None where it makes no sense."""
    said = decoded(text, _Request)
    return None if said is None else said.fact(own_id)


class _Decision(msgspec.Struct, omit_defaults=True):
    """A decision as its one cell says it; a verdict that a newer release invented is not read.

    Term and number stand beside it, so that the highest count where two nodes wrote one fact.
    """

    site: _Id
    verdict: Verdict
    reason: str = ""
    hold_until: Instant | None = None
    bill: Bill = FREE
    pass_: bytes = msgspec.field(default=b"", name="pass")
    upon: _Request | None = None
    terms: Terms | None = None
    by_team_at: Instant | None = None


def next_number(read: Read, space_id: bytes) -> int:
    """The number of the next decision about a place."""
    found = read.value(
        "select max(number) from reservation_decision where space_id = :space", space=space_id
    )
    return (found or 0) + 1


def select_request(read: Read, reservation_id: bytes) -> RequestFact | None:
    """A request by the reservation's id."""
    text = read.value("select fact from reservation_request where id = :id", id=reservation_id)
    return read_asked(text, reservation_id) if text else None


def is_known(read: Read, reservation_id: bytes) -> bool:
    """Whether a reservation was asked for or decided upon."""
    found = read.value(
        "select 1 from reservation_request where id = :id union all"
        " select 1 from reservation_decision where reservation_id = :id limit 1",
        id=reservation_id,
    )
    return found is not None


def select_decisions(read: Read, reservation_id: bytes) -> list[DecisionFact]:
    """All decisions about a reservation that nobody has taken back."""
    rows = read.rows(
        f"select * from reservation_decision as fact where reservation_id = :id and {COUNTS}",
        id=reservation_id,
    )
    return [found for found in map(_decision, rows) if found is not None]


def _decision(row: Any) -> DecisionFact | None:
    said = decoded(row["fact"], _Decision)
    if said is None:
        return None
    upon = None if said.upon is None else said.upon.fact(row["reservation_id"])
    return DecisionFact(
        id=row["id"],
        reservation_id=row["reservation_id"],
        site=said.site,
        term=row["term"],
        number=row["number"],
        verdict=said.verdict,
        reason=said.reason,
        hold_until=said.hold_until,
        bill=said.bill,
        pass_=said.pass_,
        upon=upon,
        terms=said.terms,
        by_team_at=said.by_team_at,
    )


def select_cancellation(
    read: Read, reservation_id: bytes, *, is_home: bool
) -> CancellationFact | None:
    """How a reservation was given up, as far as it counts here: the home node's word, or what
    was said elsewhere while that has not come. The home node itself gives its word first.
    """
    rulings = [
        ruling
        for row in read.rows(
            f"select fact from cancellation_ruling as fact where reservation_id = :id and {COUNTS}",
            id=reservation_id,
        )
        if (ruling := decoded(row["fact"], Ruling)) is not None
    ]
    said = [ruling.fact for ruling in rulings if ruling.stands]
    if not said and not is_home:
        rows = read.rows(
            f"select fact from reservation_cancellation as c where reservation_id = :id"
            f" and {_UNRULED}",
            id=reservation_id,
        )
        claims = (decoded(row["fact"], CancellationFact) for row in rows)
        said = [claim for claim in claims if claim is not None]
    return min(said, key=lambda fact: (fact.at, fact.fee_cents, fact.by_staff), default=None)


COUNTS = "not exists (select 1 from reservation_undo as u where u.of_id = fact.id)"
"""Of rows called `fact`: nobody has taken it back."""

_UNRULED = "not exists (select 1 from cancellation_ruling as r where r.cancellation_id = c.id)"


def select_open_claims(read: Read) -> list[tuple[bytes, bytes]]:
    """Cancellations that no home node has ruled on, with their reservations, as they arrived."""
    rows = read.rows(
        "select c.id, c.reservation_id from reservation_cancellation as c"
        f" where {_UNRULED} order by c.rowid"
    )
    return [(row[0], row[1]) for row in rows]


def select_claim(read: Read, claim_id: bytes) -> CancellationFact | None:
    """What another node said of a cancellation."""
    text = read.value("select fact from reservation_cancellation where id = :id", id=claim_id)
    return decoded(text, CancellationFact) if text else None


def insert_claim(
    write: Write, claim_id: bytes, reservation_id: bytes, fact: CancellationFact
) -> bool:
    """Say that somebody gave a reservation up, for the home node to rule on."""
    return write.insert_new(
        "reservation_cancellation", id=claim_id, reservation_id=reservation_id, fact=encoded(fact)
    )


def insert_ruling(
    write: Write, ruling_id: bytes, claim_id: bytes, reservation_id: bytes, ruling: Ruling
) -> bool:
    """The home node's word on a claim, or on what was given up at itself (no claim)."""
    return write.insert_new(
        "cancellation_ruling",
        id=ruling_id,
        cancellation_id=claim_id,
        reservation_id=reservation_id,
        fact=encoded(ruling),
    )


def select_passages(read: Read, reservation_id: bytes) -> dict[str, PassageFact]:
    """Check-in and check-out of a reservation, by kind ("in", "out")."""
    rows = read.rows(
        f"select kind, fact.fact from passage as fact where reservation_id = :id and {COUNTS}"
        " order by id desc",
        id=reservation_id,
    )
    found = {row["kind"]: decoded(row["fact"], PassageFact) for row in rows}
    return {kind: fact for kind, fact in found.items() if fact is not None}


def next_fact_id(read: Read, reservation_id: bytes, sign: str, what: Undone) -> bytes:
    """The derived id of a fact that can be taken back: another one after each time it was."""
    before = read.value(
        "select count(*) from reservation_undo where reservation_id = :id and kind = :kind",
        id=reservation_id,
        kind=str(what),
    )
    return derived_id(reservation_id, sign, *([before] if before else []))


def insert_once(
    write: Write, table: str, row_id: bytes, reservation_id: bytes, **rest: Any
) -> bool:
    """Add a fact with a derived id; whether it is new."""
    return write.insert_new(table, id=row_id, reservation_id=reservation_id, **rest)


def select_note(read: Read, note_id: bytes) -> dict[str, str]:
    """What was said ("note", "guests"); empty where nothing was, or it is not to be had here."""
    text = read.value(
        "select note from reservation_note as note where id = :id and not exists"
        " (select 1 from reservation_state as s join erased_person as e"
        " on e.person_id = s.person_id where s.reservation_id in (note.reservation_id, note.id))",
        id=note_id,
    )
    return decoded(text or "{}", dict[str, str]) or {}


def select_notes_around(read: Read, period: Period) -> list[tuple[bytes, dict[str, str]]]:
    """What was said with reservations that begin in a period, by start; nobody's who was erased."""
    rows = read.rows(
        "select note.reservation_id, note.note from reservation_state as s"
        " join reservation_note as note on note.id = s.reservation_id"
        " where s.starts_at >= :starts and s.starts_at < :ends and not exists"
        " (select 1 from erased_person as e where e.person_id = s.person_id) order by s.starts_at",
        starts=to_epoch(period.starts_at),
        ends=to_epoch(period.ends_at),
    )
    return [(row[0], decoded(row[1] or "{}", dict[str, str]) or {}) for row in rows]


def insert_note(write: Write, note_id: bytes, reservation_id: bytes, text: str) -> bool:
    """Add what was said about a reservation; whether it is new."""
    return write.insert_new(
        "reservation_note", id=note_id, reservation_id=reservation_id, note=text
    )


def count_facts(read: Read, reservation_id: bytes) -> int:
    """How many facts about a reservation are held here, its request included."""
    found: int = read.value(f"select {_counted(':id')}", id=reservation_id)
    return found


def _counted(reservation_id: str) -> str:
    """How many facts there are about a reservation, in SQL."""
    return " + ".join(
        f"(select count(*) from {name} where {name}.{column} = {reservation_id})"
        for name, column in FACTS.items()
    )


def new_facts(write: Write) -> list[bytes]:
    """The reservations that facts came for which the projections have not followed yet, in order
    of arrival.

    Fact tables only ever grow, so their rowids are the order in which this file got them. What
    this node wrote itself was followed at once, which the count of facts shows.
    """
    found: dict[bytes, None] = {}
    for name, column in FACTS.items():
        upto = write.value("select upto from spaces_projected where name = :name", name=name) or 0
        newest = write.value(f"select max(rowid) from {name}") or 0
        if newest == upto:
            continue
        rows = write.rows(
            f"select f.{column} from {name} f left join reservation_state s"
            f" on s.reservation_id = f.{column} where f.rowid > :upto"
            f" and s.facts is not {_counted('s.reservation_id')} order by f.rowid",
            upto=upto,
        )
        found |= dict.fromkeys(row[0] for row in rows)
        write.execute(
            "insert into spaces_projected (name, upto) values (:name, :upto)"
            " on conflict (name) do update set upto = :upto",
            name=name,
            upto=newest,
        )
    return list(found)
