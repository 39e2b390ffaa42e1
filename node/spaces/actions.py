"""What people do with places: hold, reserve, confirm, cancel; and what the home node decides.

Authority stays with the place: only its home node writes decisions, in the same transaction as
the overlap check. At any other node a request is written and decided when it arrives, by the same
`decide`. A reservation is final where it is confirmed, with or without a line.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from node.base.actors import Actor, Face, Permission, Role, may
from node.base.ids import derived_id, id_text, new_id
from node.base.periods import Period, kept_instant, to_epoch
from node.base.refusals import N_, Refusal
from node.quarter import get_profile
from node.quarter.files import Audience
from node.spaces import place_tables, pricing, projections, rules, tables
from node.spaces.cancelling import CANCELLABLE, write_cancellation
from node.spaces.cases import (
    UNKNOWN_SPACE,
    Case,
    case_believed,
    case_for,
    circumstances,
    zone_of_profile,
)
from node.spaces.deciding import (
    SHUT,
    UNKNOWN,
    decide,
    displace,
    is_home,
    projected,
    settle,
    waits_for_desk,
    write_decision,
)
from node.spaces.folding import find_held, find_reservation, project_new
from node.spaces.model import (
    HOLD_MINUTES,
    RequestDetails,
    RequestFact,
    Reservation,
    Space,
    Status,
    Verdict,
    Wish,
)
from node.spaces.offering import offer_free
from node.spaces.passes import Signer
from node.spaces.refusals import NO_PRICE
from node.spaces.terms import Bill
from node.store import Read, Write


def reserve(
    write: Write, actor: Actor, wish: Wish, *, now: datetime, signer: Signer
) -> Reservation | Refusal:
    """Reserve a place: final at its home node, a request at any other.

    The same rules answer at once at every node, so a request is refused here where it could not
    be granted there as far as this node knows. What the person held meanwhile is given up.
    """
    case = asked_case(write, actor, wish)
    if isinstance(case, Refusal):
        return case
    offer_free(write, now=now, signer=signer, space_id=case.space.id)
    _drop_other_holds(write, actor, now=now)
    refusal = rules.check_reservable(case.space, wish, circumstances(write, case, now=now))
    if refusal is not None:
        return refusal
    request = asked_request(write, actor, case, now=now, hold=False)
    if not is_home(write, case.space) or waits_for_desk(case):
        tables.insert_request(write, request)
        return project_new(write, request, None, case.space)
    decided = decide(write, request, case, now=now, signer=signer)
    if isinstance(decided, Refusal):
        return decided
    return project_new(write, request, decided, case.space)


def hold(
    write: Write, actor: Actor, wish: Wish, *, now: datetime, signer: Signer
) -> Reservation | Refusal | None:
    """Keep a place for some minutes while the summary is read; None where this can only be asked
    for, because another node or the desk decides.

    One hold a person: an earlier one is given up, so nobody blocks the house by looking around.
    """
    case = asked_case(write, actor, wish)
    if isinstance(case, Refusal):
        return case
    if not is_home(write, case.space) or waits_for_desk(case):
        world = circumstances(write, case, now=now)
        return rules.check_reservable(case.space, wish, world)
    offer_free(write, now=now, signer=signer, space_id=case.space.id)
    _drop_other_holds(write, actor, now=now)
    refusal = rules.check_reservable(case.space, wish, circumstances(write, case, now=now))
    if refusal is not None:
        return refusal
    request = asked_request(write, actor, case, now=now, hold=True)
    until = now + timedelta(minutes=HOLD_MINUTES)
    held = write_decision(write, request, case, Verdict.HELD, hold_until=until, signer=signer)
    return project_new(write, request, held, case.space)


def confirm(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime, signer: Signer
) -> Reservation | Refusal:
    """Make a held place one's own. A hold that expired is taken again where that is possible."""
    reservation = own_to_change(write, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return reservation
    status = reservation.status_at(now)
    if status in {Status.CONFIRMED, Status.REQUESTED, Status.CHECKED_IN}:
        return reservation
    if status not in {Status.HELD, Status.EXPIRED}:
        return NO_LONGER_HELD
    # What was in time when it was held is in time now; what expired is asked for anew.
    asked_at = reservation.requested_at if status is Status.HELD else now
    if status is Status.EXPIRED:
        offer_free(write, now=now, signer=signer, space_id=reservation.space_id)
    if reservation.is_offer:
        reservation = _accepted(actor, reservation, now=now)
    return _confirm_again(write, reservation, asked_at=asked_at, now=now, signer=signer)


def _accepted(actor: Actor, offer: Reservation, *, now: datetime) -> Reservation:
    """An offer of the waiting list as what somebody says yes to now, themselves or by the team."""
    by = "" if is_theirs(actor, offer) else id_text(actor.person_id)
    details = replace(offer.details, accepted_by=by)
    return replace(offer, requested_at=kept_instant(now), details=details)


def _confirm_again(
    write: Write, reservation: Reservation, *, asked_at: datetime, now: datetime, signer: Signer
) -> Reservation | Refusal:
    case = case_believed(write, reservation, now=now)
    if isinstance(case, Refusal):
        return case
    if not is_home(write, case.space) or waits_for_desk(case):
        return NO_LONGER_HELD
    world = circumstances(write, case, now=now, asked_at=asked_at)
    refusal = case.barred or rules.check_reservable(case.space, case.wish, world)
    return refusal or settle(write, reservation, case, now=now, signer=signer)


def add_note(write: Write, reservation_id: bytes, *, note: str, guest_names: str = "") -> None:
    """Add what a reservation is for and who comes, once; it stays in the building."""
    text = tables.encoded({"note": note, "guests": guest_names})
    tables.insert_note(write, reservation_id, reservation_id, text)


def cancel(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime
) -> Reservation | Refusal:
    """Give a reservation up; what stays due was shown by `preview_cancellation` before."""
    reservation = own_to_change(write, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return reservation
    if (status := reservation.status_at(now)) is Status.CANCELLED:
        return reservation
    if status not in CANCELLABLE:
        return TOO_LATE_TO_CANCEL
    by_staff = actor.staff_id is not None or not is_theirs(actor, reservation)
    write_cancellation(write, reservation, by_staff=by_staff, now=now)
    return projected(write, reservation.id)


OWN_ONLY = frozenset({Face.PORTAL, Face.KIOSK})
"""Faces at which everybody finds their own things alone."""


def own_reservation(read: Read, actor: Actor, reservation_id: bytes) -> Reservation | Refusal:
    """A reservation of the actor's household, or any for the desk; others' don't exist.

    In the portal and the lobby the desk's people are neighbours like all: what stands there is
    one's own, with the pass that opens its door.
    """
    reservation = find_reservation(read, reservation_id)
    if reservation is None:
        return UNKNOWN
    sees_all = actor.face not in OWN_ONLY and may(actor, Permission.SEE_ALL_RESERVATIONS)
    return reservation if sees_all or is_theirs(actor, reservation) else UNKNOWN


def own_to_change(read: Read, actor: Actor, reservation_id: bytes) -> Reservation | Refusal:
    """`own_reservation` for whoever wants to change it: seeing all of them does not suffice."""
    reservation = own_reservation(read, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return reservation
    if actor.bearer_of:
        # Who holds a pass or a link uses a stay; they neither move it nor give it up.
        return NOT_YOURS
    if is_theirs(actor, reservation):
        return reservation
    return reservation if may(actor, Permission.RESERVE_FOR_OTHERS) else NOT_YOURS


def is_theirs(actor: Actor, reservation: Reservation) -> bool:
    """Whether it is the actor's own: theirs, their household's, or the one whose pass or link they
    hold. What the desk may do with everybody's is another matter."""
    if actor.bearer_of:
        return actor.bearer_of == reservation.id
    return actor.is_signed_in and (
        reservation.person_id == actor.person_id
        or (bool(actor.household_id) and reservation.household_id == actor.household_id)
    )


def take_back(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime
) -> Reservation | Refusal:
    """The team takes a confirmed reservation back because its place must be shut, at no cost."""
    if not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    reservation = find_reservation(write, reservation_id)
    if reservation is None or reservation.base_status is not Status.CONFIRMED:
        return UNKNOWN
    space = place_tables.select_space(write, reservation.space_id)
    if space is None:
        return UNKNOWN_SPACE
    if not is_home(write, space):
        return DECIDED_ELSEWHERE
    displace(write, reservation, space, now=now, reason=SHUT)
    return projected(write, reservation_id)


def bill_for(read: Read, space: Space, wish: Wish, audience: Audience) -> Bill | None:
    """What a wish would cost an audience; None where there is no price for it."""
    profile, space = get_profile(read), space.at(wish.period.starts_at)
    return pricing.price(space.row, wish, audience, profile, zone_of_profile(profile))


def asked_request(
    write: Write, actor: Actor, case: Case, *, now: datetime, hold: bool
) -> RequestFact:
    """What is asked, its words noted; written itself only where it must wait for a decision.

    What is decided at once is one fact: the decision, which says what it was decided upon.
    """
    wish = case.wish
    request = RequestFact(
        id=_id_for(actor, wish),
        space_id=case.space.id,
        household_id=actor.household_id,
        person_id=actor.person_id,
        # As it will be read again: whole seconds of UTC.
        period=Period(kept_instant(wish.period.starts_at), kept_instant(wish.period.ends_at)),
        requested_at=kept_instant(now),
        details=RequestDetails(
            people=wish.people,
            # One of the place's own; other words stay in the building, in the note.
            purpose=wish.purpose if wish.purpose in case.space.row.purposes else "",
            ages=wish.ages,
            audience=case.audience,
            staff_id=id_text(actor.staff_id) if actor.staff_id else "",
            face=str(actor.face),
            hold=hold,
            series=id_text(wish.series) if wish.series else "",
        ),
    )
    if wish.note or wish.guest_names:
        note = tables.encoded({"note": wish.note, "guests": wish.guest_names})
        tables.insert_note(write, request.id, request.id, note)
    return request


def _id_for(actor: Actor, wish: Wish) -> bytes:
    """A new id; that of a date of a series follows from what it is, so asking twice books once."""
    return series_date_id(actor, wish) if wish.series else new_id()


def series_date_id(actor: Actor, wish: Wish) -> bytes:
    """The id of a date of somebody's series, the same however often it is asked for."""
    who = projections.party_of(actor.household_id, actor.person_id)
    starts, ends = to_epoch(wish.period.starts_at), to_epoch(wish.period.ends_at)
    return derived_id(wish.series, who, wish.space_id, starts, ends)


def asked_case(read: Read, actor: Actor, wish: Wish) -> Case | Refusal:
    """The wish of an actor as a case, or why they may not even ask."""
    if not may(actor, Permission.RESERVE):
        return NOT_YOURS
    space = place_tables.select_space(read, wish.space_id)
    if space is None:
        return UNKNOWN_SPACE
    unthinkable = rules.check_thinkable(wish.period)
    if unthinkable is None and space.is_equipment and not wish.series:
        unthinkable = ONLY_BESIDE
    if unthinkable is not None:
        return unthinkable
    case = case_for(read, actor, space, wish)
    if Role.STAFF in actor.roles and not actor.household_id and actor.staff_id is None:
        return FOR_WHOM
    if case.bill is None:
        return NO_PRICE
    return case


def _drop_other_holds(write: Write, actor: Actor, *, now: datetime) -> None:
    party = projections.party_of(actor.household_id, actor.person_id)
    for other in find_held(write, party, actor.person_id, now=now):
        cancel(write, actor, other.id, now=now)


NOT_YOURS = Refusal(
    "spaces.not_allowed",
    N_("Dafür haben Sie keine Berechtigung."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
ONLY_BESIDE = Refusal(
    "spaces.only_beside",
    N_("Das gibt es nur zusammen mit einem Raum."),
    N_("Suchen Sie zuerst einen Raum; vor dem Buchen können Sie es dazunehmen."),
)
FOR_WHOM = Refusal(
    "spaces.for_whom",
    N_("Für wen soll gebucht werden?"),
    N_("Bitte wählen Sie zuerst die Person."),
    status=422,
    field="person",
)
NO_LONGER_HELD = Refusal(
    "spaces.no_longer_held",
    N_("Diese Vormerkung gilt nicht mehr."),
    N_("Bitte suchen Sie noch einmal; oft ist die Zeit noch frei."),
)
TOO_LATE_TO_CANCEL = Refusal(
    "spaces.too_late_to_cancel",
    N_("Diese Buchung kann nicht mehr abgesagt werden."),
    N_("Bitte sprechen Sie mit dem Service-Point."),
)
DECIDED_ELSEWHERE = Refusal(
    "spaces.decided_elsewhere",
    N_("Über diesen Ort entscheidet ein anderes Haus."),
    N_("Die Anfrage wartet und wird entschieden, sobald das Haus erreichbar ist."),
)
