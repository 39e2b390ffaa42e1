"""Hand-overs at the desk: both protocols side by side, agreed, differences settled; and
filled in for people who have no phone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Actor, Face, Permission, may
from node.base.ids import parse_id
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.desk.today import names_of
from node.spaces import HandOver, Phase, Photo, Protocol
from node.store import Read, Write
from node.web.forms import NOT_FOUND, Fields, path_id, read_fields, read_query
from node.web.hand_over_acts import BODY_BYTES_MAX, look_at, photo_answer, say_list
from node.web.hand_overs import (
    LIVE_TABLES,
    TITLES,
    ListPage,
    list_page,
    photos_by_row,
    side_by_side,
)
from node.web.listing import rows_table
from node.web.showing import ShownLine, line_of, moment
from node.web.visit import Visit

LIST_ACTS = frozenset(Phase)
AGREE = {"agree-in": Phase.IN, "agree-out": Phase.OUT}
SAID = {
    "in": N_("Gespeichert."),
    "out": N_("Gespeichert."),
    "agree-in": N_("Die Übergabe bei der Ankunft ist bestätigt."),
    "agree-out": N_("Die Übergabe bei der Abreise ist bestätigt."),
    "settle": N_("Als erledigt notiert."),
}


@dataclass(slots=True)
class HandOverPage:
    """See `desk/hand_over.html`."""

    line: ShownLine
    name: str
    flat: str
    rows: list[dict[str, Any]]
    protocols: list[dict[str, Any]]
    photos: list[dict[str, str]]
    can_act: bool
    live_from: str
    live: str = LIVE_TABLES
    flashes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class HandOverListPage:
    """See `desk/hand_over_list.html`."""

    page: ListPage
    name: str
    problems: dict[str, str] = field(default_factory=dict)


@get("/desk/hand-over/{reservation:str}", include_in_schema=False)
async def hand_over_page(visit: Visit, reservation: str) -> Response[Any]:
    """Both protocols of a reservation side by side."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    reservation_id = path_id(reservation)

    def look(read: Read) -> HandOverPage | Refusal:
        found = spaces.find_hand_over(read, actor, reservation_id, now=visit.now)
        return found if isinstance(found, Refusal) else _page(read, visit, actor, found)

    page = await visit.read(look)
    said = SAID.get(read_query(visit).given.get("said", ""))
    if said is not None:
        page.flashes = [{"kind": "success", "text": visit.say(said)}]
    return await desk_page(
        visit,
        "desk/hand_over.html",
        page,
        here="today",
        table=lambda: rows_table(visit, visit.say(N_("uebergabe")), COLUMNS, page.rows),
    )


COLUMNS = {
    "name": N_("Was"),
    "should": N_("Soll"),
    "came": N_("Ankunft"),
    "left": N_("Abreise"),
    "used": N_("Verbrauch"),
    "settled": N_("Erledigt"),
}


def _page(read: Read, visit: Visit, actor: Actor, found: HandOver) -> HandOverPage:
    line = found.line
    name, flat = names_of(read, [line])[line.reservation.id]
    shown = line_of(visit, line)
    return HandOverPage(
        line=shown,
        name=name,
        flat=flat,
        rows=side_by_side(visit, found),
        photos=_photos(read, visit, found, f"/desk/hand-over/{shown.id}"),
        protocols=[_protocol(read, visit, found, phase) for phase in Phase],
        can_act=may(actor, Permission.CHECK_IN_OTHERS),
        live_from=f"/desk/hand-over/{shown.id}",
    )


def _photos(read: Read, visit: Visit, found: HandOver, start: str) -> list[dict[str, str]]:
    photos = spaces.list_photos(read, found.line.reservation.id)
    return [
        {**each, "phase": photo.phase}
        for photo in photos
        for some in photos_by_row(visit, found, [photo], start).values()
        for each in some
    ]


def _protocol(read: Read, visit: Visit, found: HandOver, phase: Phase) -> dict[str, Any]:
    """How far one protocol is, and what the desk can do with it."""
    protocol = found.protocol(phase)
    return {
        "title": visit.say(TITLES[phase]),
        "phase": str(phase),
        "state": _state(read, visit, protocol),
        "agreed": _agreed(read, visit, protocol),
        "can_fill": found.is_asked(phase, now=visit.now),
        "can_agree": phase in spaces.to_agree(found),
    }


