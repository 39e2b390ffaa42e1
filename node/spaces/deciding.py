"""How the home node decides: the one place where a reservation is ever confirmed.

The overlap check and the decision are in one transaction of the one writer. A request made here
and one that came by sync go through the same `decide`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from node.base.ids import derived_id, new_id
from node.base.periods import Period
from node.base.refusals import N_, Refusal
from node.quarter import after_desk_minutes, closures_for, get_profile
from node.quarter.files import Audience
from node.quarter.model import QuarterProfile
from node.spaces import pricing, projections, rules, standing, tables
from node.spaces.folding import find_reservation, project
from node.spaces.model import (
    FREE,
    Bill,
    DecisionFact,
    RequestFact,
    Reservation,
    Space,
    Verdict,
    Wish,
)
from node.spaces.passes import Signer, issue
from node.spaces.refusals import TAKEN
from node.spaces.trust import NOT_KNOWN_YET, asked_at, standing_of
from node.store import Read, Write

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LEAD_LOOK_AHEAD = timedelta(days=14)
"""A lead time in desk hours has surely passed this far ahead; nobody counts hours then."""


@dataclass(frozen=True)
class Case:
    """A wish with everything that deciding about it needs."""

    space: Space
    wish: Wish
    audience: Audience
    by_staff: bool
    profile: QuarterProfile
    reservation_id: bytes = b""
    """The reservation that this case is about already; it does not count against itself."""
    party: bytes = b""
    """Whose limits count: the household's, or the person's who has none."""
    barred: Refusal | None = None
    """Why it cannot be granted, whatever the place's rules say."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone that the quarter lives by."""
        return zone_of_profile(self.profile)

    @cached_property
    def bill(self) -> Bill | None:
        """What it costs; None where there is no price for it."""
        return pricing.price(self.space.row, self.wish, self.audience, self.profile, self.zone)


def decide_waiting(write: Write, *, now: datetime, signer: Signer) -> list[Reservation]:
    """At the home node: decide requests that came by sync, in order of arrival.

    Those that need the desk's approval go on waiting for it.
    """
    decided = []
    for reservation_id in projections.select_ids_waiting(write):
        reservation = find_reservation(write, reservation_id)
        if reservation is None or reservation.details.hold:
            continue
        case = case_believed(write, reservation, now=now)
        if isinstance(case, Refusal) or not is_home(write, case.space):
            continue
        if waits_for_desk(case):
            continue
        refusal = _why_not_granted(write, case, reservation, now=now)
        if refusal is not None:
            request, reason = reservation.request, refusal.code
            write_decision(write, request, case, Verdict.DECLINED, reason=reason, signer=signer)
            decided.append(projected(write, reservation_id))
        else:
            decided.append(settle(write, reservation, case, now=now, signer=signer))
    return [found for found in decided if isinstance(found, Reservation)]


def _why_not_granted(
    read: Read, case: Case, reservation: Reservation, *, now: datetime
) -> Refusal | None:
    """Which rule is against a request that waited, as of when it was asked."""
    world = circumstances(read, case, now=now, asked_at=asked_at(reservation, now=now))
    refusal = case.barred or rules.check_reservable(case.space, case.wish, world)
    if refusal is None and reservation.period.ends_at <= now:
        return TOO_LATE
    if refusal is None and case.bill is None:
        return NO_PRICE
    return refusal


def decide(
    write: Write,
    request: RequestFact,
    case: Case,
    *,
    now: datetime,
    signer: Signer,
    approved: bool = False,
) -> DecisionFact | Refusal:
    """Confirm if the place is free. The one function that ever does, in this one transaction.

    The projections follow with `settle`, or with the request where both are new.
    """
    if not _is_taken(write, case, now=now):
        return write_decision(write, request, case, Verdict.CONFIRMED, signer=signer)
    if not approved and tables.select_decisions(write, request.id):
        return TAKEN
    return write_decision(write, request, case, Verdict.DECLINED, reason=TAKEN.code, signer=signer)


def settle(
    write: Write,
    reservation: Reservation,
    case: Case,
    *,
    now: datetime,
    signer: Signer,
    approved: bool = False,
) -> Reservation | Refusal:
    """Decide about a request that was written before, and what comes of it."""
    decided = decide(write, reservation.request, case, now=now, signer=signer, approved=approved)
    return decided if isinstance(decided, Refusal) else projected(write, reservation.id)


def write_decision(
    write: Write,
    request: RequestFact,
    case: Case,
    verdict: Verdict,
    *,
    signer: Signer,
    reason: str = "",
    hold_until: datetime | None = None,
) -> DecisionFact:
    """Write a decision with its running number, its bill and, when it confirms, the pass."""
    keeps = verdict in {Verdict.CONFIRMED, Verdict.HELD}
    bill = case.bill if keeps else FREE
    pass_ = b""
    if verdict is Verdict.CONFIRMED:
        pass_ = issue(signer, quarter_id=write.quarter_id, reservation_id=request.id)
    decision = DecisionFact(
        id=new_id(),
        reservation_id=request.id,
        site=write.site_id,
        term=tables.select_term(write, write.site_id),
        number=tables.next_number(write, case.space.id),
        verdict=verdict,
        reason=reason,
        hold_until=hold_until,
        bill=bill or FREE,
        pass_=pass_,
        upon=request,
    )
    tables.insert_decision(write, decision, space_id=case.space.id)
    return decision


def displace(write: Write, reservation: Reservation, case_space: Space) -> None:
    """Take a confirmed reservation back that clashed with an earlier one; it names its reason."""
    decision = DecisionFact(
        id=derived_id(reservation.id, "displaced"),
        reservation_id=reservation.id,
        site=write.site_id,
        term=tables.select_term(write, write.site_id),
        number=tables.next_number(write, case_space.id),
        verdict=Verdict.DISPLACED,
        reason=DISPLACED.code,
        bill=reservation.bill,
        upon=reservation.request,
    )
    tables.insert_decision(write, decision, space_id=case_space.id)


