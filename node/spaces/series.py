"""A series: the same time again and again, each date looked at before, all of them booked at once.

Every date is a reservation like any other, so what stands against one is said of that one alone,
and each can be changed or given up by itself. A series is nothing but what they have in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from node.base.actors import Actor
from node.base.money import Cents
from node.base.periods import Period, local_instant
from node.base.refusals import N_, Refusal
from node.quarter import zone_of
from node.spaces import place_tables, projections, rules, standing
from node.spaces.actions import (
    ONLY_BESIDE,
    asked_case,
    cancel,
    own_to_change,
    reserve,
    series_date_id,
)
from node.spaces.cancelling import CANCELLABLE, preview_cancellation
from node.spaces.cases import Case, circumstances
from node.spaces.circumstances import Circumstances
from node.spaces.deciding import UNKNOWN, is_home, waits_for_desk
from node.spaces.folding import find_held, find_reservation
from node.spaces.model import Offer, Reservation, Status, Wish
from node.spaces.passes import Signer
from node.spaces.search import alternatives_for
from node.spaces.terms import FREE, NO_TERMS, Bill, Terms
from node.store import Read, Write

DATES_MAX = 53
"""A year of weeks: longer ahead than any place can be booked."""
INSTEAD_MAX = 2


class Rhythm(StrEnum):
    """How often a time comes again; monthly by the weekday: "every second Tuesday"."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """One date of a series: what it costs or why it cannot be had, and what of that day could."""

    wish: Wish
    is_chosen: bool
    refusal: Refusal | None = None
    asks: bool = False
    bill: Bill = FREE
    terms: Terms = NO_TERMS
    instead: tuple[Offer, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it would be booked."""
        return self.is_chosen and self.refusal is None


def dates_of(first: Period, rhythm: Rhythm, count: int, zone: ZoneInfo) -> list[Period]:
    """The first time and those after it, by the wall clock; `count` in all, at most `DATES_MAX`.

    A day on which the change to summer time leaves nothing of the time is left out.
    """
    starts, ends = first.starts_at.astimezone(zone), first.ends_at.astimezone(zone)
    over = ends.date() - starts.date()
    found = []
    for day in _days_of(starts.date(), rhythm, min(count, DATES_MAX)):
        begin = local_instant(day, starts.time(), zone)
        end = local_instant(day + over, ends.time(), zone)
        found += [Period(begin, end)] if end > begin else []
    return found


def _days_of(first: date, rhythm: Rhythm, count: int) -> Iterator[date]:
    if rhythm is not Rhythm.MONTHLY:
        apart = timedelta(weeks=1 if rhythm is Rhythm.WEEKLY else 2)
        yield from (first + number * apart for number in range(count))
        return
    week, month = (first.day - 1) // 7, first.replace(day=1)
    while count:
        day = month + timedelta(days=(first.weekday() - month.weekday()) % 7, weeks=week)
        # Not every month has a fifth Tuesday.
        if day.month == month.month:
            yield day
            count -= 1
        month = (month + timedelta(days=31)).replace(day=1)


def preview_series(
    read: Read,
    actor: Actor,
    dates: Sequence[tuple[Wish, bool | None]],
    *,
    now: datetime,
    others: bool = True,
) -> list[SeriesDate]:
    """What booking these would come to, each looked at as if those before it were booked already.

    With each wish stands whether somebody chose it; None chooses what can be had. `others` looks
    for what could be had instead.
    """
    trial = _Trial(read, actor, now, others=others)
    return [trial.judge(wish, choice=choice) for wish, choice in dates]


class _Trial:
    """The world as it would be: what was chosen so far and can be had stands."""

    def __init__(self, read: Read, actor: Actor, now: datetime, *, others: bool) -> None:
        self._others = others
        self._read = read
        self._actor = actor
        self._now = now
        self._zone = zone_of(read)
        party = projections.party_of(actor.household_id, actor.person_id)
        self._held = next(
            (each.id for each in find_held(read, party, actor.person_id, now=now)), b""
        )
        """What the person holds at the moment: booking gives it up."""
        self._granted: list[tuple[Wish, tuple[int, int] | None]] = []
        """With each what it keeps from others; nothing where it is only asked for."""
        self._counted = 0
        self._parts: list[Wish] = []
        """Those of one stay in several apartments, which is one booking."""

    def judge(self, wish: Wish, *, choice: bool | None) -> SeriesDate:
        case = self._look(wish)
        if isinstance(case, Refusal):
            instead = self._instead(wish) if self._others else ()
            return SeriesDate(wish, choice is True, case, instead=instead)
        asks = not is_home(self._read, case.space) or waits_for_desk(case)
        if choice is not False:
            taken = standing.buffered_seconds(case.space.terms, wish.period)
            self._granted.append((wish, None if asks else taken))
            if case.space.is_by_night:
                self._parts.append(wish)
            else:
                self._counted += not case.space.is_equipment
        return SeriesDate(
            wish, choice is not False, None, asks, case.bill or FREE, case.space.terms
        )

    def _look(self, wish: Wish) -> Case | Refusal:
        """The wish as a case, or why it cannot be had beside those granted so far."""
        case = asked_case(self._read, self._actor, wish)
        if isinstance(case, Refusal):
            return case
        case = msgspec.structs.replace(case, reservation_id=self._held)
        world = self._with_granted(circumstances(self._read, case, now=self._now), wish)
        return rules.check_reservable(case.space, wish, world) or case

    def _with_granted(self, world: Circumstances, wish: Wish) -> Circumstances:
        here = [each for each in self._granted if each[0].space_id == wish.space_id]
        return msgspec.structs.replace(
            world,
            open_reservations=world.open_reservations + self._counted,
            own_periods=[*world.own_periods, *(e.period for e, _ in here if e not in self._parts)],
            busy=[*world.busy, *(taken for _, taken in here if taken is not None)],
            parts=[
                *world.parts,
                *(each.period for each in self._parts if each.series == wish.series),
            ],
        )

    def _instead(self, wish: Wish) -> tuple[Offer, ...]:
        """What could be had on the same day."""
        day = wish.period.starts_at.astimezone(self._zone).date()
        fitting = []
        for offer in alternatives_for(self._read, self._actor, wish, now=self._now):
            other = replace(wish, space_id=offer.space.id, period=offer.period)
            same = offer.period.starts_at.astimezone(self._zone).date() == day
            if same and not isinstance(self._look(other), Refusal):
                fitting.append(offer)
        return tuple(fitting[:INSTEAD_MAX])


