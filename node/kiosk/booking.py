"""Booking at the lobby: the place is held while the summary is read, then one button books it.

What another node or the desk must agree to is not held but asked for, by the same two touches.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response, get, post

from node import quarter, spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError, granted
from node.kiosk import frame
from node.kiosk.spaces import find_again, refused_page
from node.spaces import Bill, Reservation, Space, Status, Wish
from node.store import Read, Write
from node.web.finding import read_ages
from node.web.forms import BAD_ID, NOT_FOUND, Fields, path_id, read_fields, read_query
from node.web.offering import offer_value, purpose_for, read_offer
from node.web.showing import (
    Place,
    ShownBill,
    bill_of,
    clock,
    people_words,
    place_of,
    sentence_of,
)
from node.web.terms import giving_up_words, no_show_rules
from node.web.visit import Visit


@dataclass(slots=True)
class ConfirmPage:
    """See `kiosk/confirm.html`."""

    action: str
    drop: str
    back: str
    place: Place
    sentence: str
    people: str
    purpose: str
    bill: ShownBill
    rules: list[str]
    requested: str = ""
    held: str = ""
    hidden: dict[str, str] | None = None
    more: list[dict[str, str]] = field(default_factory=list)
    """What else a room can be booked with, or how often."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A wish with its place, its price and what people call its purpose."""

    wish: Wish
    space: Space
    bill: Bill
    purpose: str


# Holding


@post("/hold", include_in_schema=False)
async def hold(visit: Visit) -> Response[Any]:
    """Keep an offer for some minutes, or go on to ask for it."""
    actor = visit.signed_in()
    wish = await visit.read(_fitting(_wish(visit, await read_fields(visit))))
    result = await visit.store.write(
        lambda write: spaces.hold(write, actor, wish, now=visit.now, signer=visit.house.signer)
    )
    if isinstance(result, Refusal):
        return await _refused(visit, actor, wish, result)
    if result is None:
        return visit.go(f"/kiosk/book?{_query(wish)}")
    return visit.go(f"/kiosk/book/{id_text(result.id)}")


def _wish(visit: Visit, fields: Fields) -> Wish:
    """The wish that a button or an address of our own pages carries."""
    space_id, period = read_offer(fields.given.get("offer", ""))
    wish = Wish(
        space_id=space_id,
        period=period,
        people=fields.number("people", low=1, high=999, default=1),
        ages=read_ages(visit, fields),
    )
    if fields.problems:
        raise RefusedError(BAD_ID)
    return wish


def _fitting(wish: Wish) -> Any:
    """Completes a wish by the place's usual purpose; at the lobby nobody is asked for one."""

    def complete(read: Read) -> Wish:
        space = spaces.find_space(read, wish.space_id)
        if space is None:
            raise RefusedError(NOT_FOUND)
        return replace(wish, purpose=purpose_for(space))

    return complete


def _query(wish: Wish) -> str:
    offer = offer_value(wish.space_id, wish.period)
    given = {"offer": offer, "people": str(wish.people), "ages": _ages_text(wish)}
    return frame.query_of({name: value for name, value in given.items() if value})


def _ages_text(wish: Wish) -> str:
    return ", ".join(map(str, wish.ages))


# The summary