def case_again(read: Read, reservation: Reservation) -> Case | Refusal:
    """The case of a request that was written before, here or at another node."""
    space = tables.select_space(read, reservation.space_id)
    if space is None:
        return UNKNOWN_SPACE
    unthinkable = rules.check_thinkable(reservation.period)
    if unthinkable is not None:
        # Nobody here wrote it: a node that does costs the home node no time.
        return unthinkable
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
        reservation.staff_id is not None,
        get_profile(read),
        reservation.id,
        projections.party_of(reservation.household_id, reservation.person_id),
    )


def case_believed(write: Write, reservation: Reservation, *, now: datetime) -> Case | Refusal:
    """The same, of what its writer says only what this node believes."""
    case = case_again(write, reservation)
    if isinstance(case, Refusal):
        return case
    found = standing_of(write, reservation, now=now)
    if found is None:
        return NOT_KNOWN_YET
    return replace(case, audience=found.audience, by_staff=found.by_staff, barred=found.barred)


def circumstances(
    read: Read,
    case: Case,
    *,
    now: datetime,
    asked_at: datetime | None = None,
    around: Period | None = None,
) -> rules.Circumstances:
    """What the rules need to know of the world for one case, or for any time within `around`.

    A request that came late by sync is judged by the time at which it was asked.
    """
    space, moment = case.space, asked_at or now
    window = around or case.wish.period
    taken = standing.buffered(space.row, window)
    busy = projections.select_busy(
        read, [space.id], taken, as_of=release_instant(read, now), but=case.reservation_id
    )
    return rules.Circumstances(
        now=moment,
        zone=case.zone,
        audience=case.audience,
        busy=busy[space.id],
        closures=closures_for(read, window, building_id=space.building_id, space_id=space.id),
        open_reservations=_open_reservations(read, case, now=now),
        own_periods=_own_periods(read, case, window),
        desk_ready_at=_desk_ready_at(read, case, window, now=moment),
        by_staff=case.by_staff,
    )


def release_instant(read: Read, now: datetime) -> datetime:
    """As of when expired holds and places nobody came to are free for others.

    A clock that may be wrong gives nobody's place away.
    """
    return now if read.clock_trusted else LONG_AGO


def _is_taken(read: Read, case: Case, *, now: datetime) -> bool:
    return projections.is_taken(
        read,
        case.space.id,
        standing.buffered(case.space.row, case.wish.period),
        as_of=release_instant(read, now),
        but=case.reservation_id,
    )


def _open_reservations(read: Read, case: Case, *, now: datetime) -> int:
    if not case.space.row.open_reservations_max or not case.party:
        return 0
    return projections.count_open(read, case.party, now=now, but=case.reservation_id)


def _own_periods(read: Read, case: Case, window: Period) -> list[Period]:
    """The household's times that count with a wish: of its week at a room, of its gap at any
    guest apartment."""
    row = case.space.row
    counts = row.stay.gap_nights if row.stay else row.quota_minutes_week
    if not counts or not case.party:
        return []
    reach = timedelta(days=row.stay.gap_nights if row.stay else 7)
    own = projections.select_own_periods(
        read, case.party, window.widened(reach, reach), but=case.reservation_id
    )
    if row.stay is None:
        return [period for space_id, period in own if space_id == case.space.id]
    stays = {space.id for space in tables.select_spaces(read) if space.is_by_night}
    return [period for space_id, period in own if space_id in stays]


def _desk_ready_at(read: Read, case: Case, window: Period, *, now: datetime) -> datetime | None:
    minutes = case.space.row.lead_desk_minutes
    if not minutes or window.starts_at > now + LEAD_LOOK_AHEAD:
        return None
    return after_desk_minutes(read, now, minutes)


def decline_note_id(reservation_id: bytes) -> bytes:
    """Where the desk's own words for a no lie, beside what was said with the request."""
    return derived_id(reservation_id, "declined")


def why_not(read: Read, reservation: Reservation) -> Refusal | None:
    """Why a reservation was declined or taken back, in words; None where it was not."""
    decision = reservation.decision
    if decision is None or decision.verdict not in {Verdict.DECLINED, Verdict.DISPLACED}:
        return None
    known = {each.code: each for each in (TAKEN, DECLINED_BY_DESK, DISPLACED, TOO_LATE)}
    refusal = known.get(decision.reason, AGAINST_RULES)
    words = tables.select_note(read, decline_note_id(reservation.id)).get("note", "")
    return replace(refusal, message=words) if words else refusal


def waits_for_desk(case: Case) -> bool:
    """Whether the desk must agree before this case can be confirmed."""
    if case.by_staff or case.barred:
        return False
    return rules.needs_approval(case.space.row, case.wish.period, case.zone)


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
DECLINED_BY_DESK = Refusal(
    "spaces.declined_by_desk",
    N_("Der Service-Point hat dieser Anfrage nicht zugestimmt."),
    N_("Bitte fragen Sie dort nach; oft gibt es einen anderen Weg."),
)
DISPLACED = Refusal(
    "spaces.displaced",
    N_("Diese Zeit war durch einen Fehler doppelt vergeben; die frühere Buchung gilt."),
    N_("Das tut uns leid. Der Service-Point hilft Ihnen, etwas anderes zu finden."),
)
AGAINST_RULES = Refusal(
    "spaces.against_rules",
    N_("Als die Anfrage beim Haus ankam, ließen die Regeln dieses Ortes sie nicht mehr zu."),
    N_("Suchen Sie noch einmal; dort steht, was möglich ist."),
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
