"""The waiting list as values: who waits for what, what became of it, whose turn it is. Pure.

An *entry* is somebody's wish for a time that is taken. What is *offered* to it is an ordinary
reservation that the home node holds until a deadline, with an id that follows from the entry's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from node.base.ids import derived_id, id_text
from node.base.periods import kept_instant
from node.spaces.model import Instant, RequestFact, Reservation, Space, Status, Verdict
from node.spaces.standing import buffered

SHORTEST_ANSWER = timedelta(minutes=15)
"""However soon a time begins, whoever it is offered to has so long to say yes."""


class EntryStatus(StrEnum):
    """Where an entry of the waiting list stands; only the first two still wait for something."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"
    LEFT = "left"
    OVER = "over"


ALIVE = frozenset({EntryStatus.WAITING, EntryStatus.OFFERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftFact:
    """Somebody left the waiting list; `staff_id` says who of the team did it for them."""

    at: Instant
    staff_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A wish that waits, what it was offered so far, and whether it was given up.

    One offer ends it, whatever comes of it; only an offer that the house had to take back does not.
    """

    request: RequestFact
    offers: tuple[Reservation, ...] = ()
    left: LeftFact | None = None

    @property
    def id(self) -> bytes:
        """Its own id, which is also what its offers are counted by."""
        return self.request.id

    @property
    def offer(self) -> Reservation | None:
        """What it was offered last, if the house did not take that back."""
        last = self.offers[-1] if self.offers else None
        is_gone = last is None or last.base_status is Status.DISPLACED
        return None if is_gone else last

    @property
    def turn(self) -> tuple[datetime, bytes]:
        """First come, first served: what the line is ordered by, the same at every node."""
        return self.request.requested_at, self.request.id

    @property
    def next_offer_id(self) -> bytes:
        """The id of what it is offered next: the same however often this is decided."""
        return offer_id(self.id, len(self.offers))

    def status_at(self, now: datetime) -> EntryStatus:
        """Where it stands now; what was offered counts before that somebody left."""
        if self.offer is not None:
            return _of_offer(self.offer, now)
        if self.left is not None:
            return EntryStatus.LEFT
        return EntryStatus.OVER if now >= self.request.period.ends_at else EntryStatus.WAITING


def _of_offer(offer: Reservation, now: datetime) -> EntryStatus:
    if offer.decision is None or offer.decision.verdict is not Verdict.HELD:
        return EntryStatus.ACCEPTED
    status = offer.status_at(now)
    if status is Status.HELD:
        return EntryStatus.OFFERED
    return EntryStatus.MISSED if status is Status.EXPIRED else EntryStatus.DECLINED


def offer_id(entry_id: bytes, number: int) -> bytes:
    """The id of the reservation that is offered to an entry, the first one being number 0."""
    return derived_id(entry_id, f"offer {number}")


def end_id(entry_id: bytes) -> bytes:
    """The id of the fact that an entry was given up: said at two nodes it is one."""
    return derived_id(entry_id, "left")


def answer_until(now: datetime, starts_at: datetime, *, hours: int) -> datetime:
    """Until when whoever is offered a time may say yes: so many hours, but never more than half of
    what is left before it begins, so that there is time for the next in line too."""
    half = (starts_at - now) / 2
    return kept_instant(now + max(SHORTEST_ANSWER, min(timedelta(hours=hours), half)))


@dataclass(frozen=True, slots=True)
class InLine:
    """An entry with its place, as lists show it. `ahead` counts those who come before it."""

    entry: Entry
    space: Space
    status: EntryStatus
    ahead: int = 0

    @property
    def hold_until(self) -> datetime | None:
        """Until when what is offered can be had."""
        offer = self.entry.offer if self.status is EntryStatus.OFFERED else None
        return offer.decision.hold_until if offer and offer.decision else None


def lined_up(space: Space, entries: Iterable[Entry], *, now: datetime) -> list[InLine]:
    """Those who still wait for one place, in their order, each with how many come before it: whose
    times, preparing and cleaning included, touch its own."""
    found: list[InLine] = []
    for entry in sorted(entries, key=lambda each: each.turn):
        status = entry.status_at(now)
        if status not in ALIVE:
            continue
        then = space.at(entry.request.period.starts_at)
        taken = buffered(then.terms, entry.request.period)
        ahead = sum(taken.overlaps(each.entry.request.period) for each in found)
        found.append(InLine(entry, then, status, ahead))
    return found


def entry_text(entry: Entry) -> str:
    """An entry's id as an offer's details carry it."""
    return id_text(entry.id)
