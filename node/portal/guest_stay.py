"""What a guest does while in their stay, by their link: the hand-over, the safe's code, the door.

The same pages and calls as a resident's, for the bearer of this one stay: whatever number an
address names, another stay's things do not exist for them.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.actors import Actor, Face, bearer
from node.portal.guest import shut, start_of, stay_behind
from node.portal.hand_over import list_answer, phase_of, say_answer
from node.portal.safe_code import code_answer, show_answer
from node.portal.unlocking import door_answer, touch_answer
from node.web.forms import path_id, read_query
from node.web.hand_over_acts import BODY_BYTES_MAX, photo_answer
from node.web.unlocking import FIGURES_CHARS_MAX
from node.web.visit import Visit


async def _bearer(visit: Visit, token: str) -> tuple[Actor, bytes, str]:
    """Who acts, on which stay, and where their pages begin."""
    stay = await stay_behind(visit, token)
    reservation_id = stay.line.reservation.id
    return bearer(reservation_id, Face.PORTAL), reservation_id, start_of(token, stay)


@get("/guest/{token:str}/hand-over/{act:str}", include_in_schema=False)
async def guest_list(visit: Visit, token: str, act: str) -> Response[Any]:
    """One protocol of their stay."""
    actor, reservation_id, start = await _bearer(visit, token)
    return shut(await list_answer(visit, actor, reservation_id, phase_of(act), start))


@post(
    "/guest/{token:str}/hand-over/{act:str}",
    include_in_schema=False,
    request_max_body_size=BODY_BYTES_MAX,
)
async def say_by_guest(visit: Visit, token: str, act: str) -> Response[Any]:
    """Say what they found, with photos, or sign."""
    actor, reservation_id, start = await _bearer(visit, token)
    return shut(await say_answer(visit, actor, reservation_id, phase_of(act), start))


@get("/guest/{token:str}/photos/{photo:str}", include_in_schema=False)
async def photo_of_stay(visit: Visit, token: str, photo: str) -> Response[Any]:
    """A photo of their stay's hand-over."""
    actor, reservation_id, _ = await _bearer(visit, token)
    return shut(await photo_answer(visit, actor, reservation_id, path_id(photo)))


@get("/guest/{token:str}/code", include_in_schema=False)
async def guest_code(visit: Visit, token: str) -> Response[Any]:
    """The code of the key safe, or what is to be done for it."""
    actor, reservation_id, start = await _bearer(visit, token)
    return shut(await code_answer(visit, actor, reservation_id, start))


@post("/guest/{token:str}/code", include_in_schema=False)
async def show_to_guest(visit: Visit, token: str) -> Response[Any]:
    """They know the rules: show it."""
    actor, reservation_id, start = await _bearer(visit, token)
    return shut(await show_answer(visit, actor, reservation_id, start))


@get("/guest/{token:str}/open", include_in_schema=False)
async def guest_door(visit: Visit, token: str) -> Response[Any]:
    """The door of their stay."""
    actor, reservation_id, start = await _bearer(visit, token)
    figures = read_query(visit).given.get("c", "")[:FIGURES_CHARS_MAX]
    return shut(await door_answer(visit, actor, reservation_id, start, figures))


@post("/guest/{token:str}/open", include_in_schema=False)
async def touch_by_guest(visit: Visit, token: str) -> Response[Any]:
    """Open it, once."""
    actor, reservation_id, start = await _bearer(visit, token)
    return shut(await touch_answer(visit, actor, reservation_id, start))


ROUTES = (
    guest_list,
    say_by_guest,
    photo_of_stay,
    guest_code,
    show_to_guest,
    guest_door,
    touch_by_guest,
)
