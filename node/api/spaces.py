"""Places and searches for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import Parameter

from node import quarter, spaces
from node.api.description import SIGNED_IN, problems
from node.api.values import (
    AGES_MAX,
    PEOPLE_MAX,
    PURPOSE_CHARS_MAX,
    Age,
    FoundOut,
    NotOfferedOut,
    QuarterOut,
    SpaceOut,
    offer_out,
    space_out,
)
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import N_, Refusal, RefusedError
from node.quarter.files import SpaceKind
from node.spaces import Found
from node.web.visit import Visit

# As a list with bounds; the framework would describe "or none" and leave the bounds out.
AGES = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 17}, "oneOf": None}
Ages = Annotated[list[Age] | None, Parameter(max_items=AGES_MAX, schema_extra=AGES)]
Instant = Annotated[str, Parameter(schema_extra={"format": "date-time"})]


@get("/api/quarter", tags=["quarter"], responses=problems())
async def get_quarter(visit: Visit) -> QuarterOut:
    """Which quarter this is."""
    profile = await visit.read(quarter.get_profile)
    return QuarterOut(profile.name, profile.city, profile.timezone, visit.house.demo)


@get("/api/spaces", tags=["spaces"], responses=problems())
async def list_spaces(visit: Visit) -> list[SpaceOut]:
    """All places that can be reserved."""
    return [space_out(space) for space in await visit.read(spaces.list_spaces)]


@get("/api/spaces/search", tags=["spaces"], security=SIGNED_IN, responses=problems(401, 422))
async def search(
    visit: Visit,
    *,
    starts_at: Instant,
    ends_at: Instant,
    people: Annotated[int, Parameter(ge=1, le=PEOPLE_MAX)] = 1,
    kind: SpaceKind | None = None,
    purpose: Annotated[str, Parameter(max_length=PURPOSE_CHARS_MAX)] = "",
    ages: Ages = None,
) -> FoundOut:
    """What is free for the asker at a time, why the rest is not, and the nearest that is. The ages
    of children (`ages=9&ages=5`) count in the price of a stay."""
    actor = visit.allowed(Permission.SEE_SPACES)
    period = period_of(instant_of(starts_at), instant_of(ends_at))
    query = spaces.Query(
        period=period, people=people, kind=kind, purpose=purpose, ages=tuple(ages or ())
    )
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


def instant_of(text: str) -> datetime:
    """An instant as addresses carry it (RFC 3339)."""
    try:
        return msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise RefusedError(BAD_PERIOD) from None


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
