"""Opening the door of what one has booked, from one's own phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import Refusal, RefusedError
from node.spaces import unlocking
from node.store import Read
from node.web.forms import path_id, read_fields, read_query
from node.web.unlocking import (
    FIGURES_CHARS_MAX,
    DoorPage,
    Ways,
    door_page,
    has_lock,
    open_door,
    read_touch,
    refusal_of,
)
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class UnlockingPage:
    """See `portal/unlocking.html`."""

    page: DoorPage


@get("/mine/{reservation:str}/open", include_in_schema=False)
async def door(visit: Visit, reservation: str) -> Response[Any]:
    """The door: one touch, or what is still to be done for it."""
    actor = visit.signed_in()
    figures = read_query(visit).given.get("c", "")[:FIGURES_CHARS_MAX]
    return await door_answer(visit, actor, path_id(reservation), f"/mine/{reservation}", figures)


@post("/mine/{reservation:str}/open", include_in_schema=False)
async def touch_door(visit: Visit, reservation: str) -> Response[Any]:
    """Open it, once."""
    actor = visit.signed_in()
    return await touch_answer(visit, actor, path_id(reservation), f"/mine/{reservation}")


async def touch_answer(
    visit: Visit, actor: Actor, reservation_id: bytes, start: str
) -> Response[Any]:
    """What a touch of a reservation's people comes to; `start` is where their pages begin."""
    fields = await read_fields(visit)
    figures, page_id = fields.text("figures")[:FIGURES_CHARS_MAX], read_touch(fields)
    done = await open_door(
        visit,
        lambda write: unlocking.touch(
            write, actor, reservation_id, page_id, figures, now=visit.now
        ),
    )
    if not isinstance(done, Refusal):
        return visit.go(f"{start}/open?said={id_text(page_id)}")
    if done.status in {403, 404}:
        raise RefusedError(done)
    return await door_answer(visit, actor, reservation_id, start, figures, refusal=done)


async def door_answer(
    visit: Visit,
    actor: Actor,
    reservation_id: bytes,
    start: str,
    figures: str = "",
    *,
    refusal: Refusal | None = None,
) -> Response[Any]:
    """The page of a reservation's door."""
    page = await visit.read(
        lambda read: door_page(read, visit, actor, reservation_id, _ways(start), figures=figures)
    )
    if refusal is not None:
        page.refusal, page.notice = refusal_of(visit, refusal), None
    # A page from memory has a touch that was made already.
    status = refusal.status if refusal else 200
    here = "" if actor.bearer_of else "mine"
    answer = visit.page("portal/unlocking.html", UnlockingPage(page), here=here, status=status)
    answer.headers["cache-control"] = "private, no-store"
    return answer


def _ways(start: str) -> Ways:
    return Ways(
        action=f"{start}/open", back=start, hand_over=f"{start}/hand-over/in", code=f"{start}/code"
    )


def door_href(read: Read, visit: Visit, actor: Actor, line: spaces.Line, start: str) -> str:
    """Where the door of a reservation is opened now; "" where it is not."""
    if not has_lock(visit, line.space):
        return ""
    view = unlocking.view_door(read, actor, line.reservation.id, now=visit.now)
    if isinstance(view, Refusal) or (view.refusal and view.refusal.code != "lock.sign_first"):
        return ""
    is_time = not view.checks_in or spaces.is_open_for(line.reservation, line.space, now=visit.now)
    return f"{start}/open" if is_time else ""


def own_door_href(read: Read, visit: Visit, actor: Actor, line: spaces.Line) -> str:
    """The same of one's own reservation."""
    return door_href(read, visit, actor, line, f"/mine/{id_text(line.reservation.id)}")


ROUTES = (door, touch_door)
