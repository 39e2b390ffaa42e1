"""The home node's part of the waiting list: what becomes free is held for whoever is first in line.

An offer is an ordinary hold with a deadline, so it keeps the time from everybody else, and saying
yes to it is the ordinary confirmation. Whatever made a time free, the same function looks; before
anything is booked it looks first, so nobody is overtaken by somebody who was only quicker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import msgspec

from node import people
from node.base.periods import kept_instant
from node.base.refusals import Refusal
from node.quarter import after_desk_minutes
from node.spaces import place_tables, rules, trust, waiting_tables
from node.spaces.cancelling import write_cancellation
from node.spaces.cases import Case, case_again, circumstances
from node.spaces.deciding import is_home, waits_for_desk, write_decision
from node.spaces.folding import find_reservation, fold, project, project_new
from node.spaces.in_line import (
    SHORTEST_ANSWER,
    Entry,
    EntryStatus,
    answer_until,
    end_id,
    entry_text,
    offer_id,
)
from node.spaces.model import RequestFact, Reservation, Space, Verdict
from node.spaces.passes import Signer
from node.store import Read, Write

CALL_MINUTES = 60
"""Whoever must be called or visited has at least so much of the desk's time to be reached in."""

BY_THEMSELVES = frozenset({"app"})
"""Channels by which a household finds its offers without anybody's help."""


def offer_free(
    write: Write, *, now: datetime, signer: Signer, space_id: bytes | None = None
) -> list[Reservation]:
    """Hold what is free for those who are first in line; what was offered by it.

    At the home node of a place, and only while its clock can be trusted: a deadline that nobody
    knows would be none. Done twice it does nothing more.
    """
    if not write.clock_trusted:
        return []
    waited_for = waiting_tables.select_spaces_waited_for(write, now=now)
    wanted = waited_for if space_id is None else {space_id} & {*waited_for}
    places = {each: place_tables.select_space(write, each) for each in wanted}
    line = [
        (entry, space)
        for space in places.values()
        if space is not None and is_home(write, space)
        for entry in entries_of_space(write, space.id, now=now)
    ]
    offered = []
    for entry, space in sorted(line, key=lambda each: each[0].turn):
        made = _look_after(write, entry, space, now=now, signer=signer)
        offered += [made] if made is not None else []
    if offered:
        # Whoever asked may be refused because of it: what was offered stays offered.
        write.regardless(partial(offer_free, now=now, signer=signer, space_id=space_id))
    return offered


def _look_after(
    write: Write, entry: Entry, space: Space, *, now: datetime, signer: Signer
) -> Reservation | None:
    """Offer an entry its time if it can have it; take an offer back from one that was given up."""
    status = entry.status_at(now)
    is_left = entry.left is not None and _is_believed_left(write, entry, space, now=now)
    if status is EntryStatus.OFFERED and is_left and entry.offer is not None:
        by_staff = bool(entry.left and entry.left.staff_id)
        write_cancellation(write, entry.offer, by_staff=by_staff, now=now)
        project(write, entry.offer.id)
    if is_left or status not in {EntryStatus.WAITING, EntryStatus.LEFT}:
        return None
    case = _case(write, entry, space, now=now)
    if case is None or rules.check_reservable(
        case.space, case.wish, circumstances(write, case, now=now)
    ):
        return None
    return _offer(write, entry, case, now=now, signer=signer)


def _is_believed_left(write: Write, entry: Entry, space: Space, *, now: datetime) -> bool:
    asked = _as_reservation(entry, space)
    found = trust.cancelling(write, end_id(entry.id), asked, now=now, table=trust.WAITING_END)
    return found is not None and found.may_end


def _as_reservation(entry: Entry, space: Space) -> Reservation:
    return fold(entry.request, [], None, {}, space)


def _case(write: Write, entry: Entry, space: Space, *, now: datetime) -> Case | None:
    """The entry's wish as it would be judged now; None where nothing may be offered."""
    asked = _as_reservation(entry, space)
    case = case_again(write, asked)
    standing = trust.standing_in_line(write, asked, now=now)
    if isinstance(case, Refusal) or standing is None:
        return None
    case = msgspec.structs.replace(case, audience=standing.audience, by_staff=standing.by_staff)
    # What the rules have come to ask the desk about since can't be had by pressing a button.
    return None if case.bill is None or waits_for_desk(case) else case


def _offer(write: Write, entry: Entry, case: Case, *, now: datetime, signer: Signer) -> Reservation:
    asked = entry.request
    details = replace(
        asked.details,
        audience=case.audience,
        staff_id=asked.details.staff_id if case.by_staff else "",
        hold=True,
        entry=entry_text(entry),
    )
    request = replace(
        asked, id=entry.next_offer_id, requested_at=kept_instant(now), details=details
    )
    until = _deadline(write, request, hours=case.space.row.offer_hours, now=now)
    held = write_decision(write, request, case, Verdict.HELD, hold_until=until, signer=signer)
    return project_new(write, request, held, case.space)


def _deadline(read: Read, request: RequestFact, *, hours: int, now: datetime) -> datetime:
    """Until when they may say yes; who must be called, not before the desk could do that."""
    starts_at = request.period.starts_at
    until = answer_until(now, starts_at, hours=hours)
    if finds_by_themselves(read, request.household_id):
        return until
    called = after_desk_minutes(read, now, CALL_MINUTES)
    latest = starts_at - SHORTEST_ANSWER
    return until if called is None or called > latest else max(until, kept_instant(called))


def finds_by_themselves(read: Read, household_id: bytes) -> bool:
    """Whether a household looks at its offers itself, so that nobody has to call."""
    household = people.find_household(read, household_id) if household_id else None
    return household is not None and household.profile.channel in BY_THEMSELVES


MAY_FREE_A_TIME = frozenset(
    {
        "reservation_decision",
        "cancellation_ruling",
        "passage",
        "reservation_undo",
        "waiting_entry",
        "waiting_end",
        "closure",
        "space",
        "space_rules",
    }
)
"""Where these are written to, somebody's turn may have come."""


# Entries, folded


def entries_of_space(read: Read, space_id: bytes, *, now: datetime) -> Iterator[Entry]:
    """Everybody who was entered for a place and a time that is not over, in no order."""
    return entries_of(read, waiting_tables.select_of_space(read, space_id, now=now))


def entries_of(read: Read, asked: Iterable[RequestFact]) -> Iterator[Entry]:
    """Entries with what became of them."""
    for request in asked:
        left = waiting_tables.select_end(read, request.id)
        yield Entry(request=request, offers=tuple(_offers(read, request.id)), left=left)


def find_entry(read: Read, entry_id: bytes) -> Entry | None:
    """An entry by id, folded from the facts held here."""
    request = waiting_tables.select_entry(read, entry_id)
    return None if request is None else next(entries_of(read, [request]))


def _offers(read: Read, entry_id: bytes) -> Iterator[Reservation]:
    number = 0
    while (found := find_reservation(read, offer_id(entry_id, number))) is not None:
        yield found
        number += 1


PATIENCE = timedelta(days=30)
"""How long somebody finds on their pages what became of an entry."""
