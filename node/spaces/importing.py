"""Bringing places and past reservations from an operator's files into the store.

The node that imports becomes the home of the places, under its first term. History is written as
the facts that it would have left, so that nothing later can tell the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from node.base.actors import Face
from node.base.ids import derived_id, id_text
from node.base.refusals import N_, granted
from node.quarter.files import (
    Audience,
    ContractRow,
    FileError,
    PastStatus,
    QuarterFiles,
    ReservationRow,
)
from node.quarter.files.history import RESERVATIONS_FILE
from node.quarter.mirroring import Wanted, plan
from node.spaces import homes, passes, place_tables, pricing, projections, schema, tables
from node.spaces.folding import project
from node.spaces.following import follow
from node.spaces.model import (
    CancellationFact,
    DecisionFact,
    PassageFact,
    RequestDetails,
    RequestFact,
    Ruling,
    Space,
    Verdict,
    Wish,
)
from node.spaces.passes import Signer
from node.spaces.standing import buffered
from node.spaces.terms import FREE, Bill, Terms
from node.store import Core, Read, Write

TAKEN_HERE = N_("„{key}“ trifft auf eine Buchung, die es an diesem Knoten schon gibt.")
ANOTHER_TIME = N_("Nehmen Sie die Zeile heraus, oder sagen Sie zuerst die andere Buchung ab.")

Progress = Callable[[int, int], object]
ROWS_A_PIECE = 100
"""Reservations a transaction: each is up to five facts, and people wait while one runs."""


def import_spaces(
    core: Core,
    files: QuarterFiles,
    *,
    signer: Signer,
    now: datetime,
    progress: Progress | None = None,
) -> int:
    """Bring places and history in; how many rows and reservations were written. Repeatable."""
    written = _import_places(core, files, now=now)
    missing = core.read(lambda read: _missing(read, files))
    households = {row.key: row.household for row in files.people}
    origin = _Origin(households, files.contracts)
    for start in range(0, len(missing), ROWS_A_PIECE):
        piece = missing[start : start + ROWS_A_PIECE]
        granted(
            core.write(
                partial(_write_piece, files=files, piece=piece, origin=origin, signer=signer)
            )
        )
        if progress is not None:
            progress(min(start + ROWS_A_PIECE, len(missing)), len(missing))
    if missing:
        # So that the first merge afterwards need not look at all of this again.
        granted(core.write(follow))
    return written + len(missing)


def check_history(read: Read, files: QuarterFiles, *, now: datetime) -> list[FileError]:
    """The confirmed reservations of the files whose time is given away here already."""
    spaces = {row.key: row for row in files.spaces}
    clashing = [
        row
        for row in _missing(read, files)
        if row.status is PastStatus.CONFIRMED
        and projections.is_taken(
            read,
            files.id_of("space", row.space),
            buffered(Terms.of(spaces[row.space]), row.period),
            as_of=now,
        )
    ]
    return [
        FileError(RESERVATIONS_FILE, row.line, TAKEN_HERE, ANOTHER_TIME, {"key": row.key})
        for row in clashing
    ]


class _Origin:
    """Who lives where, and which households have a contract, by the operator's keys."""

    def __init__(self, households: dict[str, str], contracts: Sequence[ContractRow]) -> None:
        self.households = households
        self.contracts = contracts

    def audience(self, person: str, day: date) -> Audience:
        """For whom the price of a reservation made on `day` held."""
        household = self.households.get(person)
        if household is None:
            return Audience.OUTSIDE
        has_contract = any(
            row.household == household
            and row.starts_on <= day
            and (row.ends_on is None or day <= row.ends_on)
            for row in self.contracts
        )
        return Audience.CONTRACT if has_contract else Audience.NO_CONTRACT


def _import_places(core: Core, files: QuarterFiles, *, now: datetime) -> int:
    # A second import, at whichever node, changes what a place is, never who decides about it.
    known = core.read(place_tables.select_homes)
    rows = {
        files.id_of("space", row.key): {
            "home_site": known.get(files.id_of("space", row.key), core.site_id),
            "building_id": files.id_of("building", row.building),
            "details": tables.encoded(row),
        }
        for row in files.spaces
    }
    batches = core.read(
        lambda read: plan(read, [Wanted(schema.SPACE, rows)], at=int(now.timestamp()))
    )
    for batch in batches:
        granted(core.write(batch.apply))
    granted(core.write(homes.begin_first_term))
    return sum(len(batch.changes) for batch in batches)


