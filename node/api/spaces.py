"""Places and searches for programs."""

from __future__ import annotations

from datetime import datetime

from litestar import get

from node import quarter, spaces
from node.api.values import FoundOut, NotOfferedOut, QuarterOut, SpaceOut, offer_out, space_out
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import N_, Refusal, RefusedError
from node.quarter.files import SpaceKind
from node.spaces import Found
from node.web.visit import Visit


@get("/api/quarter", tags=["quarter"])
async def get_quarter(visit: Visit) -> QuarterOut:
    """Which quarter this is."""
    profile = await visit.read(quarter.get_profile)
    return QuarterOut(profile.name, profile.city, profile.timezone, visit.house.demo)


@get("/api/spaces", tags=["spaces"])
async def list_spaces(visit: Visit) -> list[SpaceOut]:
    """All places that can be reserved."""
    return [space_out(space) for space in await visit.read(spaces.list_spaces)]


@get("/api/spaces/search", tags=["spaces"])
async def search(
    visit: Visit,
    *,
    starts_at: datetime,
    ends_at: datetime,
    people: int = 1,
    kind: SpaceKind | None = None,
    purpose: str = "",
) -> FoundOut:
    """What is free for the asker at a time, why the rest is not, and the nearest that is."""
    actor = visit.allowed(Permission.SEE_SPACES)
    period = period_of(starts_at, ends_at)
    query = spaces.Query(period=period, people=people, kind=kind, purpose=purpose)
    found: Found = await visit.read(lambda read: spaces.search(read, actor, query, now=visit.now))
    return FoundOut(
        offers=[offer_out(offer) for offer in found.offers],
        not_offered=[
            NotOfferedOut(
                id_text(no.space.id),
                no.code,
                visit.say(no.message, **no.values),
                visit.say(no.remedy, **no.values),
            )
            for no in found.not_offered
        ],
        alternatives=[offer_out(offer) for offer in found.alternatives],
    )


def period_of(starts_at: datetime, ends_at: datetime) -> Period:
    """A period from two instants of a request; each needs its offset from UTC."""
    try:
        return Period(starts_at, ends_at)
    except ValueError:
        raise RefusedError(BAD_PERIOD) from None


BAD_PERIOD = Refusal(
    "api.bad_period",
    N_("Anfang und Ende brauchen eine Zeitzone, und das Ende liegt nach dem Anfang."),
    N_("Beispiel: 2026-11-28T15:00:00+01:00."),
    status=422,
    field="starts_at",
)

ROUTES = (get_quarter, list_spaces, search)