def _state(read: Read, visit: Visit, protocol: Protocol) -> str:
    signed = protocol.signed
    if signed is None:
        if protocol.answers:
            return visit.say(N_("angefangen: {count} gesagt"), count=len(protocol.answers))
        return visit.say(N_("noch nicht gemacht"))
    when = moment(visit, signed.fact.at)
    if signed.fact.by_bearer and signed.fact.face == Face.KIOSK:
        return visit.say(N_("mit dem Ausweis bestätigt, in der Lobby: {when}"), when=when)
    if signed.fact.by_bearer:
        return visit.say(N_("vom Gast bestätigt: {when}"), when=when)
    if not signed.fact.staff_id:
        return visit.say(N_("bestätigt: {when}"), when=when)
    who = _name(read, signed.fact.staff_id) or visit.say(N_("Team"))
    return visit.say(N_("{who} für die Person: {when}"), who=who, when=when)


def _agreed(read: Read, visit: Visit, protocol: Protocol) -> str:
    agreed = protocol.agreed
    if agreed is None:
        return ""
    who = _name(read, agreed.fact.staff_id) or visit.say(N_("Team"))
    return visit.say(N_("{who}: {when}"), who=who, when=moment(visit, agreed.fact.at))


def _name(read: Read, staff_id: str) -> str:
    found = people.find_person(read, parse_id(staff_id)) if staff_id else None
    return found.name if found is not None else ""


@get("/desk/hand-over/{reservation:str}/{act:str}", include_in_schema=False)
async def list_for_them(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """The list, filled in for people who have no phone."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    phase = _phase(act)
    found, photos = await look_at(visit, actor, path_id(reservation))
    return await _list(visit, found, photos, reservation, phase)


async def _list(
    visit: Visit,
    found: HandOver,
    photos: list[Photo],
    reservation: str,
    phase: Phase,
    *,
    fields: Fields | None = None,
    status: int = 200,
) -> Response[Any]:
    line = found.line
    names = await visit.read(lambda read: names_of(read, [line]))
    back = f"/desk/hand-over/{reservation}"
    shown = list_page(
        visit, found, phase, photos, action=f"{back}/{phase}", back=back, fields=fields
    )
    page = HandOverListPage(shown, names[line.reservation.id][0], shown.problems)
    return await desk_page(visit, "desk/hand_over_list.html", page, here="today", status=status)


@get("/desk/hand-over/{reservation:str}/photos/{photo:str}", include_in_schema=False)
async def photo(visit: Visit, reservation: str, photo: str) -> Response[bytes]:
    """A photo of somebody's hand-over."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    return await photo_answer(visit, actor, path_id(reservation), path_id(photo))


@post(
    "/desk/hand-over/{reservation:str}/{act:str}",
    include_in_schema=False,
    request_max_body_size=BODY_BYTES_MAX,
)
async def say(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """Fill the list in for people, agree, or settle a difference."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    reservation_id = path_id(reservation)
    if act in LIST_ACTS:
        await say_list(visit, actor, reservation_id, Phase(act), fields)
        if fields.problems:
            found, photos = await look_at(visit, actor, reservation_id)
            return await _list(
                visit, found, photos, reservation, Phase(act), fields=fields, status=422
            )
        if fields.given.get("act") != "sign":
            return visit.go(f"/desk/hand-over/{reservation}/{act}")
    elif act in AGREE:
        phase = AGREE[act]
        await visit.write(
            lambda write: spaces.agree(write, actor, reservation_id, phase, now=visit.now)
        )
    elif act == "settle":
        await visit.write(_settle(visit, actor, reservation_id, fields))
    else:
        raise RefusedError(NOT_FOUND)
    return visit.go(f"/desk/hand-over/{reservation}?said={act}")


def _settle(visit: Visit, actor: Actor, reservation_id: bytes, fields: Fields) -> Any:
    answer_id = fields.id("answer")
    words = fields.text("words", longest=500)

    def run(write: Write) -> HandOver | Refusal:
        return spaces.settle(write, actor, reservation_id, answer_id, words, now=visit.now)

    return run


def _phase(act: str) -> Phase:
    if act not in LIST_ACTS:
        raise RefusedError(NOT_FOUND)
    return Phase(act)


ROUTES = (hand_over_page, list_for_them, photo, say)
