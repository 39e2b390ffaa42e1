"""Stays in several apartments at the desk: booked for somebody, and the rest of one moved on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Actor, Permission
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.desk.frame import desk_page
from node.desk.series import person_of
from node.spaces import Line, moving_rest
from node.spaces.moving_rest import RestOffer
from node.store import Read
from node.web import i18n
from node.web.changing import difference_words
from node.web.errors import words
from node.web.forms import Fields, path_id, read_fields, read_query
from node.web.listing import rows_table
from node.web.series import TOTAL_MAX, status_of
from node.web.showing import ShownLine, line_of, money, place_of
from node.web.splitting import StayPage, book_stay, stay_page
from node.web.visit import Visit


@dataclass(slots=True)
class RestPage:
    """See `desk/split.html`."""

    line: ShownLine
    days: list[dict[str, str]]
    day: str
    by_house: bool
    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


# A new one, for somebody


@get("/desk/stay", include_in_schema=False)
async def show_stay(visit: Visit) -> Response[Any]:
    """What the stay would come to."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = read_query(visit)
    person = await person_of(visit, staff, fields)
    return await _answer(visit, person, await stay_page(visit, person, fields))


@post("/desk/stay", include_in_schema=False)
async def make_stay(visit: Visit) -> Response[Any]:
    """Book all of it for the person."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    person = await person_of(visit, staff, fields)
    done = await book_stay(visit, person, fields)
    if isinstance(done, StayPage):
        return await _answer(visit, person, done)
    return visit.go(f"/desk/reservations/{id_text(done[0].id)}")


async def _answer(visit: Visit, person: Actor, page: StayPage) -> Response[Any]:
    page.person = person.name
    return await desk_page(visit, "desk/stay.html", page, here="spaces", status=status_of(page))


# The rest of one, elsewhere


@get("/desk/reservations/{reservation:str}/split", include_in_schema=False)
async def show_rest(visit: Visit, reservation: str) -> Response[Any]:
    """From which night on, and every other apartment with what it would come to."""
    actor = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    page = await _rest_page(visit, actor, path_id(reservation), read_query(visit))
    return await _rest_answer(visit, page)


@post("/desk/reservations/{reservation:str}/split", include_in_schema=False)
async def move_rest(visit: Visit, reservation: str) -> Response[Any]:
    """Move the nights to the apartment whose button was pressed, for what was shown."""
    actor = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    reservation_id, day = path_id(reservation), fields.day("day")
    space_id, total = fields.id("space"), fields.number("total", low=0, high=TOTAL_MAX)
    by_house = bool(fields.given.get("by_house"))
    if day is None:
        return await _rest_answer(visit, await _rest_page(visit, actor, reservation_id, fields))
    done = await visit.store.write(
        lambda write: moving_rest.move_rest(
            write,
            actor,
            reservation_id,
            space_id,
            day,
            by_house=by_house,
            total_cents=total,
            now=visit.now,
            signer=visit.house.signer,
        )
    )
    if not isinstance(done, Refusal):
        return visit.go(f"/desk/reservations/{id_text(done[1].id)}")
    page = await _rest_page(visit, actor, reservation_id, fields)
    page.refusal = words(visit, done)
    return await _rest_answer(visit, page)


async def _rest_page(visit: Visit, actor: Actor, reservation_id: bytes, fields: Fields) -> RestPage:
    def look(read: Read) -> tuple[Line, list[dict[str, str]]]:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        days = moving_rest.move_days(read, line.reservation, now=visit.now)
        lang = visit.prefs.lang
        return line, [
            {"value": day.isoformat(), "text": i18n.long_day_words(lang, day)} for day in days
        ]

    line, days = await visit.read(look)
    day = fields.day("day") if fields.given.get("day") else None
    by_house = bool(fields.given.get("by_house"))
    page = RestPage(
        line=line_of(visit, line),
        days=days,
        day=day.isoformat() if day else (days[0]["value"] if days else ""),
        by_house=by_house,
        errors=fields.problems,
    )
    if day is None:
        return page
    found = await visit.store.read(
        lambda read: moving_rest.preview_rest(
            read, actor, reservation_id, day, by_house=by_house, now=visit.now
        )
    )
    if isinstance(found, Refusal):
        page.refusal = words(visit, found)
    else:
        page.rows = [_row(visit, each) for each in found]
    return page


def _row(visit: Visit, offer: RestOffer) -> dict[str, Any]:
    refusal = offer.refusal
    return {
        "place": place_of(visit, offer.space),
        "space": id_text(offer.space.id),
        "why": visit.say(refusal.message, **refusal.values) if refusal else "",
        "kept": money(visit, offer.kept.total_cents) if offer.kept else "",
        "rest": money(visit, offer.rest.total_cents) if offer.rest else "",
        "total": money(visit, offer.total_cents),
        "total_cents": str(offer.total_cents),
        "difference": difference_words(visit, offer.difference_cents),
    }


async def _rest_answer(visit: Visit, page: RestPage) -> Response[Any]:
    status = status_of(page)
    return await desk_page(
        visit,
        "desk/split.html",
        page,
        here="today",
        status=status,
        table=lambda: rows_table(visit, visit.say(N_("umzug")), COLUMNS, page.rows),
    )


COLUMNS = {
    "place": N_("Ort"),
    "kept": N_("Bis dahin"),
    "rest": N_("Danach"),
    "total": N_("Alles zusammen"),
    "difference": N_("Unterschied"),
    "why": N_("Begründung"),
}


ROUTES = (show_stay, make_stay, show_rest, move_rest)
