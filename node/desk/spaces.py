"""Booking at the desk for somebody: the person, the time, the offer, done; with the fact kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Actor, Permission
from node.base.ids import id_text, parse_id
from node.base.periods import Period
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.spaces import Found, Offer, Query, splitting
from node.store import Read, Write
from node.web.errors import words
from node.web.finding import read_search, with_usual
from node.web.forms import Fields, read_fields, read_query
from node.web.listing import rows_table
from node.web.offering import offer_value
from node.web.showing import offer_of, place_of
from node.web.splitting import shown_splits
from node.web.terms import giving_up_words
from node.web.visit import Visit


@dataclass(slots=True)
class FindPage:
    """See `desk/find.html`."""

    person: str
    person_name: str
    given: dict[str, str]
    kinds: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    not_free: list[dict[str, Any]]
    nearest: list[dict[str, Any]]
    splits: list[dict[str, Any]]
    asked: bool
    problems: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


@get("/desk/find", include_in_schema=False)
async def find(visit: Visit) -> Response[Any]:
    """What is free for this person at that time."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    return await _find_page(visit, staff, read_query(visit))


async def _find_page(visit: Visit, staff: Actor, fields: Fields) -> Response[Any]:
    resident = await resident_of(visit, staff, fields.given.get("person", ""))
    given = fields.given = with_usual(visit, fields.given)
    page = _page(visit, resident, given)
    if resident is not None and "search" in given:
        query = read_search(visit, fields)
        page.problems = fields.problems
        if query is not None and not fields.problems:
            page.asked = True
            found = await visit.read(
                lambda read: spaces.search(read, resident, query, now=visit.now)
            )
            _show(visit, page, query, found)
            if not found.offers:
                splits = await visit.read(
                    lambda read: splitting.find_splits(read, resident, query, now=visit.now)
                )
                given = {"person": page.person, "people": given["people"]}
                page.splits = shown_splits(visit, splits, "/desk/stay", **given)
    status = 422 if page.problems else 200
    rows = [*page.offers, *page.nearest]
    return await desk_page(
        visit,
        "desk/find.html",
        page,
        here="spaces",
        status=status,
        table=(lambda: rows_table(visit, visit.say(N_("angebote")), COLUMNS, rows))
        if page.asked
        else None,
    )


COLUMNS = {
    "place": N_("Ort"),
    "when": N_("Zeit"),
    "text": N_("Ausstattung"),
    "price": N_("Preis"),
    "giving_up": N_("Kosten der Absage"),
}


def _page(visit: Visit, resident: Actor | None, given: dict[str, str]) -> FindPage:
    return FindPage(
        person=given.get("person", ""),
        person_name=resident.name if resident else "",
        given=given,
        kinds=_kinds(visit, given),
        offers=[],
        not_free=[],
        nearest=[],
        splits=[],
        asked=False,
    )


def _kinds(visit: Visit, given: dict[str, str]) -> list[dict[str, Any]]:
    person = given.get("person", "")
    return [
        {
            "text": visit.say(text),
            "href": f"/desk/find?person={person}&kind={kind}",
            "here": given["kind"] == kind,
        }
        for kind, text in (("room", N_("Räume")), ("guest_apartment", N_("Gästewohnungen")))
    ]


def _show(visit: Visit, page: FindPage, query: Query, found: Found) -> None:
    page.offers = [_offer(visit, page, offer) for offer in found.offers]
    page.nearest = [_offer(visit, page, offer) for offer in found.alternatives]
    page.not_free = [
        {
            "place": place_of(visit, no.space),
            "reason": visit.say(no.message, **no.values),
            "rule": visit.say(no.remedy, **no.values),
            "wait": _hidden(page, no.space.id, query.period) if no.code == TAKEN_CODE else {},
        }
        for no in found.not_offered
    ]


def _offer(visit: Visit, page: FindPage, offer: Offer) -> dict[str, Any]:
    shown = offer_of(visit, offer, "")
    shown["hidden"] = _hidden(page, offer.space.id, offer.period)
    starts_at, is_charged = offer.period.starts_at, bool(offer.bill.total_cents)
    terms = offer.space.at(starts_at).terms
    words = giving_up_words(visit, terms, offer.bill, starts_at) if is_charged else ""
    shown["giving_up"] = words
    given = {
        "person": page.person,
        "offer": offer_value(offer.space.id, offer.period),
        "people": page.given["people"],
    }
    more = urlencode(given) if offer.space.is_room else ""
    shown["series_href"] = more and f"/desk/series?{more}"
    shown["together_href"] = more and f"/desk/together?{more}"
    return shown


def _hidden(page: FindPage, space_id: bytes, period: Period) -> dict[str, str]:
    """What a button for this person, place and time sends."""
    return {
        "person": page.person,
        "space": id_text(space_id),
        "starts_at": period.starts_at.isoformat(),
        "ends_at": period.ends_at.isoformat(),
        "people": page.given["people"],
        "kind": page.given["kind"],
    }


async def resident_of(visit: Visit, staff: Actor, person: str) -> Actor | None:
    """The person for whom is booked, as an actor with this member of staff beside them."""
    if not person:
        return None
    try:
        person_id = parse_id(person)
    except ValueError:
        return None

    def act_for(read: Read) -> Actor | Refusal:
        return people.act_for(read, staff, person_id, now=visit.now)

    return await visit.read(act_for)


@post("/desk/find", include_in_schema=False)
async def book(visit: Visit) -> Response[Any]:
    """Book what was offered for this person."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    resident = await resident_of(visit, staff, fields.given.get("person", ""))
    if resident is None:
        return await _find_page(visit, staff, fields)
    wish = await read_wish(visit, fields)

    def reserve(write: Write) -> spaces.Reservation | Refusal:
        return spaces.reserve(write, resident, wish, now=visit.now, signer=visit.house.signer)

    result = await visit.store.write(reserve)
    if isinstance(result, Refusal):
        return await _refused(visit, resident, fields, wish, result)
    return visit.go(f"/desk/reservations/{id_text(result.id)}")


async def _refused(
    visit: Visit, resident: Actor, fields: Fields, wish: spaces.Wish, refusal: Refusal
) -> Response[Any]:
    """The same search again, with the reason and the three nearest that could be had."""
    first, last = (at.astimezone(visit.zone) for at in (wish.period.starts_at, wish.period.ends_at))
    asked = {
        "day": first.date().isoformat(),
        "until": last.date().isoformat(),
        "starts": f"{first:%H:%M}",
        "ends": f"{last:%H:%M}",
    }
    page = _page(visit, resident, with_usual(visit, {**fields.given, **asked}))
    page.refusal = words(visit, refusal)
    offers = await visit.read(
        lambda read: spaces.alternatives_for(read, resident, wish, now=visit.now)
    )
    page.nearest = [_offer(visit, page, offer) for offer in offers]
    return await desk_page(visit, "desk/find.html", page, here="spaces", status=refusal.status)


async def read_wish(visit: Visit, fields: Fields) -> spaces.Wish:
    """The wish that a button of the desk's own pages carries."""
    space_id = fields.id("space")
    space = await visit.read(lambda read: spaces.find_space(read, space_id))
    usual = space.row.usual_purpose if space else ""
    return spaces.Wish(
        space_id=space_id,
        period=fields.period("starts_at", "ends_at"),
        people=fields.number("people", low=1, high=99),
        purpose=fields.text("purpose", longest=40) or usual,
        note=fields.text("note", longest=500),
        guest_names=fields.text("guests", longest=200),
    )


TAKEN_CODE = "spaces.taken"
"""The one no that somebody can wait out."""

ROUTES = (find, book)
