"""How the home node decides: the one place where a reservation is ever confirmed.

The overlap check and the decision are in one transaction of the one writer. A request made here
and one that came by sync go through the same `decide`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from node.base.ids import derived_id, new_id
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.spaces import place_tables, projections, rules, standing, tables, undo_tables
from node.spaces.cases import Case, case_believed, circumstances, release_instant
from node.spaces.folding import find_reservation, project
from node.spaces.model import (
    DecisionFact,
    RequestFact,
    Reservation,
    Space,
    Verdict,
)
from node.spaces.passes import Signer, issue
from node.spaces.refusals import NO_PRICE, TAKEN
from node.spaces.terms import FREE
from node.spaces.trust import asked_at
from node.spaces.undone import Undone
from node.store import Read, Write


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
        # Whose it is did not do it: they are told (`telling.py`).
        is_theirs = approved or (case.by_staff and case.change is not None)
        by_team_at = kept_instant(now) if is_theirs else None
        return write_decision(
            write, request, case, Verdict.CONFIRMED, signer=signer, by_team_at=by_team_at
        )
    if not approved and tables.select_decisions(write, request.id):
        return TAKEN
    return write_decision(
        write,
        request,
        case,
        Verdict.DECLINED,
        reason=TAKEN.code,
        signer=signer,
        by_team_at=kept_instant(now) if approved else None,
    )


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
    by_team_at: datetime | None = None,
) -> DecisionFact:
    """Write a decision with its running number, its bill and, when it confirms, the pass."""
    keeps = verdict in {Verdict.CONFIRMED, Verdict.HELD}
    bill = case.bill if keeps else FREE
    # The numbers of a place that it was moved to may be behind those of the one it came from.
    number = max(tables.next_number(write, case.space.id), case.decided + 1)
    pass_ = b""
    if verdict is Verdict.CONFIRMED:
        pass_ = issue(signer, quarter_id=write.quarter_id, reservation_id=request.id)
    decision = DecisionFact(
        id=new_id(),
        reservation_id=request.id,
        site=write.site_id,
        term=place_tables.select_term(write, write.site_id),
        number=number,
        verdict=verdict,
        reason=reason,
        hold_until=hold_until,
        bill=bill or FREE,
        pass_=pass_,
        upon=request,
        terms=case.terms if keeps else None,
        by_team_at=by_team_at,
    )
    tables.insert_decision(write, decision, space_id=case.space.id)
    return decision


def displace(
    write: Write,
    reservation: Reservation,
    case_space: Space,
    *,
    now: datetime,
    reason: Refusal | None = None,
) -> None:
    """Take a confirmed reservation back, at no cost; it names its reason, or that it clashed with
    an earlier one."""
    decision = DecisionFact(
        id=derived_id(reservation.id, "displaced"),
        reservation_id=reservation.id,
        site=write.site_id,
        term=place_tables.select_term(write, write.site_id),
        number=tables.next_number(write, case_space.id),
        verdict=Verdict.DISPLACED,
        reason=(reason or DISPLACED).code,
        bill=reservation.bill,
        upon=reservation.request,
        by_team_at=kept_instant(now),
    )
    tables.insert_decision(write, decision, space_id=case_space.id)


def _is_taken(read: Read, case: Case, *, now: datetime) -> bool:
    return projections.is_taken(
        read,
        case.space.id,
        standing.buffered(case.space.terms, case.wish.period),
        as_of=release_instant(read, now),
        but=case.reservation_id,
    )


def decline_note_id(read: Read, reservation_id: bytes) -> bytes:
    """Where the desk's own words for a no lie, beside what was said with the request; each no that
    comes after one that was taken back has words of its own."""
    return decline_note_ids(read, reservation_id)[-1]


def decline_note_ids(read: Read, reservation_id: bytes) -> list[bytes]:
    """The same of every no that was ever said, the last one last."""
    before = undo_tables.count_undone(read, reservation_id, Undone.DECLINE)
    first = derived_id(reservation_id, "declined")
    later = (derived_id(reservation_id, "declined", number + 1) for number in range(before))
    return [first, *later]


def why_not(read: Read, reservation: Reservation) -> Refusal | None:
    """Why a reservation was declined or taken back, in words; None where it was not."""
    decision = reservation.decision
    if decision is None or decision.verdict not in {Verdict.DECLINED, Verdict.DISPLACED}:
        return None
    refusal, words = reason_of(decision.reason), decline_words(read, reservation.id)
    return replace(refusal, message=words) if words else refusal


def reason_of(code: str) -> Refusal:
    """What the code of a no, or of what was taken back, says."""
    known = {each.code: each for each in (TAKEN, DECLINED_BY_DESK, DISPLACED, SHUT, TOO_LATE)}
    return known.get(code, AGAINST_RULES)


def decline_words(read: Read, reservation_id: bytes) -> str:
    """What the desk wrote to its last no; empty outside the building."""
    note: str = tables.select_note(read, decline_note_id(read, reservation_id)).get("note", "")
    return note


def waits_for_desk(case: Case) -> bool:
    """Whether the desk must agree before this case can be confirmed."""
    if case.by_staff or case.barred:
        return False
    return case.asks is not None


def projected(write: Write, reservation_id: bytes) -> Reservation | Refusal:
    """The reservation after its projections were brought up to date."""
    return project(write, reservation_id) or UNKNOWN


def is_home(read: Read, space: Space) -> bool:
    """Whether this node decides about the place."""
    return space.home_site == read.site_id


UNKNOWN = Refusal(
    "spaces.unknown",
    N_("Diese Buchung gibt es nicht."),
    N_("Vielleicht ist der Link alt. Ihre Buchungen stehen unter „Meine“."),
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
SHUT = Refusal(
    "spaces.shut",
    N_("Der Ort musste für diese Zeit geschlossen werden. Es kostet Sie nichts."),
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
