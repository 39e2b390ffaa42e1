"""The hand-over on one's own phone: going through the place's list when coming and when leaving."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Response, get, post

from node.base.actors import Actor
from node.base.refusals import N_, RefusedError
from node.spaces import HandOver, Phase, Photo
from node.web.forms import NOT_FOUND, Fields, path_id, read_fields, read_query
from node.web.hand_over_acts import BODY_BYTES_MAX, look_at, photo_answer, say_list
from node.web.hand_overs import ListPage, list_page
from node.web.showing import moment
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """See `portal/hand_over.html`."""

    page: ListPage
    notice: dict[str, str] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@get("/mine/{reservation:str}/hand-over/{act:str}", include_in_schema=False)
async def hand_over_page(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """One protocol: its list to go through, or what was signed."""
    actor, phase = visit.signed_in(), phase_of(act)
    return await list_answer(visit, actor, path_id(reservation), phase, f"/mine/{reservation}")


@post(
    "/mine/{reservation:str}/hand-over/{act:str}",
    include_in_schema=False,
    request_max_body_size=BODY_BYTES_MAX,
)
async def answer(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """Keep what was said so far, say that the rest is as it should be, or sign."""
    actor, phase = visit.signed_in(), phase_of(act)
    return await say_answer(visit, actor, path_id(reservation), phase, f"/mine/{reservation}")


@get("/mine/{reservation:str}/photos/{photo:str}", include_in_schema=False)
async def photo_of_mine(visit: Visit, reservation: str, photo: str) -> Response[bytes]:
    """A photo of one's own hand-over."""
    actor = visit.signed_in()
    return await photo_answer(visit, actor, path_id(reservation), path_id(photo))


async def list_answer(
    visit: Visit,
    actor: Actor,
    reservation_id: bytes,
    phase: Phase,
    start: str,
    *,
    until: datetime | None = None,
) -> Response[Any]:
    """One protocol of a reservation; `start` is where its people's pages begin, `until` how long
    the address is good for, where it ends."""
    found, photos = await look_at(visit, actor, reservation_id)
    said = read_query(visit).given.get("said", "")
    return _shown(visit, found, photos, phase, start=start, said=said, until=until)


async def say_answer(
    visit: Visit,
    actor: Actor,
    reservation_id: bytes,
    phase: Phase,
    start: str,
    *,
    until: datetime | None = None,
) -> Response[Any]:
    """What its people say in a protocol."""
    fields = await read_fields(visit)
    await say_list(visit, actor, reservation_id, phase, fields)
    if fields.problems:
        found, photos = await look_at(visit, actor, reservation_id)
        return _shown(visit, found, photos, phase, start=start, fields=fields, until=until)
    said = "signed" if fields.given.get("act") == "sign" else "kept"
    return visit.go(f"{start}/hand-over/{phase}?said={said}")


def _shown(
    visit: Visit,
    found: HandOver,
    photos: list[Photo],
    phase: Phase,
    *,
    start: str,
    said: str = "",
    fields: Fields | None = None,
    until: datetime | None = None,
) -> Response[Any]:
    action = f"{start}/hand-over/{phase}"
    page = list_page(visit, found, phase, photos, action=action, back=start, fields=fields)
    page.is_guests = start.startswith(("/guest/", "/list/"))
    page.until = moment(visit, until) if until is not None else ""
    notice = None
    if said in SAID and (said != "signed" or page.signed):
        title, text = SAID[said]
        notice = {"kind": "success", "title": visit.say(title), "text": visit.say(text)}
    data = HandOverPage(page, notice, page.problems)
    here = "" if page.is_guests else "mine"
    status = 422 if fields is not None else 200
    return visit.page("portal/hand_over.html", data, here=here, status=status)


def phase_of(act: str) -> Phase:
    """The protocol that an address names."""
    if act not in set(Phase):
        raise RefusedError(NOT_FOUND)
    return Phase(act)


SAID = {
    "signed": (
        N_("Danke. Das ist bestätigt."),
        N_("Der Service-Point sieht es und bestätigt es auch."),
    ),
    "kept": (N_("Gespeichert."), N_("Sie können jederzeit hier weitermachen.")),
}

ROUTES = (hand_over_page, answer, photo_of_mine)
