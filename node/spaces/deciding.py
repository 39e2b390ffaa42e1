"""How the home node decides: the one place where a reservation is ever confirmed.

The overlap check and the decision are in one transaction of the one writer. A request made here
and one that came by sync go through the same `decide`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from node.base.ids import derived_id, new_id
from node.base.periods import Period, local_day
from node.base.refusals import N_, Refusal
from node.quarter import after_desk_minutes, closures_for, get_profile
from node.quarter.files import Audience
from node.quarter.model import QuarterProfile
from node.spaces import pricing, rules, tables
from node.spaces.folding import find_reservation, project
from node.spaces.model import (
    FREE,
    Bill,
    DecisionFact,
    Reservation,
    Space,
    Status,
    Verdict,
    Wish,
)
from node.spaces.passes import Signer, issue
from node.store import Read, Write

LEAD_LOOK_AHEAD = timedelta(days=14)
"""A lead time in desk hours has surely passed this far ahead; nobody counts hours then."""


@dataclass(frozen=True, slots=True)
class Case:
    """A wish with everything that deciding about it needs."""

    space: Space
    wish: Wish
    audience: Audience
    household_id: bytes
    by_staff: bool
    profile: QuarterProfile
    reservation_id: bytes = b""
    """The reservation that this case is about already; it does not count against itself."""


def decide_waiting(write: Write, *, now: datetime, signer: Signer) -> list[Reservation]:
    """At the home node: decide requests that came by sync, in order of arrival.

    Those that need the desk's approval go on waiting for it.
    """
    decided = []
    for reservation_id in tables.select_ids_by_status(write, Status.REQUESTED):
        reservation = find_reservation(write, reservation_id)
        if reservation is None or reservation.details.hold:
            continue
        case = case_again(write, reservation)
        if isinstance(case, Refusal) or not is_home(write, case.space):
            continue
        if waits_for_desk(case):
            continue
        tables.release_expired(write, now)
        world = circumstances(write, case, now=now, asked_at=reservation.requested_at)
        refusal = rules.check_reservable(case.space, case.wish, world)
        if refusal is None and reservation.period.ends_at <= now:
            refusal = TOO_LATE
        if refusal is not None:
            write_decision(
                write, reservation_id, case, Verdict.DECLINED, reason=refusal.code, signer=signer
            )
            decided.append(projected(write, reservation_id))
        else:
            decided.append(decide(write, reservation_id, case, now=now, signer=signer))
    return [found for found in decided if isinstance(found, Reservation)]


def decide(
    write: Write,
    reservation_id: bytes,
    case: Case,
    *,
    now: datetime,
    signer: Signer,
    approved: bool = False,
) -> Reservation | Refusal:
    """Confirm if the place is free. The one function that ever does, in this one transaction."""
    tables.release_expired(write, now)
    if tables.is_taken(write, case.space.id, rules.buffered(case.space.row, case.wish.period)):
        if not approved and tables.select_decisions(write, reservation_id):
            return rules.TAKEN
        write_decision(
            write,
            reservation_id,
            case,
            Verdict.DECLINED,
            reason=rules.TAKEN.code,
            signer=signer,
        )
        return projected(write, reservation_id)
    write_decision(write, reservation_id, case, Verdict.CONFIRMED, signer=signer)
    return projected(write, reservation_id)


def write_decision(
    write: Write,
    reservation_id: bytes,
    case: Case,
    verdict: Verdict,
    *,
    signer: Signer,
    reason: str = "",
    hold_until: datetime | None = None,
) -> None:
    """Write a decision with its running number, its bill and, when it confirms, the pass."""
    keeps = verdict in {Verdict.CONFIRMED, Verdict.HELD}
    bill = bill_of(case) if keeps else FREE
    pass_ = b""
    if verdict is Verdict.CONFIRMED:
        pass_ = issue(signer, quarter_id=write.quarter_id, reservation_id=reservation_id)
    decision = DecisionFact(
        id=new_id(),
        reservation_id=reservation_id,
        term=tables.select_term(write, write.site_id),
        number=tables.next_number(write, case.space.id),
        verdict=verdict,
        reason=reason,
        hold_until=hold_until,
        bill=bill or FREE,
        pass_=pass_,
    )
    tables.insert_decision(write, decision, space_id=case.space.id)


def displace(write: Write, reservation: Reservation, case_space: Space) -> None:
    """Take a confirmed reservation back that clashed with an earlier one; it names its reason."""
    decision = DecisionFact(
        id=derived_id(reservation.id, "displaced"),
        reservation_id=reservation.id,
        term=tables.select_term(write, write.site_id),
        number=tables.next_number(write, case_space.id),
        verdict=Verdict.DISPLACED,
        reason="spaces.displaced",
        bill=reservation.bill,
    )
    tables.insert_decision(write, decision, space_id=case_space.id)


def bill_of(case: Case) -> Bill | None:
    """What the case costs; None where there is no price for it."""
    return pricing.price(
        case.space.row, case.wish, case.audience, case.profile, zone_of_profile(case.profile)
    )


def case_again(read: Read, reservation: Reservation) -> Case | Refusal:
    """The case of a request that was written before, here or at another node."""
    space = tables.select_space(read, reservation.space_id)
    if space is None:
        return UNKNOWN_SPACE
    details = reservation.details
    wish = Wish(
        space_id=space.id,
        period=reservation.period,
        people=details.people,
        purpose=details.purpose,
        ages=details.ages,
    )
    return Case(
        space,
        wish,
        details.audience,
        reservation.household_id,
        bool(details.staff_id),
        get_profile(read),
        reservation.id,
    )


def circumstances(
    read: Read, case: Case, *, now: datetime, asked_at: datetime | None = None
) -> rules.Circumstances:
    """What the rules need to know of the world for one case.

    A request that came late by sync is judged by the time at which it was asked.
    """
    space, wish = case.space, case.wish
    moment = asked_at or now
    taken = rules.buffered(space.row, wish.period)
    busy = [taken] if tables.is_taken(read, space.id, taken) else []
    return rules.Circumstances(
        now=moment,
        zone=zone_of_profile(case.profile),
        audience=case.audience,
        busy=busy,
        closures=closures_for(read, wish.period, building_id=space.building_id, space_id=space.id),
        open_reservations=_open_reservations(read, case, now=now),
        minutes_this_week=_minutes_this_week(read, case),
        desk_ready_at=_desk_ready_at(read, case, now=moment),
        neighbouring_stays=_neighbouring_stays(read, case),
        by_staff=case.by_staff,
    )


def _open_reservations(read: Read, case: Case, *, now: datetime) -> int:
    if not case.space.row.open_reservations_max or not case.household_id:
        return 0
    return tables.count_open(read, case.household_id, now=now, but=case.reservation_id)


def _minutes_this_week(read: Read, case: Case) -> int:
    if not case.space.row.quota_minutes_week or not case.household_id:
        return 0
    zone = zone_of_profile(case.profile)
    day = case.wish.period.starts_at.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    week = Period(
        local_day(monday, zone).starts_at,
        local_day(monday + timedelta(days=6), zone).ends_at,
    )
    own = tables.select_household_periods(
        read, case.household_id, case.space.id, week, but=case.reservation_id
    )
    return sum(period.minutes for period in own)


def _neighbouring_stays(read: Read, case: Case) -> list[Period]:
    stay = case.space.row.stay
    if stay is None or not stay.gap_nights or not case.household_id:
        return []
    around = case.wish.period.widened(
        timedelta(days=stay.gap_nights), timedelta(days=stay.gap_nights)
    )
    return tables.select_household_periods(
        read, case.household_id, case.space.id, around, but=case.reservation_id
    )


def _desk_ready_at(read: Read, case: Case, *, now: datetime) -> datetime | None:
    minutes = case.space.row.lead_desk_minutes
    if not minutes or case.wish.period.starts_at > now + LEAD_LOOK_AHEAD:
        return None
    return after_desk_minutes(read, now, minutes)


def waits_for_desk(case: Case) -> bool:
    """Whether the desk must agree before this case can be confirmed."""
    if case.by_staff:
        return False
    return rules.needs_approval(case.space.row, case.wish.period, zone_of_profile(case.profile))


def projected(write: Write, reservation_id: bytes) -> Reservation | Refusal:
    """The reservation after its projections were brought up to date."""
    return project(write, reservation_id) or UNKNOWN


def is_home(read: Read, space: Space) -> bool:
    """Whether this node decides about the place."""
    return space.home_site == read.site_id


def zone_of_profile(profile: QuarterProfile) -> ZoneInfo:
    """The time zone of a profile; zones are cached by name."""
    return ZoneInfo(profile.timezone)


UNKNOWN = Refusal(
    "spaces.unknown",
    N_("Diese Buchung gibt es nicht."),
    N_("Vielleicht ist der Link alt. Ihre Buchungen stehen unter «Meine»."),
    status=404,
)
UNKNOWN_SPACE = Refusal(
    "spaces.unknown_space",
    N_("Diesen Raum gibt es nicht."),
    N_("Alle Räume finden Sie unter «Buchen»."),
    status=404,
)
TOO_LATE = Refusal(
    "spaces.decided_too_late",
    N_("Die Anfrage kam erst an, als die Zeit schon vorbei war."),
    N_("Bitte wählen Sie eine neue Zeit."),
)
NO_PRICE = Refusal(
    "spaces.no_price",
    N_("Für Sie und diesen Zweck wird der Raum nicht vergeben."),
    N_("Der Service-Point sagt Ihnen, was möglich ist."),
    status=403,
)
