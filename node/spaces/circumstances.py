"""What the rules need to know of the world; cases read it, tests make it up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from node.base.periods import Period
from node.quarter.files import Audience
from node.quarter.model import Closure


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """All that the rules need to know about the world.

    `busy` says what is taken, buffers included, from when to when in seconds since 1970 UTC as
    stores tell it: at least all that could touch the wish.
    `own_periods` are the household's other times that count with this one: at the same room, or
    at any guest apartment for a stay; `parts` are those of the same stay in other apartments, from
    which it keeps no distance. `desk_ready_at` is when the lead time in desk hours will
    have passed. `holidays` are the legal ones near the wish, where the place has hours of its own
    for them.
    """

    now: datetime
    zone: ZoneInfo
    audience: Audience
    busy: Sequence[tuple[int, int]] = ()
    closures: Sequence[Closure] = ()
    open_reservations: int = 0
    desk_ready_at: datetime | None = None
    own_periods: Sequence[Period] = ()
    parts: Sequence[Period] = ()
    by_staff: bool = False
    holidays: Collection[date] = ()
