"""From facts to the present state, and the projections that keep it quick to read.

`fold` is pure and does not care in which order facts came; a fact that refers to an unknown
request waits until that comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from node.spaces import place_tables, projections, seen_tables, tables, undo_tables
from node.spaces.model import (
    CancellationFact,
    DecisionFact,
    PassageFact,
    RequestFact,
    Reservation,
    Space,
    Status,
)
from node.spaces.passes import short_code
from node.spaces.standing import latest_decision, occupied_until, release_at, taken_period
from node.spaces.terms import NO_TERMS
from node.store import Read, Write


def fold(
    request: RequestFact,
    decisions: Iterable[DecisionFact],
    cancellation: CancellationFact | None,
    passages: Mapping[str, PassageFact],
    space: Space | None,
    *,
    is_kept: bool = False,
) -> Reservation:
    """All facts of one reservation as what they come to. `is_kept`: the desk said that its people
    are no no-show, so nobody else gets the place.

    What was decided stands on the request and the terms it was decided upon, whatever became of
    either since.
    """
    decision = latest_decision(decisions)
    stands = (decision and decision.upon) or request
    then = space.at(stands.period.starts_at) if space else None
    terms = (decision and decision.terms) or (then.terms if then else NO_TERMS)
    return Reservation(
        id=request.id,
        space_id=stands.space_id,
        household_id=stands.household_id,
        person_id=stands.person_id,
        period=stands.period,
        requested_at=stands.requested_at,
        details=stands.details,
        terms=terms,
        decision=decision,
        cancellation=cancellation,
        check_in=passages.get("in"),
        check_out=passages.get("out"),
        release_at=None if is_kept else release_at(terms, stands.period, stands.requested_at),
    )


def find_reservation(read: Read, reservation_id: bytes) -> Reservation | None:
    """A reservation folded from the facts held here, or None where its request is unknown."""
    found = find_with_space(read, reservation_id, {})
    return None if found is None else found[0]


def find_with_space(
    read: Read, reservation_id: bytes, known: dict[bytes, Space | None]
) -> tuple[Reservation, Space | None] | None:
    """The same with its place, by the rules of its first day. `known` are places that this view has
    found, and remembers more."""
    decisions = tables.select_decisions(read, reservation_id)
    decision = latest_decision(decisions)
    request = (decision and decision.upon) or tables.select_request(read, reservation_id)
    if request is None:
        return None
    if request.space_id not in known:
        known[request.space_id] = place_tables.select_space(read, request.space_id)
    space = known[request.space_id]
    space = space.at(request.period.starts_at) if space else None
    reservation = fold(
        request,
        decisions,
        tables.select_cancellation(
            read, reservation_id, is_home=space is not None and space.home_site == read.site_id
        ),
        tables.select_passages(read, reservation_id),
        space,
        is_kept=undo_tables.is_kept(read, reservation_id),
    )
    return reservation, space


def find_held(
    read: Read, party: bytes, person_id: bytes, *, now: datetime
) -> Iterator[Reservation]:
    """What a person of a household holds at the moment while they look around, by start.

    What was offered to them from the waiting list is not among it: it waits for their answer.
    """
    for reservation_id in projections.select_ids_held(read, party, person_id, now=now):
        found = find_reservation(read, reservation_id)
        if found is None or found.is_offer:
            continue
        if found.status_at(now) is Status.HELD:
            yield found


def project(write: Write, reservation_id: bytes) -> Reservation | None:
    """Bring the projections up to date for one reservation; the reservation as folded."""
    found = find_with_space(write, reservation_id, {})
    if found is None:
        return None
    reservation, space = found
    facts = tables.count_facts(write, reservation_id)
    by_team = seen_tables.has_team_act(write, reservation_id)
    _keep(write, reservation, space, facts=facts, by_team=by_team)
    return reservation


def project_new(
    write: Write, request: RequestFact, decision: DecisionFact | None, space: Space
) -> Reservation:
    """The same for what this transaction wrote: a request that waits, or the decision upon it.

    Nobody else can have said anything of it yet, so nothing is read again.
    """
    decisions = [] if decision is None else [decision]
    reservation = fold(request, decisions, None, {}, space)
    _keep(write, reservation, space, facts=1, by_team=False)
    return reservation


def _keep(
    write: Write, reservation: Reservation, space: Space | None, *, facts: int, by_team: bool
) -> None:
    """Write a reservation, folded from so many facts, into the projections."""
    code = _code(reservation)
    projections.upsert_state(write, reservation, code=code, facts=facts, by_team=by_team)
    taken = taken_period(reservation) if space else None
    if taken is None:
        projections.delete_occupancy(write, reservation.id)
    else:
        until = occupied_until(reservation)
        projections.put_occupancy(write, reservation, taken, until=until)


def _code(reservation: Reservation) -> str:
    if not reservation.has_pass or reservation.decision is None:
        return ""
    gone = reservation.base_status in {Status.CANCELLED, Status.DISPLACED, Status.DECLINED}
    return "" if gone else short_code(reservation.decision.pass_)


def rebuild(write: Write) -> None:
    """Fold everything anew; for a file whose projections were remade."""
    projections.forget_all(write)
    for reservation_id in tables.new_facts(write):
        project(write, reservation_id)
