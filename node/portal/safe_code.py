"""The code of the key safe, for who is in and knows the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Actor
from node.base.refusals import Refusal
from node.spaces import CodeView, Line, Status
from node.store import Read
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.showing import Place, place_of, when_of
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class SafeCodePage:
    """See `portal/safe_code.html`."""

    start: str
    place: Place
    when: str
    rules: str
    code: str
    refusal: dict[str, Any] | None
    hand_over_href: str


@get("/mine/{reservation:str}/code", include_in_schema=False)
async def safe_code(visit: Visit, reservation: str) -> Response[Any]:
    """The code, or what is still to be done for it."""
    actor = visit.signed_in()
    return await code_answer(visit, actor, path_id(reservation), f"/mine/{reservation}")


@post("/mine/{reservation:str}/code", include_in_schema=False)
async def show(visit: Visit, reservation: str) -> Response[Any]:
    """They know the rules: show it."""
    actor = visit.signed_in()
    return await show_answer(visit, actor, path_id(reservation), f"/mine/{reservation}")


async def code_answer(
    visit: Visit, actor: Actor, reservation_id: bytes, start: str
) -> Response[Any]:
    """The page of a reservation's code; `start` is where its people's pages begin."""
    view = await visit.read(
        lambda read: spaces.view_code(read, actor, reservation_id, now=visit.now)
    )
    return _shown(visit, start, view)


async def show_answer(
    visit: Visit, actor: Actor, reservation_id: bytes, start: str
) -> Response[Any]:
    """Show it to whoever says that they know the rules."""
    await read_fields(visit)
    view = await visit.write(
        lambda write: spaces.show_code(write, actor, reservation_id, now=visit.now)
    )
    if view.refusal is not None:
        return _shown(visit, start, view, status=view.refusal.status)
    return visit.go(f"{start}/code")


def has_code(read: Read, visit: Visit, actor: Actor, line: Line) -> bool:
    """Whether there is a code that its people see now, or once they have done what is asked."""
    view = spaces.view_code(read, actor, line.reservation.id, now=visit.now)
    return not isinstance(view, Refusal) and view.found.line.status is Status.CHECKED_IN


def _shown(visit: Visit, start: str, view: CodeView, status: int = 200) -> Response[Any]:
    line = view.found.line
    refusal = view.refusal
    page = SafeCodePage(
        start=start,
        place=place_of(visit, line.space),
        when=when_of(visit, line.space, line.reservation.period),
        rules=visit.local(line.space.row.rules_text),
        code=view.code,
        refusal=words(visit, refusal) if isinstance(refusal, Refusal) else None,
        hand_over_href=_hand_over_href(start, refusal),
    )
    here = "" if start.startswith("/guest/") else "mine"
    answer = visit.page("portal/safe_code.html", page, here=here, status=status)
    answer.headers["cache-control"] = "private, no-store"
    return answer


def _hand_over_href(start: str, refusal: Refusal | None) -> str:
    is_first = refusal is not None and refusal.code == "safe.sign_first"
    return f"{start}/hand-over/in" if is_first else ""


ROUTES = (safe_code, show)
