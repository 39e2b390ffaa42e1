"""What is to be done between two parties: the list, what is said of it, cleaners' addresses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, quarter, spaces
from node.base.actors import Actor, Permission
from node.base.ids import id_text, parse_id
from node.base.refusals import N_, RefusedError
from node.desk.frame import desk_page
from node.people import Feed, FeedView
from node.store import Read
from node.web.calendar_address import name_of, reachable_address
from node.web.forms import BAD_ID, NOT_FOUND, Fields, path_id, read_fields, read_query
from node.web.pdf_file import pdf_file
from node.web.qr import qr_svg
from node.web.showing import moment
from node.web.turnovers import (
    ACTS,
    LIVE_TABLES,
    ShownDay,
    ShownTurnover,
    days_of,
    said,
    turnover_of,
    turnover_pages,
    turnovers_table,
)
from node.web.visit import Visit

WEEK = 7
ALL = "all"
VIEWS = ((1, N_("Heute")), (WEEK, N_("7 Tage")))


@dataclass(slots=True)
class TurnoverPage:
    """See `desk/turnover.html`."""

    days: list[ShownDay]
    problems: list[ShownTurnover]
    views: list[dict[str, Any]]
    paper_href: str
    links: list[dict[str, str]]
    houses: list[dict[str, str]]
    live_from: str
    live: str = LIVE_TABLES
    flashes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TurnoverLinkPage:
    """See `desk/turnover_link.html`."""

    title: str
    address: str
    qr: str


@get("/desk/turnover", include_in_schema=False)
async def turnover(visit: Visit) -> Response[Any]:
    """What is to be done today or in the next seven days, and what was found."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    fields = read_query(visit)
    days = _days(fields)

    def look(read: Read) -> tuple[TurnoverPage, list[spaces.Turnover]]:
        found = spaces.list_turnovers(read, days=days, now=visit.now)
        return _page(read, visit, actor, found, days=days), found

    page, found = await visit.read(look)
    page.flashes = turnover_flashes(visit, fields)
    return await desk_page(
        visit,
        "desk/turnover.html",
        page,
        here="turnover",
        table=lambda: turnovers_table(visit, found),
    )


def _page(
    read: Read, visit: Visit, actor: Actor, found: list[spaces.Turnover], *, days: int
) -> TurnoverPage:
    houses = house_names(read)
    problems = spaces.turnover_problems(read, now=visit.now)
    everywhere = {"value": ALL, "text": visit.say(N_("Alle Häuser"))}
    return TurnoverPage(
        days=days_of(visit, found, houses),
        problems=[turnover_of(visit, each, houses) for each in problems],
        views=[
            {
                "text": visit.say(text),
                "href": f"/desk/turnover?days={count}",
                "here": count == days,
            }
            for count, text in VIEWS
        ],
        paper_href=f"/desk/turnover/paper?days={days}",
        links=[
            _link(read, visit, feed)
            for feed in people.list_desk_feeds(read, actor, (FeedView.TURNOVER,))
        ],
        houses=[
            everywhere,
            *({"value": id_text(id_), "text": name} for id_, name in houses.items()),
        ],
        live_from=f"/desk/turnover?days={days}",
    )


def house_names(read: Read) -> dict[bytes, str]:
    """The houses by id."""
    return {each.id: each.name for each in quarter.list_buildings(read)}


def _days(fields: Fields) -> int:
    return WEEK if fields.given.get("days") == str(WEEK) else 1


def _link(read: Read, visit: Visit, feed: Feed) -> dict[str, str]:
    maker = people.find_person(read, feed.person_id)
    return {
        "feed": id_text(feed.id),
        "title": name_of(read, visit, feed.view, feed.about_id)
        or visit.say(N_("gibt es nicht mehr")),
        "by": maker.name if maker is not None else "",
        "made": moment(visit, feed.made_at),
    }


SAID = {
    "done": N_("Als sauber gemeldet."),
    "back": N_("Zurückgenommen. Es steht wieder auf der Liste."),
    "problem": N_("Das Problem ist notiert."),
    "solved": N_("Als behoben notiert."),
    "revoked": N_("Die Adresse ist gesperrt."),
}


def turnover_flashes(visit: Visit, fields: Fields) -> list[dict[str, Any]]:
    """What was just said; what can be taken back has its way back beside it."""
    act, about = fields.given.get("said", ""), fields.given.get("of", "")
    if act not in SAID:
        return []
    flash: dict[str, Any] = {"kind": "success", "text": visit.say(SAID[act])}
    if act == "done" and about:
        flash["undo"] = {"path": f"/desk/turnover/{id_text(path_id(about))}/back", "text": ""}
    return [flash]


@post("/desk/turnover/{reservation:str}/{act:str}", include_in_schema=False)
async def say(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """Done, not done after all, a problem, a problem solved."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    reservation_id = path_id(reservation)
    if act == "solved":
        report_id = fields.id("report")
        await visit.write(
            lambda write: spaces.solve_problem(
                write, actor, reservation_id, report_id, now=visit.now
            )
        )
    elif act in ACTS:
        words = fields.text("words", longest=500)
        await visit.write(said(act, actor, reservation_id, words, now=visit.now, by_link=False))
    else:
        raise RefusedError(NOT_FOUND)
    start = "/desk" if fields.given.get("back") == "today" else "/desk/turnover"
    return visit.go(f"{start}?said={act}&of={reservation}")


@get("/desk/turnover/paper", include_in_schema=False)
async def paper(visit: Visit) -> Response[bytes]:
    """The list on A4, to tick off."""
    visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    days = _days(read_query(visit))

    def look(read: Read) -> list[ShownDay]:
        found = spaces.list_turnovers(read, days=days, now=visit.now)
        return days_of(visit, found, house_names(read))

    shown = await visit.read(look)
    made = visit.say(N_("Stand: {at}"), at=visit.now)
    title = f"{visit.say(N_('Reinigung'))}, {visit.house.quarter_name}"
    content = await asyncio.to_thread(turnover_pages, visit, shown, title=title, made=made)
    day = visit.today
    return pdf_file(f"reinigung-{day.isoformat()}", content)


# The addresses of those who clean


@post("/desk/turnover/links", include_in_schema=False)
async def make_link(visit: Visit) -> Response[Any]:
    """Make an address and show it this once; one's own older one of the same counts no more."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    about_id = _about(fields.given.get("about", ""))
    view = FeedView.TURNOVER
    title = await visit.read(lambda read: name_of(read, visit, view, about_id))
    if not title:
        raise RefusedError(BAD_ID)
    token = await visit.write(
        lambda write: people.open_feed(write, actor, view, about_id, now=visit.now)
    )
    address = f"{reachable_address(visit)}/turnover/{token}"
    page = TurnoverLinkPage(title, address, qr_svg(address))
    return await desk_page(visit, "desk/turnover_link.html", page, here="turnover")


def _about(text: str) -> bytes:
    try:
        return b"" if text == ALL else parse_id(text)
    except ValueError:
        raise RefusedError(BAD_ID) from None


@post("/desk/turnover/links/{feed:str}/revoke", include_in_schema=False)
async def revoke_link(visit: Visit, feed: str) -> Response[Any]:
    """Take an address back."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    await read_fields(visit)
    feed_id = path_id(feed)
    await visit.write(lambda write: people.close_feed(write, actor, feed_id, now=visit.now))
    return visit.go("/desk/turnover?said=revoked")


ROUTES = (turnover, paper, say, make_link, revoke_link)
