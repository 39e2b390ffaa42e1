"""What a month's reservations come to: net, tax by rate, gross; levies and deposits apart.

What counts is the day on which a time is over, for only then is it provided: the same day that its
value-added tax goes by (`pricing.vat_percent`). Sums are sums of the bills' own parts, so no cent
is rounded anew. What stays due of times given up or not used stands apart, without tax: whether
there is any on it is for a tax adviser to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from node.base.actors import Actor, Permission, may
from node.base.money import Cents
from node.base.periods import Period, local_day
from node.base.refusals import Refusal
from node.quarter import zone_of
from node.spaces import deposit_tables, projections
from node.spaces.actions import NOT_YOURS
from node.spaces.deposit import Step, StepKind, deposit_of
from node.spaces.due import due_of
from node.spaces.model import Line, Status
from node.spaces.reads import lines_of
from node.spaces.terms import Bill
from node.store import Read

USED = frozenset({Status.CHECKED_IN, Status.CHECKED_OUT, Status.OVER})
MOST = 100_000
"""Far more than a quarter reserves in a month."""

STILL = frozenset({Status.CONFIRMED, Status.CHECKED_IN, Status.CHECKED_OUT})


@dataclass(frozen=True, slots=True)
class RateSum:
    """What of some bills carries one rate of value-added tax."""

    percent: int
    net_cents: Cents
    vat_cents: Cents

    @property
    def gross_cents(self) -> Cents:
        """With the tax."""
        return self.net_cents + self.vat_cents


@dataclass(frozen=True, slots=True)
class Income:
    """Some bills added up: by rate, and the levy that is only passed on to the city."""

    count: int
    rates: tuple[RateSum, ...]
    levy_cents: Cents

    @property
    def net_cents(self) -> Cents:
        """Without tax and levy: what the house has earned."""
        return sum(each.net_cents for each in self.rates)

    @property
    def vat_cents(self) -> Cents:
        """The tax of all rates."""
        return sum(each.vat_cents for each in self.rates)

    @property
    def total_cents(self) -> Cents:
        """What people pay, levy included; deposits are no part of it."""
        return self.net_cents + self.vat_cents + self.levy_cents


def income_of(bills: Iterable[Bill]) -> Income:
    """The sums of some bills."""
    net: dict[int, Cents] = defaultdict(int)
    tax: dict[int, Cents] = defaultdict(int)
    count = levy = 0
    for bill in bills:
        count += 1
        levy += bill.levy_cents
        for part in bill.vat:
            net[part.percent] += part.net_cents
            tax[part.percent] += part.vat_cents
        # What is taxed at nothing is in no part of a bill, and in its total all the same.
        untaxed = [line.cents for line in bill.lines if line.vat_percent == 0]
        if untaxed:
            net[0] += sum(untaxed)
    rates = (RateSum(percent, net[percent], tax[percent]) for percent in sorted(net))
    return Income(count, tuple(rates), levy)


@dataclass(frozen=True, slots=True)
class Month:
    """The reservations of a month by what came of them, each by its end; what happened to
    deposits in it."""

    used: tuple[Line, ...]
    not_come: tuple[Line, ...]
    given_up: tuple[Line, ...]
    still: tuple[Line, ...]
    """What ends in this month and is not over yet."""
    deposits: tuple[Step, ...]

    def deposit_cents(self, kind: StepKind) -> Cents:
        """What one kind of step comes to in this month."""
        return sum(step.cents for step in self.deposits if step.kind is kind)


def month_of(read: Read, actor: Actor, first: date, *, now: datetime) -> Month | Refusal:
    """What the month that begins on `first` came to."""
    if not may(actor, Permission.SEE_ALL_RESERVATIONS):
        return NOT_YOURS
    zone = zone_of(read)
    begins = first.replace(day=1)
    after = (begins + timedelta(days=31)).replace(day=1)
    whole = Period(local_day(begins, zone).starts_at, local_day(after, zone).starts_at)
    # What ends at midnight was provided on the day before.
    ends_within = whole.moved(timedelta(seconds=1))
    ids = projections.select_ids_ending(read, ends_within, most=MOST)
    lines = list(lines_of(read, ids, now=now))
    over = [line for line in lines if line.reservation.period.ends_at <= now]
    return Month(
        used=tuple(line for line in over if line.status in USED),
        not_come=tuple(line for line in lines if line.status is Status.NO_SHOW),
        given_up=tuple(line for line in lines if line.status is Status.CANCELLED and due_of(line)),
        still=tuple(
            line for line in lines if line.reservation.period.ends_at > now and line.status in STILL
        ),
        deposits=tuple(_steps_within(read, whole)),
    )


def _steps_within(read: Read, period: Period) -> Iterable[Step]:
    """What happened to deposits in a period, without what was entered by mistake."""
    by_reservation: dict[bytes, list[Step]] = defaultdict(list)
    for step in deposit_tables.select_all_steps(read):
        by_reservation[step.reservation_id].append(step)
    for steps in by_reservation.values():
        counting = deposit_of(0, steps).steps
        yield from (step for step in counting if period.holds(step.fact.at))