@get("/book/{reservation:str}", include_in_schema=False)
async def held_summary(visit: Visit, reservation: str) -> Response[Any]:
    """The last look at a place that is held; what is booked already has a page of its own."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)

    def look(read: Read) -> tuple[Reservation, Looked]:
        found = granted(spaces.own_reservation(read, actor, reservation_id))
        return found, _look_at(visit, read, actor, _wish_again(found))

    found, looked = await visit.read(look)
    status = found.status_at(visit.now)
    if status not in {Status.HELD, Status.EXPIRED}:
        return visit.go(f"/kiosk/mine/{reservation}")
    page = _summary(visit, looked, action=f"/kiosk/book/{reservation}")
    page.drop = f"/kiosk/book/{reservation}/drop"
    until = found.decision.hold_until if found.decision else None
    if until is not None and status is Status.HELD:
        page.held = visit.say(N_("Für Sie gehalten bis {until}"), until=clock(visit, until))
    return await frame.kiosk_page(visit, "kiosk/confirm.html", page)


@get("/book", include_in_schema=False)
async def asked_summary(visit: Visit) -> Response[Any]:
    """The last look at a place that others decide about."""
    actor = visit.signed_in()
    fields = read_query(visit)
    if "offer" not in fields.given:
        return visit.go("/kiosk/spaces")
    wish = await visit.read(_fitting(_wish(visit, fields)))
    looked = await visit.read(lambda read: _look_at(visit, read, actor, wish))
    page = _summary(visit, looked, action="/kiosk/book")
    is_home = looked.space.home_site == visit.house.site_id
    page.requested = visit.say(DESK_DECIDES if is_home else OTHERS_DECIDE)
    page.hidden = {
        "offer": offer_value(wish.space_id, wish.period),
        "people": str(wish.people),
        "ages": _ages_text(wish),
    }
    return await frame.kiosk_page(visit, "kiosk/confirm.html", page)


def _wish_again(reservation: Reservation) -> Wish:
    details = reservation.details
    return Wish(
        space_id=reservation.space_id,
        period=reservation.period,
        people=details.people,
        purpose=details.purpose,
        ages=details.ages,
    )


def _look_at(visit: Visit, read: Read, actor: Actor, wish: Wish) -> Looked:
    space = spaces.find_space(read, wish.space_id)
    if space is None:
        raise RefusedError(NOT_FOUND)
    space = space.at(wish.period.starts_at)
    bill = spaces.bill_for(read, space, wish, spaces.audience_of(actor))
    named = {purpose.key: purpose.name for purpose in quarter.get_profile(read).purposes}
    purpose = visit.local(named[wish.purpose]) if wish.purpose in named else ""
    return Looked(wish, space, bill or Bill(), purpose)


def _summary(visit: Visit, looked: Looked, *, action: str) -> ConfirmPage:
    wish, space = looked.wish, looked.space
    return ConfirmPage(
        action=action,
        drop="",
        back=find_again(visit, wish, space),
        place=place_of(visit, space),
        sentence=sentence_of(visit, space, wish.period, looked.bill),
        people=people_words(visit, wish.people),
        purpose=looked.purpose,
        bill=bill_of(visit, looked.bill),
        rules=_rules(visit, looked),
        more=_more(visit, wish) if space.is_room else [],
    )


def _more(visit: Visit, wish: Wish) -> list[dict[str, str]]:
    query = frame.query_of(
        {
            "offer": offer_value(wish.space_id, wish.period),
            "people": str(wish.people),
            "use": wish.purpose,
        }
    )
    return [
        {"text": visit.say(text), "href": f"/kiosk/{name}?{query}", "icon": icon}
        for name, text, icon in (
            ("together", N_("Etwas dazubuchen"), "layers"),
            ("series", N_("Regelmäßig buchen"), "calendar-days"),
        )
    ]


def _rules(visit: Visit, looked: Looked) -> list[str]:
    """What binds and would be missed otherwise; everything else is on the phone and on paper."""
    space, bill = looked.space, looked.bill
    rules = no_show_rules(visit, space.terms, bill)
    if bill.total_cents:
        starts_at = looked.wish.period.starts_at
        terms = giving_up_words(visit, space.terms, bill, starts_at)
        rules.insert(0, visit.say(N_("Kosten der Absage: {terms}"), terms=terms))
    if space.row.rules_text:
        rules.append(visit.local(space.row.rules_text))
    return rules


# The one button


@post("/book/{reservation:str}", include_in_schema=False)
async def book_held(visit: Visit, reservation: str) -> Response[Any]:
    """Make the held place one's own."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)
    await read_fields(visit)
    signer = visit.house.signer
    done = await visit.store.write(
        lambda write: spaces.confirm(write, actor, reservation_id, now=visit.now, signer=signer)
    )
    if isinstance(done, Refusal):
        wish = await visit.read(
            lambda read: _wish_again(granted(spaces.own_reservation(read, actor, reservation_id)))
        )
        return await _refused(visit, actor, wish, done)
    return visit.go(f"/kiosk/mine/{reservation}")


@post("/book", include_in_schema=False)
async def book_asked(visit: Visit) -> Response[Any]:
    """Ask for a place that others decide about."""
    actor = visit.signed_in()
    wish = await visit.read(_fitting(_wish(visit, await read_fields(visit))))
    done = await visit.store.write(
        lambda write: spaces.reserve(write, actor, wish, now=visit.now, signer=visit.house.signer)
    )
    if isinstance(done, Refusal):
        return await _refused(visit, actor, wish, done)
    return visit.go(f"/kiosk/mine/{id_text(done.id)}")


@post("/book/{reservation:str}/drop", include_in_schema=False)
async def drop(visit: Visit, reservation: str) -> Response[Any]:
    """Not after all: the held place is free for others at once."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)
    await read_fields(visit)

    def run(write: Write) -> Reservation | Refusal:
        found = spaces.own_reservation(write, actor, reservation_id)
        if isinstance(found, Refusal) or found.status_at(visit.now) is not Status.HELD:
            return found
        return spaces.cancel(write, actor, reservation_id, now=visit.now)

    found = await visit.write(run)
    space = await visit.read(lambda read: spaces.find_space(read, found.space_id))
    if space is None:
        return visit.go("/kiosk/spaces")
    return visit.go(find_again(visit, _wish_again(found), space))


async def _refused(visit: Visit, actor: Actor, wish: Wish, refusal: Refusal) -> Response[Any]:
    """The offers again, with the reason and the nearest that can be had."""

    def look(read: Read) -> tuple[Space | None, tuple[spaces.Offer, ...]]:
        space = spaces.find_space(read, wish.space_id)
        if space is None:
            return None, ()
        return space, spaces.alternatives_for(read, actor, wish, now=visit.now)

    space, offers = await visit.read(look)
    if space is None:
        raise RefusedError(refusal)
    return await refused_page(visit, wish, space, refusal, offers)


OTHERS_DECIDE = N_(
    "Über diesen Ort entscheidet ein anderes Haus. Es bestätigt, sobald es erreichbar ist."
)
DESK_DECIDES = N_("Hier stimmt der Service-Point zu. Sie bekommen die Antwort von dort.")

ROUTES = (hold, held_summary, asked_summary, book_held, book_asked, drop)
