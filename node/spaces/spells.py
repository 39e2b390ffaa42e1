"""Which rules of a place hold on which day: each spell begins on a local day. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from node.base.periods import Period, local_day
from node.quarter.files import SpaceRow


@dataclass(frozen=True, slots=True)
class Spell:
    """Rules that hold from a local day on (the first from `date.min`) until the next ones do."""

    since: date
    row: SpaceRow


@dataclass(frozen=True, slots=True)
class Spells:
    """The rules of a place on all days, in order of their days; the first spell has no beginning.

    What is reserved goes by the rules of the day on which it starts, all of it.
    """

    zone: ZoneInfo
    spells: tuple[Spell, ...]

    def at(self, instant: datetime) -> Spell:
        """The rules of the day of an instant."""
        return self.on(instant.astimezone(self.zone).date())

    def on(self, day: date) -> Spell:
        """The rules of a local day."""
        held = (each for each in reversed(self.spells) if each.since <= day)
        return next(held, self.spells[0])

    def parts_of(self, period: Period) -> Iterator[Period]:
        """A period cut where other rules begin to hold."""
        turns = (local_day(each.since, self.zone).starts_at for each in self.spells[1:])
        inside = [at for at in turns if period.starts_at < at < period.ends_at]
        cuts = [period.starts_at, *inside, period.ends_at]
        yield from (Period(starts_at, ends_at) for starts_at, ends_at in pairwise(cuts))
