"""Waiting for a time that is taken: getting in line, seeing one's turn, leaving; the desk's calls.

Any node may write that somebody waits or leaves; who is offered what only the place's home node
says (`offering.py`). Saying yes or no to an offer is `confirm` or `cancel` of the reservation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from node import people
from node.base.actors import Actor, Permission, may
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.spaces import place_tables, rules, waiting_tables
from node.spaces.actions import NOT_YOURS, OWN_ONLY, asked_case, asked_request, cancel
from node.spaces.cases import LONG_AGO, circumstances
from node.spaces.deciding import waits_for_desk
from node.spaces.in_line import (
    ALIVE,
    Entry,
    EntryStatus,
    InLine,
    LeftFact,
    lined_up,
)
from node.spaces.model import Wish
from node.spaces.offering import (
    PATIENCE,
    entries_of,
    entries_of_space,
    find_entry,
    finds_by_themselves,
)
from node.spaces.projections import party_of
from node.spaces.refusals import TAKEN
from node.spaces.search import fitted
from node.store import Read, Write

ENTRIES_MAX = 10
"""In so many lines a household can stand at once."""


def join(write: Write, actor: Actor, wish: Wish, *, now: datetime) -> Entry | Refusal:
    """Put somebody on the waiting list for a time that is taken; twice is once.

    Whoever is entered could have booked if nobody had been there before: every other rule is
    asked now, and again when it is their turn.
    """
    case = asked_case(write, actor, wish)
    if isinstance(case, Refusal):
        return case
    case = msgspec.structs.replace(
        case, wish=replace(wish, period=fitted(case.space, wish.period, case.zone), note="")
    )
    if waits_for_desk(case):
        return THROUGH_THE_DESK
    refusal = rules.check_reservable(case.space, case.wish, circumstances(write, case, now=now))
    if refusal is None or refusal.code != TAKEN.code:
        return refusal or FREE_NOW
    own = _alive_of(write, actor, now=now)
    request = asked_request(write, actor, case, now=now, hold=False)
    for entry in own:
        asked = entry.request
        if (asked.space_id, asked.period) == (request.space_id, request.period):
            return entry
    if len(own) >= ENTRIES_MAX:
        return TOO_MANY_ENTRIES
    waiting_tables.insert_entry(write, request)
    return Entry(request=request)


def _alive_of(read: Read, actor: Actor, *, now: datetime) -> list[Entry]:
    found = _entries_of_actor(read, actor, since=now)
    return [entry for entry in found if entry.status_at(now) in ALIVE]


def _entries_of_actor(read: Read, actor: Actor, *, since: datetime) -> Iterator[Entry]:
    party = party_of(actor.household_id, actor.person_id)
    asked = waiting_tables.select_of_party(read, party, since=since) if party else []
    return entries_of(read, asked)


def leave_line(write: Write, actor: Actor, entry_id: bytes, *, now: datetime) -> Entry | Refusal:
    """Leave the waiting list; what is offered at that moment is declined with it."""
    entry = own_entry(write, actor, entry_id)
    if isinstance(entry, Refusal):
        return entry
    if not _is_own(actor, entry) and not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    status = entry.status_at(now)
    if status is EntryStatus.OFFERED and entry.offer is not None:
        declined = cancel(write, actor, entry.offer.id, now=now)
        if isinstance(declined, Refusal):
            return declined
    if status in ALIVE:
        staff_id = "" if _is_own(actor, entry) else id_text(actor.staff_id or actor.person_id)
        waiting_tables.insert_end(write, entry.id, LeftFact(at=now, staff_id=staff_id))
    return find_entry(write, entry_id) or UNKNOWN_ENTRY


def own_entry(read: Read, actor: Actor, entry_id: bytes) -> Entry | Refusal:
    """An entry of the actor's household, or any for the desk; others' don't exist."""
    entry = find_entry(read, entry_id)
    if entry is None:
        return UNKNOWN_ENTRY
    sees_all = actor.face not in OWN_ONLY and may(actor, Permission.SEE_ALL_RESERVATIONS)
    return entry if sees_all or _is_own(actor, entry) else UNKNOWN_ENTRY


def _is_own(actor: Actor, entry: Entry) -> bool:
    return (
        actor.is_signed_in
        and actor.staff_id is None
        and party_of(actor.household_id, actor.person_id)
        == party_of(entry.request.household_id, entry.request.person_id)
    )


# What pages ask


def get_in_line(read: Read, actor: Actor, entry_id: bytes, *, now: datetime) -> InLine | Refusal:
    """One of the actor's entries with its place in the line."""
    entry = own_entry(read, actor, entry_id)
    if isinstance(entry, Refusal):
        return entry
    return next(_in_line(read, [entry], now=now), UNKNOWN_ENTRY)


def my_line(read: Read, actor: Actor, *, now: datetime) -> list[InLine]:
    """What the actor's household waits for, and what came to nothing lately, by start."""
    entries = _entries_of_actor(read, actor, since=now - PATIENCE)
    found = [each for each in _in_line(read, entries, now=now) if each.status in SHOWN]
    return sorted(found, key=lambda each: each.entry.request.period.starts_at)


SHOWN = ALIVE | {EntryStatus.MISSED}
"""What somebody still wants to see: what they declined, left or got they know."""


