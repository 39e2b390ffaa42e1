"""Who of a stay's guests owes the city no levy: the desk notes how many and why.

The bill is a decision's, so an exemption is one more decision upon the same request: all else of
it, the pass and the number stay. Why is a fact of the house alone (`levy_tables`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.quarter import get_profile, zone_of
from node.quarter.model import Levy
from node.spaces import levy_tables, place_tables, pricing, tables
from node.spaces.actions import DECIDED_ELSEWHERE, NOT_YOURS
from node.spaces.cases import Case, case_again
from node.spaces.deciding import UNKNOWN, is_home, projected
from node.spaces.folding import find_reservation
from node.spaces.levy_tables import Exempted, ExemptionFact
from node.spaces.model import DecisionFact, Reservation, Status, Wish
from node.store import Read, Write

EXEMPTABLE = frozenset({Status.CONFIRMED, Status.CHECKED_IN, Status.CHECKED_OUT, Status.OVER})
"""While the bill may still be put right: proofs are often shown at departure."""


def levy_of(read: Read, reservation: Reservation) -> Levy | None:
    """The levy of a stay, as it holds on the day of arrival; None where there is none."""
    space = place_tables.select_space(read, reservation.space_id)
    stay = space.at(reservation.period.starts_at).row.stay if space else None
    if stay is None:
        return None
    day = reservation.period.starts_at.astimezone(zone_of(read)).date()
    return get_profile(read).levy_on(stay.levy, day)


def exempted(read: Read, reservation_id: bytes) -> Exempted | None:
    """What was noted last of a stay's exemptions."""
    found = levy_tables.select_exemptions(read, reservation_id)
    return found[-1] if found else None


def exempt(
    write: Write, actor: Actor, reservation_id: bytes, *, people: int, reason: str, now: datetime
) -> Reservation | Refusal:
    """Note that so many grown-up guests owe no levy, for a reason that the city knows; nobody
    (0) takes it back. The same said twice is said once."""
    found = _to_exempt(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    case, agreed = found.case, found.reservation
    refusal = _why_not(found.levy, case.wish, people, reason)
    if refusal is not None:
        return refusal
    noted, request = exempted(write, reservation_id), agreed.request
    if (people, reason) == ((noted.people, noted.reason) if noted else (0, "")):
        return agreed
    wish = replace(case.wish, exempt=people)
    nights = pricing.nights_of(wish.period, case.zone)
    decision = replace(
        found.decision,
        id=new_id(),
        site=write.site_id,
        term=place_tables.select_term(write, write.site_id),
        number=max(tables.next_number(write, case.space.id), found.decision.number + 1),
        bill=pricing.with_levy(agreed.bill, found.levy, wish, nights),
        upon=replace(request, details=replace(request.details, exempt=people)),
        by_team_at=kept_instant(now),
    )
    tables.insert_decision(write, decision, space_id=case.space.id)
    fact = ExemptionFact(kept_instant(now), id_text(actor.person_id), people)
    levy_tables.insert_exemption(write, reservation_id, fact, reason if people else "")
    return projected(write, reservation_id)


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A stay that is agreed, with the decision that its bill is of."""

    case: Case
    reservation: Reservation
    decision: DecisionFact
    levy: Levy


def _to_exempt(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime
) -> _Agreed | Refusal:
    if not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    reservation = find_reservation(write, reservation_id)
    if reservation is None:
        return UNKNOWN
    case, levy, decision = (
        case_again(write, reservation),
        levy_of(write, reservation),
        reservation.decision,
    )
    if isinstance(case, Refusal):
        return case
    if levy is None or decision is None or reservation.status_at(now) not in EXEMPTABLE:
        return NO_LEVY
    if not is_home(write, case.space):
        return DECIDED_ELSEWHERE
    return _Agreed(case, reservation, decision, levy)


def _why_not(levy: Levy, wish: Wish, people: int, reason: str) -> Refusal | None:
    if people and reason not in levy.exempt:
        return NO_REASON
    most = pricing.levied_people(levy, wish)
    return None if 0 <= people <= most else replace(TOO_MANY, values={"adults": most})


NO_LEVY = Refusal(
    "spaces.no_levy",
    N_("Zu dieser Buchung gibt es keine Beherbergungssteuer, von der jemand frei sein könnte."),
    N_("Sie gehört zu Aufenthalten in Gästewohnungen, die bestätigt sind."),
)
NO_REASON = Refusal(
    "spaces.no_exemption_reason",
    N_("Diesen Grund kennt die Satzung der Stadt nicht."),
    N_("Welche Gründe gelten, steht unter „Steuern“."),
    status=422,
    field="reason",
)
TOO_MANY = Refusal(
    "spaces.too_many_exempt",
    N_("So viele Erwachsene hat dieser Aufenthalt nicht: Es sind {adults}."),
    N_("Kinder zahlen ohnehin nichts und zählen hier nicht."),
    status=422,
    field="people",
)