def _missing(read: Read, files: QuarterFiles) -> list[ReservationRow]:
    return [
        row
        for row in files.reservations
        if not tables.is_known(read, files.id_of("reservation", row.key))
    ]


def _write_piece(
    write: Write,
    *,
    files: QuarterFiles,
    piece: Sequence[ReservationRow],
    origin: _Origin,
    signer: Signer,
) -> None:
    for row in piece:
        space = place_tables.select_space(write, files.id_of("space", row.space))
        if space is not None:
            space = space.at(row.period.starts_at)
            _write_history(write, files, row, space, origin=origin, signer=signer)


def _write_history(
    write: Write,
    files: QuarterFiles,
    row: ReservationRow,
    space: Space,
    *,
    origin: _Origin,
    signer: Signer,
) -> None:
    reservation_id = files.id_of("reservation", row.key)
    household = origin.households.get(row.person)
    zone = ZoneInfo(files.profile.timezone)
    audience = origin.audience(row.person, row.requested_at.astimezone(zone).date())
    person_id = files.id_of("person", row.person)
    wish = Wish(
        space_id=space.id,
        period=row.period,
        people=row.people,
        purpose=row.purpose,
        ages=row.children_ages,
    )
    details = RequestDetails(
        people=row.people,
        purpose=row.purpose,
        ages=row.children_ages,
        audience=audience,
        staff_id=id_text(files.id_of("person", row.by_staff)) if row.by_staff else "",
        face=str(Face.DESK if row.by_staff else Face.PORTAL),
    )
    household_id = files.id_of("household", household) if household else b""
    request = RequestFact(
        reservation_id, space.id, household_id, person_id, row.period, row.requested_at, details
    )
    if row.note or row.guest_name:
        note = tables.encoded({"note": row.note, "guests": row.guest_name})
        tables.insert_note(write, reservation_id, reservation_id, note)
    bill = pricing.price(space.row, wish, audience, files.profile, zone)
    _write_outcome(write, row, request, space, bill=bill or FREE, signer=signer)
    project(write, reservation_id)


def _write_outcome(
    write: Write,
    row: ReservationRow,
    request: RequestFact,
    space: Space,
    *,
    bill: Bill,
    signer: Signer,
) -> None:
    if row.status is PastStatus.REQUESTED:
        tables.insert_request(write, request)
        return
    declined, reservation_id = row.status is PastStatus.DECLINED, request.id
    decision = DecisionFact(
        id=derived_id(reservation_id, "imported"),
        reservation_id=reservation_id,
        site=write.site_id,
        term=1,
        number=tables.next_number(write, space.id),
        verdict=Verdict.DECLINED if declined else Verdict.CONFIRMED,
        bill=FREE if declined else bill,
        pass_=b""
        if declined
        else passes.issue(signer, quarter_id=write.quarter_id, reservation_id=reservation_id),
        upon=request,
        terms=space.terms,
    )
    tables.insert_decision(write, decision, space_id=space.id)
    if row.status is PastStatus.CANCELLED and row.cancelled_at is not None:
        cost = pricing.cancellation_cost(
            space.terms, bill, row.period.starts_at, now=row.cancelled_at
        )
        ruling = Ruling(stands=True, fact=CancellationFact(row.cancelled_at, cost.fee_cents))
        ruling_id = derived_id(reservation_id, "cancelled")
        tables.insert_ruling(write, ruling_id, b"", reservation_id, ruling)
    for kind, at in (("in", row.checked_in_at), ("out", row.checked_out_at)):
        if at is not None:
            tables.insert_once(
                write,
                "passage",
                derived_id(reservation_id, "check_" + kind),
                reservation_id,
                kind=kind,
                fact=tables.encoded(PassageFact(at)),
            )
