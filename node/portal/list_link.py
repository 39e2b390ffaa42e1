"""The list of a hand-over on the phone of who went through it at the lobby, with photos.

Who holds the link acts as who holds the pass did at the lobby, in this one protocol.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post

from node.base.actors import Actor, Face, bearer
from node.base.refusals import RefusedError
from node.portal.guest import shut
from node.portal.hand_over import list_answer, phase_of, say_answer
from node.spaces import Phase
from node.web.forms import NOT_FOUND, path_id
from node.web.hand_over_acts import BODY_BYTES_MAX, look_at, photo_answer
from node.web.list_links import open_list
from node.web.visit import Visit


@get("/list/{token:str}/hand-over/{act:str}", include_in_schema=False)
async def linked_list(visit: Visit, token: str, act: str) -> Response[Any]:
    """The protocol, to go on with it."""
    actor, phase, until = await _opened(visit, token, act)
    start = f"/list/{token}"
    return shut(await list_answer(visit, actor, actor.bearer_of, phase, start, until=until))


@post(
    "/list/{token:str}/hand-over/{act:str}",
    include_in_schema=False,
    request_max_body_size=BODY_BYTES_MAX,
)
async def say_by_link(visit: Visit, token: str, act: str) -> Response[Any]:
    """Keep what was said and sent so far, or sign."""
    actor, phase, until = await _opened(visit, token, act)
    start = f"/list/{token}"
    return shut(await say_answer(visit, actor, actor.bearer_of, phase, start, until=until))


@get("/list/{token:str}/photos/{photo:str}", include_in_schema=False)
async def photo_by_link(visit: Visit, token: str, photo: str) -> Response[bytes]:
    """A photo of this protocol."""
    phase, reservation_id, _ = await open_list(visit, token)
    actor, photo_id = bearer(reservation_id, Face.PORTAL), path_id(photo)
    _, photos = await look_at(visit, actor, reservation_id)
    if not any(each.id == photo_id and each.phase == phase for each in photos):
        raise RefusedError(NOT_FOUND)
    return await photo_answer(visit, actor, reservation_id, photo_id)


async def _opened(visit: Visit, token: str, act: str) -> tuple[Actor, Phase, datetime]:
    """Who acts, in which protocol, and until when."""
    phase, reservation_id, until = await open_list(visit, token)
    if phase_of(act) is not phase:
        raise RefusedError(NOT_FOUND)
    return bearer(reservation_id, Face.PORTAL), phase, until


ROUTES = (linked_list, say_by_link, photo_by_link)
