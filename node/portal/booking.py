"""Booking a place: it is held while the summary is read, then one button makes it one's own.

Nothing is written by reading a page: the button of an offer holds, the summary can be read again.
Where another node or the desk decides nothing is held; the summary then carries the wish itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError, granted
from node.portal.spaces import refused_page
from node.portal.summary import ConfirmPage, Looked, find_again, look_at, summary_of
from node.spaces import Reservation, Space, Status, Wish
from node.store import Read, Write
from node.web.finding import read_ages
from node.web.forms import BAD_ID, NOT_FOUND, Fields, path_id, read_fields, read_query
from node.web.offering import offer_value, purpose_for, read_offer
from node.web.showing import clock, moment
from node.web.visit import Visit

NOTE_CHARS_MAX = 500


# Holding


@post("/hold", include_in_schema=False)
async def hold(visit: Visit) -> Response[Any]:
    """Keep an offer for some minutes and show the summary."""
    actor = visit.signed_in()
    wish = read_wish(visit, await read_fields(visit))
    result = await visit.store.write(
        lambda write: spaces.hold(
            write, actor, fitting(write, wish), now=visit.now, signer=visit.house.signer
        )
    )
    if isinstance(result, Refusal):
        return await refused_answer(visit, actor, wish, result)
    if result is None:
        return visit.go(f"/book?{_query(wish)}")
    return visit.go(f"/book/{id_text(result.id)}")


def read_wish(visit: Visit, fields: Fields) -> Wish:
    """The wish that a button or an address of our own pages carries."""
    space_id, period = read_offer(fields.given.get("offer", ""))
    wish = Wish(
        space_id=space_id,
        period=period,
        people=fields.number("people", low=1, high=99, default=1),
        purpose=fields.text("use", longest=40),
        ages=read_ages(visit, fields),
    )
    if fields.problems:
        raise RefusedError(BAD_ID)
    return wish


def fitting(read: Read, wish: Wish) -> Wish:
    """The wish with the place's usual purpose where none of its own was chosen."""
    space = spaces.find_space(read, wish.space_id)
    return replace(wish, purpose=purpose_for(space, wish.purpose))


def _query(wish: Wish) -> str:
    given = {
        "offer": offer_value(wish.space_id, wish.period),
        "people": str(wish.people),
        "ages": " ".join(str(age) for age in wish.ages),
        "use": wish.purpose,
    }
    return urlencode({name: value for name, value in given.items() if value})


# The summary


@get("/book/{reservation:str}", include_in_schema=False)
async def held_summary(visit: Visit, reservation: str) -> Response[Any]:
    """The last look at a place that is held; what is booked already has a page of its own."""
    actor = visit.signed_in()
    reservation_id = path_id(reservation)

    def look(read: Read) -> tuple[Reservation, Looked]:
        found = granted(spaces.own_reservation(read, actor, reservation_id))
        return found, look_at(read, actor, _wish_again(found))

    found, looked = await visit.read(look)
    status = found.status_at(visit.now)
    if status not in {Status.HELD, Status.EXPIRED}:
        return visit.go(f"/mine/{reservation}")
    page = summary_of(visit, looked, action=f"/book/{reservation}")
    page.drop = f"/book/{reservation}/drop"
    _show_hold(visit, page, found, status)
    return visit.page("portal/confirm.html", page, here="find")


def _wish_again(reservation: Reservation) -> Wish:
    details = reservation.details
    return Wish(
        space_id=reservation.space_id,
        period=reservation.period,
        people=details.people,
        purpose=details.purpose,
        ages=details.ages,
    )


def _show_hold(visit: Visit, page: ConfirmPage, found: Reservation, status: Status) -> None:
    until = found.decision.hold_until if found.decision else None
    if status is Status.EXPIRED or until is None:
        page.expired = visit.say(
            N_("Die Zeit ist um, in der dieser Platz für Sie gehalten wurde. Oft ist er noch frei.")
        )
        return
    if found.is_offer:
        # Days may be left: what runs out by the second would only press.
        page.held = visit.say(
            N_("Für Sie frei geworden: bis {until} annehmen"), until=moment(visit, until)
        )
        return
    page.held = visit.say(N_("Für Sie gehalten bis {until}"), until=clock(visit, until))
    page.held_seconds = max(0, int((until - visit.now).total_seconds()))


