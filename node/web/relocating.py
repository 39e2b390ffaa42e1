"""A place that is shut at somebody's time: what they could have instead, for who booked it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.spaces import Line, Reservation, Status
from node.spaces.moving import CHANGED_ELSEWHERE
from node.spaces.moving_along import TogetherOffer, companions_of
from node.spaces.relocating import (
    Elsewhere,
    Hit,
    give_back,
    given_back_with,
    hit_of,
    offers_elsewhere,
    relocate,
)
from node.store import Read
from node.web.changing import TOTAL_MAX, difference_words
from node.web.errors import words
from node.web.forms import Fields
from node.web.offering import offer_value, read_offer
from node.web.showing import ShownLine, line_of, money, place_of, when_of
from node.web.visit import Visit


@dataclass(slots=True)
class ClosedPage:
    """See `portal/closed.html` and `kiosk/closed.html`."""

    line: ShownLine
    why: str
    offers: list[dict[str, Any]]
    behind: str
    """What was booked with it and cannot come along to every time near."""
    gives_back: str
    """What is given back with one press; "" where that is not to be done here."""
    elsewhere: dict[str, Any] | None
    """Why nothing of it can be done here."""
    refusal: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Looked:
    hit: Hit
    found: Elsewhere
    offers: list[dict[str, Any]]
    along: list[Line]


async def closed_page(visit: Visit, actor: Actor, reservation_id: bytes) -> ClosedPage | None:
    """What shuts it and what there is instead; None where nothing does any more."""

    def look(read: Read) -> _Looked | None:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        hit = hit_of(read, line, now=visit.now)
        if hit is None:
            return None
        found = offers_elsewhere(read, actor, hit, now=visit.now)
        offers = [shown_offer(read, visit, line, each) for each in found.offers]
        return _Looked(hit, found, offers, given_back_with(read, line.reservation, now=visit.now))

    looked = await visit.store.read(look)
    return _page(visit, looked) if looked is not None else None


def _page(visit: Visit, looked: _Looked) -> ClosedPage:
    line = looked.hit.line
    is_here = line.space.home_site == visit.house.site_id
    names = [visit.local(each.space.name) for each in (line, *looked.along)]
    can = is_here and line.status is Status.CONFIRMED
    behind = (visit.local(space.name) for space in looked.found.stays_behind)
    return ClosedPage(
        line=line_of(visit, line),
        why=visit.local(looked.hit.closure.reason),
        offers=looked.offers if can else [],
        behind=visit.list_words(*behind) if can else "",
        gives_back=visit.list_words(*names) if can else "",
        elsewhere=None if is_here else words(visit, CHANGED_ELSEWHERE),
    )


def shown_offer(read: Read, visit: Visit, line: Line, whole: TogetherOffer) -> dict[str, Any]:
    """One of what there is instead, with what each part of it costs before and after."""
    agreed, offer = line.reservation, whole.room
    is_same_time = offer.period.starts_at == agreed.period.starts_at
    when = when_of(visit, offer.space, offer.period)
    parts = [(offer.space, agreed.bill.total_cents, offer.bill.total_cents)]
    parts += [
        (each.space, each.reservation.bill.total_cents, each.cents) for each in whole.companions
    ]
    staying = [] if whole.companions else companions_of(read, agreed, now=visit.now)
    stay = (spaces.find_space(read, each.space_id) for each in staying)
    before = sum(cents for _, cents, _ in parts)
    return {
        "value": offer_value(offer.space.id, offer.period),
        "total": str(whole.total_cents),
        "along": visit.list_words(*(visit.local(space.name) for space, *_ in parts[1:])),
        "stays": visit.list_words(*(visit.local(space.name) for space in stay if space)),
        "place": place_of(visit, offer.space),
        "when": visit.say(N_("zur selben Zeit")) if is_same_time else when,
        "at": when,
        "price": difference_words(visit, whole.difference_cents),
        "before": money(visit, before),
        "after": money(visit, whole.total_cents),
        "parts": [
            {
                "place": place_of(visit, space),
                "before": money(visit, was),
                "after": money(visit, cents),
            }
            for space, was, cents in parts
        ],
    }


async def move_away(
    visit: Visit, actor: Actor, reservation_id: bytes, fields: Fields
) -> Reservation | Refusal:
    """Move to what was offered with all that goes along, for the price that was shown."""
    # Whose it is comes before what was sent.
    await visit.read(lambda read: spaces.get_line(read, actor, reservation_id, now=visit.now))
    where = read_offer(fields.text("offer", longest=80))
    total = fields.number("total", low=0, high=TOTAL_MAX)
    return await visit.store.write(
        lambda write: relocate(
            write,
            actor,
            reservation_id,
            where,
            total_cents=total,
            now=visit.now,
            signer=visit.house.signer,
        )
    )


async def give_it_back(visit: Visit, actor: Actor, reservation_id: bytes) -> Reservation | Refusal:
    """Give up what is shut, at no cost."""
    return await visit.store.write(
        lambda write: give_back(write, actor, reservation_id, now=visit.now)
    )


def closed_words(read: Read, visit: Visit, line: Line) -> dict[str, str] | None:
    """That a reservation's place is shut at its time, as a notice; None where it is not.

    `href` leads to what there is instead; `free` says that it is given back there at no cost.
    """
    hit = hit_of(read, line, now=visit.now)
    if hit is None:
        return None
    is_here = line.space.home_site == visit.house.site_id
    is_free = is_here and line.status is Status.CONFIRMED
    return {
        "title": visit.say(N_("Zu Ihrer Zeit ist dort geschlossen")),
        "text": visit.say(N_("Geschlossen: {why}"), why=visit.local(hit.closure.reason)),
        "href": f"/mine/{id_text(line.reservation.id)}/closed",
        "free": visit.say(N_("Wegen der Schließung kostet es nichts.")) if is_free else "",
    }