def my_offers(read: Read, actor: Actor, *, now: datetime) -> list[InLine]:
    """What is offered to the actor's household at the moment, by deadline."""
    alive = _alive_of(read, actor, now=now)
    offered = [entry for entry in alive if entry.status_at(now) is EntryStatus.OFFERED]
    return _by_deadline(_in_line(read, offered, now=now), now)


def _by_deadline(found: Iterable[InLine], now: datetime) -> list[InLine]:
    return sorted(found, key=lambda each: each.hold_until or now)


def _in_line(read: Read, entries: Iterable[Entry], *, now: datetime) -> Iterator[InLine]:
    lines: dict[bytes, dict[bytes, InLine]] = {}
    for entry in entries:
        space = place_tables.select_space(read, entry.request.space_id)
        if space is None:
            continue
        if space.id not in lines:
            whole = lined_up(space, entries_of_space(read, space.id, now=now), now=now)
            lines[space.id] = {each.entry.id: each for each in whole}
        found = lines[space.id].get(entry.id)
        then = space.at(entry.request.period.starts_at)
        yield found or InLine(entry, then, entry.status_at(now))


def whole_line(read: Read, *, now: datetime) -> list[InLine]:
    """Everybody who waits, place by place, in their order: for the desk."""
    waited_for = set(waiting_tables.select_spaces_waited_for(read, now=now))
    return [
        each
        for space in place_tables.select_spaces(read)
        if space.id in waited_for
        for each in lined_up(space, entries_of_space(read, space.id, now=now), now=now)
    ]


@dataclass(frozen=True, slots=True)
class Call:
    """An offer that somebody must be told of in person, with how they can be reached."""

    in_line: InLine
    name: str
    flat: str
    phone: str
    email: str


def calls(read: Read, *, now: datetime) -> list[Call]:
    """Offers to those who don't look for them on their own, the most urgent first."""
    found = []
    for each in _by_deadline(whole_line(read, now=now), now):
        asked = each.entry.request
        if each.status is EntryStatus.OFFERED and not finds_by_themselves(read, asked.household_id):
            found.append(_call(read, each))
    return found


def _call(read: Read, each: InLine) -> Call:
    asked = each.entry.request
    name, flat = people.name_and_place(read, asked.person_id)
    return Call(each, name, flat, *reached_by(read, asked.person_id, asked.household_id))


def reached_by(read: Read, person_id: bytes, household_id: bytes) -> tuple[str, str]:
    """By which telephone number and mail address somebody is reached, or else their household;
    empty where none is known."""
    person = people.find_person(read, person_id)
    others = people.members_of(read, household_id) if household_id else []
    known = [one.profile for one in ([person] if person else []) + others]
    phone = next((profile.phone for profile in known if profile.phone), "")
    email = next((profile.email for profile in known if profile.email), "")
    return phone, email


# Being told and being erased


def leave_all_lines(write: Write, person_id: bytes, now: datetime) -> int:
    """Take a person off every list they stand in; how many that was."""
    left = 0
    for entry in _of_person(write, person_id, now=now):
        # What is offered to them is a reservation like any other, and given up as such.
        if entry.status_at(now) in ALIVE and entry.left is None:
            waiting_tables.insert_end(write, entry.id, LeftFact(at=now))
            left += 1
    return left


def told_of_lines(read: Read, person_id: bytes, now: datetime) -> list[dict[str, Any]]:
    """Everything that is held of what a person waited for."""
    return [_told(read, entry, now) for entry in _of_person(read, person_id, now=LONG_AGO)]


def _of_person(read: Read, person_id: bytes, *, now: datetime) -> Iterator[Entry]:
    person = people.find_person(read, person_id)
    parties = {person_id, person.household_id if person else b""} - {b""}
    for party in sorted(parties):
        for entry in entries_of(read, waiting_tables.select_of_party(read, party, since=now)):
            if entry.request.person_id == person_id:
                yield entry


def _told(read: Read, entry: Entry, now: datetime) -> dict[str, Any]:
    asked = entry.request
    space = place_tables.select_space(read, asked.space_id)
    return {
        "number": id_text(entry.id),
        "place": space.row.name.de if space else "",
        "starts_at": asked.period.starts_at,
        "ends_at": asked.period.ends_at,
        "requested_at": asked.requested_at,
        "people": asked.details.people,
        "ages": list(asked.details.ages),
        "purpose": asked.details.purpose,
        "status": str(entry.status_at(now)),
        "offers": len(entry.offers),
        "gave_up_at": entry.left.at if entry.left else None,
    }


THROUGH_THE_DESK = Refusal(
    "spaces.wait_through_desk",
    N_("Hier muss der Service-Point zustimmen; auf die Warteliste kommen Sie durch ihn."),
    N_("Bitte sagen Sie dort Bescheid."),
)
FREE_NOW = Refusal(
    "spaces.free_now",
    N_("Diese Zeit ist gerade frei; Sie brauchen nicht zu warten."),
    N_("Suchen Sie noch einmal und buchen Sie gleich."),
)
TOO_MANY_ENTRIES = Refusal(
    "spaces.too_many_entries",
    N_("Ihr Haushalt wartet schon auf {count} Zeiten; mehr sind nicht möglich."),
    N_("Verlassen Sie eine davon, dann geht es."),
    values={"count": ENTRIES_MAX},
)
UNKNOWN_ENTRY = Refusal(
    "spaces.unknown_entry",
    N_("Diesen Platz auf der Warteliste gibt es nicht."),
    N_("Worauf Sie warten, steht unter „Meine“."),
    status=404,
)