@get("/book", include_in_schema=False)
async def asked_summary(visit: Visit) -> Response[Any]:
    """The last look at a place that another node or the desk decides about."""
    actor = visit.signed_in()
    fields = read_query(visit)
    if "offer" not in fields.given:
        return visit.go("/find")
    wish = read_wish(visit, fields)
    looked = await visit.read(lambda read: look_at(read, actor, fitting(read, wish)))
    page = summary_of(visit, looked, action="/book")
    is_home = looked.space.home_site == visit.store.core.site_id
    page.requested = visit.say(DESK_DECIDES if is_home else OTHERS_DECIDE)
    return visit.page("portal/confirm.html", page, here="find")


# The one button


@post("/book/{reservation:str}", include_in_schema=False)
async def book_held(visit: Visit, reservation: str) -> Response[Any]:
    """Make the held place one's own."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    reservation_id, signer = path_id(reservation), visit.house.signer
    note, guests = _said(fields)

    def run(write: Write) -> Reservation | Refusal:
        done = spaces.confirm(write, actor, reservation_id, now=visit.now, signer=signer)
        if isinstance(done, Reservation) and (note or guests):
            spaces.add_note(write, done.id, note=note, guest_names=guests)
        return done

    done = await visit.store.write(run)
    if isinstance(done, Refusal):
        wish = await visit.read(
            lambda read: _wish_again(granted(spaces.own_reservation(read, actor, reservation_id)))
        )
        return await refused_answer(visit, actor, wish, done)
    return visit.go(f"/mine/{reservation}?new=1")


@post("/book", include_in_schema=False)
async def book_asked(visit: Visit) -> Response[Any]:
    """Ask for a place that another node or the desk decides about."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    note, guests = _said(fields)
    wish = replace(read_wish(visit, fields), note=note, guest_names=guests)
    done = await visit.store.write(
        lambda write: spaces.reserve(
            write, actor, fitting(write, wish), now=visit.now, signer=visit.house.signer
        )
    )
    if isinstance(done, Refusal):
        return await refused_answer(visit, actor, wish, done)
    return visit.go(f"/mine/{id_text(done.id)}?new=1")


def _said(fields: Fields) -> tuple[str, str]:
    """What was said with a booking; what is too long is cut, for the booking matters more."""
    note = fields.text("note", longest=NOTE_CHARS_MAX)
    return note, fields.text("guests", longest=NOTE_CHARS_MAX)


@post("/book/{reservation:str}/drop", include_in_schema=False)
async def drop(visit: Visit, reservation: str) -> Response[Any]:
    """Not after all: the held place is free for others at once."""
    actor = visit.signed_in()
    await read_fields(visit)
    reservation_id = path_id(reservation)

    def run(write: Write) -> Reservation | Refusal:
        found = spaces.own_reservation(write, actor, reservation_id)
        if isinstance(found, Refusal) or found.status_at(visit.now) is not Status.HELD:
            return found
        return spaces.cancel(write, actor, reservation_id, now=visit.now)

    found = await visit.write(run)
    if found.is_offer:
        return visit.go("/mine")
    looked = await visit.read(lambda read: look_at(read, actor, _wish_again(found)))
    return visit.go(find_again(visit, looked))


async def refused_answer(visit: Visit, actor: Actor, wish: Wish, refusal: Refusal) -> Response[Any]:
    """The search again with the reason and the three nearest alternatives."""

    def look(read: Read) -> tuple[Space | None, tuple[spaces.Offer, ...]]:
        space = spaces.find_space(read, wish.space_id)
        wanted = fitting(read, wish)
        offers = spaces.alternatives_for(read, actor, wanted, now=visit.now) if space else ()
        return space, offers

    space, offers = await visit.read(look)
    if space is None:
        raise RefusedError(NOT_FOUND)
    page = refused_page(visit, wish, space, refusal, offers)
    return visit.page("portal/find.html", page, here="find", status=refusal.status)


DESK_DECIDES = N_("Hier stimmt der Service-Point zu. Sie bekommen die Antwort von dort.")
OTHERS_DECIDE = N_(
    "Über diesen Ort entscheidet ein anderes Haus. Es bestätigt, sobald es erreichbar ist. Sie "
    "brauchen dann nichts mehr zu tun."
)

ROUTES = (hold, held_summary, asked_summary, book_held, book_asked, drop)
