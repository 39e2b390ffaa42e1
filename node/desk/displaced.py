"""Who is hit by a closure: what each could have instead, and settling it with one press.

Whoever is hit stands here and on the board until they are moved, their time is given back, or the
place is opened again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Actor, Permission, may
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.desk.today import names_of
from node.spaces import Reservation
from node.spaces.relocating import Hit, hit_ahead, offers_elsewhere, relocate, why_shut
from node.spaces.telling import with_words
from node.spaces.waiting_list import reached_by
from node.store import NodeRole, Read, Write
from node.web.changing import TOTAL_MAX
from node.web.errors import words
from node.web.forms import path_id, read_fields, read_query
from node.web.listing import rows_table
from node.web.offering import read_offer
from node.web.relocating import shown_offer
from node.web.showing import line_of
from node.web.visit import Visit

SHOWN_MAX = 30
"""So many at once: alternatives are looked for, for each of them."""
COLUMNS = {
    "who": N_("Person"),
    "flat": N_("Wohnung"),
    "phone": N_("Telefon"),
    "place": N_("Ort"),
    "when": N_("Zeit"),
    "why": N_("Warum, für alle zu lesen"),
}


@dataclass(slots=True)
class DisplacedPage:
    """See `desk/displaced.html`."""

    rows: list[dict[str, Any]]
    more: int
    can_act: bool
    flashes: list[dict[str, Any]] = field(default_factory=list)
    refusal: dict[str, Any] | None = None


@get("/desk/displaced", include_in_schema=False)
async def displaced_page(visit: Visit) -> Response[Any]:
    """Everybody whose place is shut at their time, the next first, with the nearest instead."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    page = await _page(visit, actor)
    fields = read_query(visit)
    said = SAID.get(fields.given.get("said", ""))
    if said is not None:
        page.flashes = [{"kind": "success", "text": visit.say(said)}]
    return await _answer(visit, page)


async def _page(visit: Visit, actor: Actor) -> DisplacedPage:
    def look(read: Read) -> DisplacedPage:
        hits = hit_ahead(read, now=visit.now)
        names = names_of(read, [hit.line for hit in hits])
        rows = [_row(read, visit, actor, hit, names) for hit in hits[:SHOWN_MAX]]
        is_home = visit.store.core.role is NodeRole.HOME
        can_act = is_home and may(actor, Permission.RESERVE_FOR_OTHERS)
        return DisplacedPage(rows, max(0, len(hits) - SHOWN_MAX), can_act)

    return await visit.store.read(look)


async def _answer(visit: Visit, page: DisplacedPage, status: int = 200) -> Response[Any]:
    return await desk_page(
        visit,
        "desk/displaced.html",
        page,
        here="today",
        status=status,
        table=lambda: rows_table(visit, visit.say(N_("betroffen")), COLUMNS, page.rows),
    )


def _row(
    read: Read, visit: Visit, actor: Actor, hit: Hit, names: dict[bytes, tuple[str, str]]
) -> dict[str, Any]:
    reservation = hit.line.reservation
    name, flat = names[reservation.id]
    shown = line_of(visit, hit.line)
    phone, _ = reached_by(read, reservation.person_id, reservation.household_id)
    found = offers_elsewhere(read, actor, hit, now=visit.now)
    behind = visit.list_words(*(visit.local(space.name) for space in found.stays_behind))
    return {
        "id": shown.id,
        "who": name,
        "flat": flat,
        "phone": phone,
        "place": shown.place,
        "when": shown.when,
        "people": shown.text,
        "state": shown.state,
        "why": visit.local(hit.closure.reason),
        "offers": [shown_offer(read, visit, hit.line, offer) for offer in found.offers],
        "behind": behind,
        "can_move": hit.line.status is spaces.Status.CONFIRMED,
        "can_split": hit.line.space.is_by_night
        and hit.line.status in {spaces.Status.CONFIRMED, spaces.Status.CHECKED_IN},
    }


@post("/desk/displaced/{reservation:str}", include_in_schema=False)
async def relocate_one(visit: Visit, reservation: str) -> Response[Any]:
    """Move one to what was offered, for the price that was shown."""
    actor, reservation_id = visit.allowed(Permission.RESERVE_FOR_OTHERS), path_id(reservation)
    fields = await read_fields(visit)
    where = read_offer(fields.text("offer", longest=80))
    total = fields.number("total", low=0, high=TOTAL_MAX)

    def run(write: Write) -> Reservation | Refusal:
        signer, now = visit.house.signer, visit.now
        why = why_shut(write, reservation_id, now=now)
        done = relocate(
            write, actor, reservation_id, where, total_cents=total, now=now, signer=signer
        )
        return with_words(write, done, why)

    done = await visit.store.write(run)
    if not isinstance(done, Refusal):
        return visit.go("/desk/displaced?said=moved")
    page = await _page(visit, actor)
    page.refusal = words(visit, done)
    return await _answer(visit, page, done.status)


SAID = {
    "moved": N_(
        "Verlegt. Der Ausweis gilt weiter. Die Person liest es; wen Sie anrufen, steht unter Heute."
    ),
    "back": N_(
        "Zurückgenommen, ohne Kosten. Die Person liest es; wen Sie anrufen, steht unter Heute."
    ),
}

ROUTES = (displaced_page, relocate_one)