def reserve_series(
    write: Write,
    actor: Actor,
    wishes: Sequence[Wish],
    *,
    total_cents: Cents,
    now: datetime,
    signer: Signer,
) -> list[Reservation] | Refusal:
    """Reserve all for what was shown (`total_cents`), or none: the refusal is of the first that
    could not be had.

    All carry one `series`. Asked for again they are what they are, so pressing twice books once.
    """
    unthinkable = _check_wishes(write, wishes)
    if unthinkable is not None:
        return unthinkable
    known = [find_reservation(write, series_date_id(actor, wish)) for wish in wishes]
    if any(known):
        return [each for each in known if each is not None]
    made, cents = [], 0
    for wish in wishes:
        case = asked_case(write, actor, wish)
        if isinstance(case, Refusal):
            return case
        done = reserve(write, actor, wish, now=now, signer=signer)
        if isinstance(done, Refusal):
            return done
        made.append(done)
        cents += case.bill.total_cents if case.bill else 0
    return made if cents == total_cents else COSTS_CHANGED


def _check_wishes(read: Read, wishes: Sequence[Wish]) -> Refusal | None:
    if not wishes:
        return NOTHING_CHOSEN
    if len(wishes) > DATES_MAX:
        return TOO_MANY
    together = all(_is_accompanied(read, wish, wishes) for wish in wishes)
    return None if together else ONLY_BESIDE


def _is_accompanied(read: Read, wish: Wish, wishes: Sequence[Wish]) -> bool:
    """Whether equipment goes with a room of the same time, as all but equipment need not."""
    space = place_tables.select_space(read, wish.space_id)
    if space is None or not space.is_equipment:
        return True
    beside = (
        place_tables.select_space(read, other.space_id)
        for other in wishes
        if other.period == wish.period
    )
    return any(other is not None and other.is_room for other in beside)


def series_ahead(
    read: Read, actor: Actor, reservation_id: bytes, *, now: datetime
) -> list[Reservation]:
    """The dates of a reservation's series that still lie ahead of its household, by start; empty
    where it belongs to none.
    """
    found = own_to_change(read, actor, reservation_id)
    return [] if isinstance(found, Refusal) else _ahead_with(read, found, now=now)


def _ahead_with(read: Read, found: Reservation, *, now: datetime) -> list[Reservation]:
    if not found.details.series:
        return []
    party = projections.party_of(found.household_id, found.person_id)
    ids = projections.select_ids_alive(read, party, since=now)
    listed = (find_reservation(read, each) for each in ids)
    return [
        each
        for each in listed
        if each is not None and each.details.series == found.details.series
        if each.period.starts_at > now and each.status_at(now) in CANCELLABLE - {Status.EXPIRED}
    ]


def series_fee(reservations: Sequence[Reservation], *, now: datetime) -> Cents:
    """What giving all of these up costs now."""
    return sum(preview_cancellation(each, now=now).fee_cents for each in reservations)


def cancel_series(
    write: Write, actor: Actor, reservation_id: bytes, *, fee_cents: Cents, now: datetime
) -> list[Reservation] | Refusal:
    """Give up all dates of a series that lie ahead, for what was shown (`fee_cents`)."""
    found = own_to_change(write, actor, reservation_id)
    if isinstance(found, Refusal):
        return found
    ahead = _ahead_with(write, found, now=now)
    if not ahead:
        return UNKNOWN
    if series_fee(ahead, now=now) != fee_cents:
        return COSTS_CHANGED
    done = []
    for each in ahead:
        ended = cancel(write, actor, each.id, now=now)
        if isinstance(ended, Refusal):
            return ended
        done.append(ended)
    return done


NOTHING_CHOSEN = Refusal(
    "spaces.nothing_chosen",
    N_("Es ist kein Termin gewählt."),
    N_("Bitte setzen Sie bei mindestens einem Termin den Haken."),
    status=422,
)
TOO_MANY = Refusal(
    "spaces.series_too_long",
    N_("So viele Termine gehen nicht auf einmal."),
    N_("Bitte wählen Sie weniger und buchen Sie die übrigen später."),
    status=422,
)
COSTS_CHANGED = Refusal(
    "spaces.series_costs_changed",
    N_("Der Preis ist jetzt ein anderer als eben gezeigt. Es wurde noch nichts geändert."),
    N_("Bitte sehen Sie ihn noch einmal an."),
)
